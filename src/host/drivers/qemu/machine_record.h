// MachineRecord: what is on disk about a machine, enough to find it again after the agent has been away. It
// is written before the machine starts or resumes, so that an epoch that was begun is never forgotten.
//
// Failure: data_loss when the file is not what was written; the errors of Files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/driver.h"
#include "model/host_protocol.h"
#include "runtime/files.h"

namespace hanse::host::qemu {

// What the machine was last told to be.
enum class Intent { stopped, running, incoming };
BOOST_DESCRIBE_ENUM(Intent, stopped, running, incoming)

inline constexpr std::int32_t kRecordVersion = 1;

struct MachineRecord {
  std::int32_t version = kRecordVersion;
  model::MachineSpec machine;
  Epoch epoch;
  Intent intent = Intent::stopped;
  std::vector<model::PortForward> forwards;  // with the ports that were chosen
  bool frozen = false;                       // its disks may be in two parts, see frozen_disks.h
  std::string memory_endpoint;               // incoming: where it listens
  std::string disk_endpoint;
};
BOOST_DESCRIBE_STRUCT(MachineRecord, (),
                      (version, machine, epoch, intent, forwards, frozen, memory_endpoint, disk_endpoint))
HANSE_DECLARE_JSON(MachineRecord);

Task<Result<MachineRecord>> load_record(Files& files, std::string path);
// On disk when it completes.
Task<Status> save_record(Files& files, std::string path, MachineRecord record);

}  // namespace hanse::host::qemu
