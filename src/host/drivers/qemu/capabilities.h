// What this host can run: asked of QEMU itself, by a short-lived QEMU without a machine, once.
//
// Failure: unavailable with the remedy when QEMU is missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/drivers/qemu/launch.h"
#include "host/drivers/qemu/machine.h"
#include "model/zone_resources.h"

namespace hanse::host::qemu {

struct Capabilities {
  model::Inventory inventory;  // without disk_mib, which changes
  HostFacts facts;
  std::string no_moves_reason;  // empty when live moves are possible
};

Task<Result<Capabilities>> probe_capabilities(DriverContext& context);

// Pure parts.
struct ProcessorFacts {
  std::int64_t count = 0;
  std::int64_t clock_khz = 0;
  std::string model;
};
ProcessorFacts read_cpuinfo(std::string_view text);
MiB read_meminfo(std::string_view text);
std::string reason_against_moves(bool accelerated, const codec::QmpGreeting& version);

}  // namespace hanse::host::qemu
