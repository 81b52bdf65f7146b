// The disks of simulated machines as chunks, for the seeding of a move. The writes of the guest are the
// content of the boot disk: some in its first chunk and some in its last, with zeroes between, so that a part
// that is lost on the way shows.
//
// Thread: the loop. Failure: unavailable when the machine does not wait for its disk, data_loss when what
// came is no content of such a disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/driver.h"
#include "host/drivers/simulated/fleet.h"

namespace hanse::host::simulated {

// As many as the machine has disks.
Readers make_disk_readers(const model::MachineSpec& machine, const DiskContent& content);
// Of a machine that has never been made.
Readers make_unmade_disks(const std::vector<model::DiskSpec>& disks);
// `fleet` outlives them.
Writers make_disk_writers(Fleet& fleet, const std::string& host, const model::MachineSpec& machine);

// The chunk that says so; a half of the runs each. Pure.
std::string chunk_of(const DiskContent& content, bool last);
Result<DiskContent> content_of(std::string_view chunk);

}  // namespace hanse::host::simulated
