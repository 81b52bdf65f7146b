// HostPacking: how the zone's instances are packed onto its hosts, as an operator asks it, and as the
// rebalancer sees it. It changes nothing.
//
// The tables are read in slices, so that the zone goes on meanwhile; what changes during that may be seen
// before or after. What takes long is computed on the blocking executor, one question at a time. Thread: the
// loop. Failure: resource_exhausted while another question is answered; those of the tables.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/task.h"
#include "runtime/runtime.h"
#include "zone/host_capacity.h"
#include "zone/packing/packed_fleet.h"

namespace hanse::zone {

class HostPacking {
 public:
  HostPacking(Runtime& runtime, Tables& tables, HostSessions& hosts, HostCapacity& capacity)
      : runtime_(runtime), tables_(tables), hosts_(hosts), capacity_(capacity) {}

  // With at most so many moves; nothing: default_budget(). Requires: 1 to model::kMaxPackingMoves.
  Task<Result<model::PackingReport>> report(std::optional<std::int64_t> budget);
  Task<Result<PackedFleet>> fleet() const;
  // At most so many moves that empty hosts of the fleet. Between the plan and its execution a host may have
  // filled: who moves asks for the room.
  Task<std::vector<model::PackingMove>> plan(PackedFleet fleet, std::int64_t budget) const;

  // Records that are read without letting others have a turn.
  static constexpr std::size_t kSlice = 200;

 private:
  using Capabilities = std::tuple<std::string, std::vector<std::string>, std::vector<std::string>>;
  // While a fleet is read.
  struct Reading {
    PackedFleet fleet;
    std::map<std::string, std::size_t> hosts;  // by name
    std::map<Capabilities, std::size_t> capabilities;
  };

  void add(Reading& reading, const model::Host& host) const;
  void add(Reading& reading, const model::Instance& instance) const;

  Runtime& runtime_;
  Tables& tables_;
  HostSessions& hosts_;
  HostCapacity& capacity_;
  bool busy_ = false;
};

}  // namespace hanse::zone
