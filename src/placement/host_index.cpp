#include "placement/host_index.h"

#include <algorithm>
#include <utility>

namespace hanse::placement {
namespace {

bool has(const std::vector<std::string>& names, const std::string& wanted) {
  return wanted.empty() || std::find(names.begin(), names.end(), wanted) != names.end();
}

FreeKey key_of(const HostRequest& request) {
  return FreeKey::of(std::max<std::int64_t>(request.vcpu.value, 0),
                     std::max<std::int64_t>(request.memory.value, 0));
}

}  // namespace

HostSlot HostIndex::put(HostCandidate host) {
  const auto known = find(host.name);
  const HostSlot slot = known ? *known : new_slot(host.name);
  if (known) hide(slot);
  // Joined before the old one is left, so that one that stays the same is not torn down.
  const std::uint32_t group =
      join_group({std::move(host.architecture), std::move(host.cpu_models), std::move(host.machine_types)});
  if (known) leave_group(state(slot).group);
  state(slot) = {.free_vcpu = host.free_vcpu.value,
                 .free_memory = host.free_memory.value,
                 .group = group,
                 .ready = host.ready,
                 .schedulable = host.schedulable};
  show(slot);
  return slot;
}

void HostIndex::remove(std::string_view name) {
  const auto found = slots_.find(name);
  if (found == slots_.end()) return;
  const HostSlot slot = found->second;
  hide(slot);
  leave_group(state(slot).group);
  free_slots_.push_back(slot);
  slots_.erase(found);
}

HostSlot HostIndex::new_slot(std::string name) {
  HostSlot slot{static_cast<std::uint32_t>(states_.size())};
  if (!free_slots_.empty()) {
    slot = free_slots_.back();
    free_slots_.pop_back();
  } else {
    states_.emplace_back();
  }
  slots_.emplace(name, slot);
  heaps_.set_name(slot, std::move(name));
  return slot;
}

std::uint32_t HostIndex::join_group(Capabilities capabilities) {
  const auto known = group_of_.find(capabilities);
  if (known != group_of_.end()) {
    groups_[known->second].size += 1;
    return known->second;
  }
  auto number = static_cast<std::uint32_t>(groups_.size());
  if (free_groups_.empty()) {
    groups_.emplace_back();
  } else {
    number = free_groups_.back();
    free_groups_.pop_back();
  }
  groups_[number] = {.capabilities = capabilities, .size = 1};
  group_of_.emplace(std::move(capabilities), number);
  matching_.clear();
  return number;
}

void HostIndex::leave_group(std::uint32_t group) {
  Group& left = groups_[group];
  left.size -= 1;
  if (left.size > 0) return;
  group_of_.erase(left.capabilities);
  left = {};
  free_groups_.push_back(group);
  matching_.clear();
}

void HostIndex::show(HostSlot slot) {
  const State& now = state(slot);
  if (now.may_take()) groups_[now.group].hosts.add(heaps_, slot, now.key());
}

void HostIndex::hide(HostSlot slot) {
  const State& now = state(slot);
  if (now.may_take()) groups_[now.group].hosts.remove(heaps_, slot, now.key());
}

void HostIndex::take(HostSlot slot, VcpuCount vcpu, MiB memory) {
  hide(slot);
  state(slot).free_vcpu -= vcpu.value;
  state(slot).free_memory -= memory.value;
  show(slot);
}

void HostIndex::give(HostSlot slot, VcpuCount vcpu, MiB memory) {
  take(slot, VcpuCount{-vcpu.value}, MiB{-memory.value});
}

void HostIndex::set_ready(HostSlot slot, bool ready) {
  hide(slot);
  state(slot).ready = ready;
  show(slot);
}

std::optional<HostSlot> HostIndex::choose(const HostRequest& request, std::span<const HostSlot> avoid) {
  std::optional<HostSlot> chosen = best(request);
  if (avoid.empty()) return chosen;
  // Only those that are in the way are touched: they step aside until there is one that is not to be avoided.
  std::vector<HostSlot> aside;
  while (chosen && std::binary_search(avoid.begin(), avoid.end(), *chosen)) {
    if (!request.host.empty()) return std::nullopt;
    hide(*chosen);
    aside.push_back(*chosen);
    chosen = best(request);
  }
  for (const HostSlot slot : aside) show(slot);
  return chosen;
}

std::optional<HostSlot> HostIndex::best(const HostRequest& request) const {
  if (!request.host.empty()) return named(request);
  const FreeKey need = key_of(request);
  std::optional<HostGroup::Fit> best;
  for (const std::uint32_t group : matching(request)) {
    const auto fit = groups_[group].hosts.best(need);
    if (!fit) continue;
    if (!best || std::tie(fit->key, name(fit->slot)) < std::tie(best->key, name(best->slot))) best = fit;
  }
  return best ? std::optional(best->slot) : std::nullopt;
}

std::optional<HostSlot> HostIndex::named(const HostRequest& request) const {
  const auto slot = find(request.host);
  if (!slot) return std::nullopt;
  const State& now = state(*slot);
  const bool fits =
      now.may_take() && now.free_vcpu >= request.vcpu.value && now.free_memory >= request.memory.value;
  return fits && provides(groups_[now.group].capabilities, request) ? slot : std::nullopt;
}

HostRoom HostIndex::room(const HostRequest& request) const {
  HostRoom all;
  for (const std::uint32_t group : matching(request)) {
    const HostRoom room = groups_[group].hosts.room(key_of(request));
    all.instances += room.instances;
    all.hosts += room.hosts;
  }
  return all;
}

std::vector<HostHardware> HostIndex::hardware() const {
  std::vector<HostHardware> all;
  for (const auto& [capabilities, group] : group_of_) {
    const auto& [architecture, cpu_models, machine_types] = capabilities;
    all.push_back({cpu_models, machine_types});
  }
  return all;
}

bool HostIndex::provides(const Capabilities& capabilities, const HostRequest& request) {
  const auto& [architecture, cpu_models, machine_types] = capabilities;
  return architecture == request.architecture && has(cpu_models, request.cpu_model) &&
         has(machine_types, request.machine_type);
}

const std::vector<std::uint32_t>& HostIndex::matching(const HostRequest& request) const {
  const auto known = matching_.find(std::tie(request.architecture, request.cpu_model, request.machine_type));
  if (known != matching_.end()) return known->second;
  if (matching_.size() >= kMaxRemembered) matching_.clear();
  std::vector<std::uint32_t> groups;
  for (const auto& [capabilities, group] : group_of_) {
    if (provides(capabilities, request)) groups.push_back(group);
  }
  Wanted wanted(request.architecture, request.cpu_model, request.machine_type);
  return matching_.emplace(std::move(wanted), std::move(groups)).first->second;
}

std::optional<HostSlot> HostIndex::find(std::string_view name) const {
  const auto found = slots_.find(name);
  return found == slots_.end() ? std::nullopt : std::optional(found->second);
}

HostCandidate HostIndex::candidate(HostSlot slot) const {
  const State& now = state(slot);
  const auto& [architecture, cpu_models, machine_types] = groups_[now.group].capabilities;
  return {.name = name(slot),
          .architecture = architecture,
          .ready = now.ready,
          .schedulable = now.schedulable,
          .free_vcpu = {now.free_vcpu},
          .free_memory = {now.free_memory},
          .cpu_models = cpu_models,
          .machine_types = machine_types};
}

std::vector<HostCandidate> HostIndex::first(std::size_t limit) const {
  std::vector<HostCandidate> hosts;
  for (const auto& [name, slot] : slots_) {
    if (hosts.size() == limit) break;
    hosts.push_back(candidate(slot));
  }
  return hosts;
}

}  // namespace hanse::placement
