// What an operator has prepared on the disks of zones and hosts before they first start: tokens, CAs, trust,
// and one image's blob; and the configurations that name it. Pure but for writing to the disks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "federation/peer_record.h"
#include "host/host_config.h"
#include "model/storage.h"
#include "simulator/disk.h"
#include "simulator/scenario.h"
#include "zone/zone_config.h"

namespace hanse::simulator {

inline constexpr std::uint16_t kZonePort = 8443;
// What a supervisor waits before it starts a program that has ended again.
inline constexpr Nanos kRestartPause = Seconds{1};
inline constexpr char kAdminToken[] = "the-administrator-of-all-zones";

// Each zone's CA and key are known before it starts, so that the others can trust it from the beginning.
std::string zone_ca_pem(const std::string& zone);
// As if the zones had joined each other already.
std::vector<federation::PeerRecord> peer_records(const ZonePlace& zone);
// The image that everyone boots, and its disk.
inline constexpr char kImagePath[] = "/providers/seca.storage/v1/tenants/default/images/disk";
inline constexpr char kImageRef[] = "images/disk";
model::Blob image_blob();

// By which everybody may place everything.
std::string open_policy();

// `has_image`: its disk holds the image's blob, as after `hanse image import`. `policy` is the file for
// peers.
void prepare_zone_disk(Disk& disk, const ZonePlace& zone, bool has_image,
                       const std::string& policy = open_policy());
void prepare_host_disk(Disk& disk);
// Of a host; made by its operator before it enrols.
std::string token_file();

zone::ZoneConfig zone_config(const ZonePlace& zone);
host::HostConfig host_config(const HostPlace& host);

}  // namespace hanse::simulator
