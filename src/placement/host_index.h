// HostIndex: the hosts of a zone, from which the best fit for a request is found without looking at all of
// them. It chooses what choose_host (planner.h) chooses, at any number of hosts; docs/placement_index.md says
// how and what it costs.
//
// Lifecycle: put hosts in, keep their state up to date with put, take and give. Thread: one at a time. Never
// fails: what does not fit is no host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "placement/candidate.h"
#include "placement/host_index_group.h"

namespace hanse::placement {

struct HostHardware {
  std::vector<std::string> cpu_models;
  std::vector<std::string> machine_types;
};

class HostIndex {
 public:
  // Adds the host, or replaces all that is known of the one with this name.
  HostSlot put(HostCandidate host);
  // Nothing when there is none. The slot may be another host's later.
  void remove(std::string_view name);

  // What is free may become negative, when a host shrinks; it then takes nothing.
  // Requires, as all that take a slot: the host is there.
  void take(HostSlot slot, VcpuCount vcpu, MiB memory);
  void give(HostSlot slot, VcpuCount vcpu, MiB memory);
  void set_ready(HostSlot slot, bool ready);

  // The best of the hosts that may and that are not to be avoided; nothing is taken. `avoid` is sorted.
  std::optional<HostSlot> choose(const HostRequest& request, std::span<const HostSlot> avoid = {});
  // What the hosts can run, each combination once, in no order.
  std::vector<HostHardware> hardware() const;
  // How much of the request there is room for. Takes time in proportion to the distinct amounts that are
  // free.
  HostRoom room(const HostRequest& request) const;

  std::optional<HostSlot> find(std::string_view name) const;
  const std::string& name(HostSlot slot) const { return heaps_.name(slot); }
  HostCandidate candidate(HostSlot slot) const;
  // In order of name, at most so many.
  std::vector<HostCandidate> first(std::size_t limit) const;
  std::size_t size() const { return slots_.size(); }

  // The groups that satisfy so many different requests are remembered; then it is found out anew.
  static constexpr std::size_t kMaxRemembered = 64;

 private:
  using Capabilities = std::tuple<std::string, std::vector<std::string>, std::vector<std::string>>;
  using Wanted = std::tuple<std::string, std::string, std::string>;
  struct Group {
    Capabilities capabilities;
    HostGroup hosts;  // those that may take something
    std::size_t size = 0;
  };

  // In one place, since a change of any host anywhere reads all of it.
  struct State {
    std::int64_t free_vcpu = 0;
    std::int64_t free_memory = 0;
    std::uint32_t group = 0;
    bool ready = false;
    bool schedulable = false;

    bool may_take() const { return ready && schedulable && free_vcpu >= 0 && free_memory >= 0; }
    FreeKey key() const { return FreeKey::of(free_vcpu, free_memory); }
  };

  State& state(HostSlot slot) { return states_[static_cast<std::size_t>(slot)]; }
  const State& state(HostSlot slot) const { return states_[static_cast<std::size_t>(slot)]; }
  static bool provides(const Capabilities& capabilities, const HostRequest& request);
  HostSlot new_slot(std::string name);
  std::uint32_t join_group(Capabilities capabilities);
  void leave_group(std::uint32_t group);
  // In or out of what choose() sees; a host that may take nothing is never in.
  void show(HostSlot slot);
  void hide(HostSlot slot);
  std::optional<HostSlot> named(const HostRequest& request) const;
  std::optional<HostSlot> best(const HostRequest& request) const;
  const std::vector<std::uint32_t>& matching(const HostRequest& request) const;

  std::map<std::string, HostSlot, std::less<>> slots_;  // by name
  std::vector<HostSlot> free_slots_;
  NameHeaps heaps_;
  std::vector<State> states_;  // by slot

  std::vector<Group> groups_;
  std::map<Capabilities, std::uint32_t> group_of_;
  std::vector<std::uint32_t> free_groups_;
  mutable std::map<Wanted, std::vector<std::uint32_t>, std::less<>> matching_;
};

}  // namespace hanse::placement
