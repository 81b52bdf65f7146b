#include "zone/hardware_choice.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>
#include <utility>

namespace hanse::zone {
namespace {

constexpr Nanos kLookAtPeers = Seconds{1};
// The best first. A guest of x86-64 that runs with one runs on whatever has a higher one; of the others an
// emulating host has several, and one with KVM its own processor alone.
constexpr std::string_view kLevels[] = {"x86-64-v4", "x86-64-v3",  "x86-64-v2",  "qemu64",
                                        "host",      "cortex-a72", "cortex-a57", "cortex-a53"};
constexpr std::string_view kOldestLevel = "qemu64";

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool allowed(const std::optional<std::set<std::string>>& shared, std::string_view name) {
  return !shared || shared->contains(std::string(name));
}

void intersect(std::optional<std::set<std::string>>& shared, const std::vector<std::string>& names) {
  if (names.empty()) return;  // an older version says nothing
  std::set<std::string> kept;
  for (const std::string& name : names) {
    if (allowed(shared, name)) kept.insert(name);
  }
  shared = std::move(kept);
}

// (10, 0) of "pc-q35-10.0"; negative for what is no version of a family.
std::pair<int, int> version_of(std::string_view type) {
  const auto* const family =
      std::find_if(model::kArchitectures.begin(), model::kArchitectures.end(),
                   [&](const model::Architecture& one) { return type.starts_with(one.machine_family); });
  if (family == model::kArchitectures.end()) return {-1, -1};
  const std::string_view digits = type.substr(family->machine_family.size());
  const auto number = [](std::string_view text) {
    int value = -1;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc() && end == text.data() + text.size() ? value : -1;
  };
  const auto dot = digits.find('.');
  if (dot == std::string_view::npos) return {-1, -1};
  return {number(digits.substr(0, dot)), number(digits.substr(dot + 1))};
}

std::string newest_type(const model::Inventory& inventory, const SharedHardware& shared) {
  std::string newest;
  for (const std::string& type : inventory.machine_types) {
    const auto version = version_of(type);
    if (version.first < 0 || version.second < 0 || !allowed(shared.machine_types, type)) continue;
    if (newest.empty() || version > version_of(newest)) newest = type;
  }
  return newest;
}

std::string best_level(const model::Inventory& inventory, const SharedHardware& shared) {
  for (const std::string_view level : kLevels) {
    if (has(inventory.cpu_models, level) && allowed(shared.cpu_models, level)) return std::string(level);
  }
  return "";
}

void add_names(std::vector<std::string>& to, const std::vector<std::string>& names, std::size_t limit) {
  for (const std::string& name : names) {
    if (!has(to, name) && to.size() < limit) to.push_back(name);
  }
}

}  // namespace

void SharedHardware::add(const federation::ZoneDigest& digest) {
  // A zone without hosts of this architecture can take none of its guests in any case.
  const auto is_ours = [&](const std::string& type) { return type.starts_with(family); };
  const bool says = !digest.machine_types.empty();
  if (says && std::none_of(digest.machine_types.begin(), digest.machine_types.end(), is_ours)) return;
  intersect(cpu_models, digest.cpu_models);
  intersect(machine_types, digest.machine_types);
}

std::string choose_machine_type(const model::Inventory& inventory, const SharedHardware& shared) {
  std::string type = newest_type(inventory, shared);
  if (type.empty()) type = newest_type(inventory, {});
  if (type.empty() && !inventory.machine_types.empty()) type = inventory.machine_types.front();
  return type;
}

std::string choose_cpu_model(const model::Inventory& inventory, const SharedHardware& shared) {
  std::string model = best_level(inventory, shared);
  if (model.empty()) model = best_level(inventory, {});
  if (!model.empty()) return model;
  return inventory.cpu_models.empty() ? std::string(kOldestLevel) : inventory.cpu_models.front();
}

void add_hardware(federation::ZoneDigest& digest, std::span<const placement::HostHardware> hosts) {
  // First what is chosen from, should there be more than it may say.
  for (const std::string_view level : kLevels) {
    for (const placement::HostHardware& host : hosts) {
      if (has(host.cpu_models, level))
        add_names(digest.cpu_models, {std::string(level)}, federation::kMaxHardwareNames);
    }
  }
  for (const placement::HostHardware& host : hosts) {
    add_names(digest.cpu_models, host.cpu_models, federation::kMaxHardwareNames);
    add_names(digest.machine_types, host.machine_types, federation::kMaxHardwareNames);
  }
  std::sort(digest.cpu_models.begin(), digest.cpu_models.end());
  std::sort(digest.machine_types.begin(), digest.machine_types.end());
}

const SharedHardware& HardwareChoice::shared(std::string_view architecture) {
  const auto* const known = model::find_architecture(architecture);
  const std::string_view family = known == nullptr ? "" : known->machine_family;
  const MonotonicTime now = clock_.now();
  Looked& looked = looked_[family];
  if (looked.at && now - *looked.at < kLookAtPeers) return looked.shared;
  looked = {.at = now, .shared = {.family = family}};
  for (const std::string& peer : config_.move_peers.empty() ? peers_.names() : config_.move_peers) {
    if (const auto* const record = records_.digest_of(peer)) looked.shared.add(record->digest);
  }
  return looked.shared;
}

void HardwareChoice::choose(model::InstanceSpec& spec, const model::Inventory& host) {
  if (spec.machine_type && spec.cpu_model) return;
  const SharedHardware& common = shared(host.architecture);
  if (!spec.machine_type) spec.machine_type = choose_machine_type(host, common);
  if (!spec.cpu_model) spec.cpu_model = choose_cpu_model(host, common);
}

model::Hardware HardwareChoice::adapt(model::InstanceSpec spec, const model::Inventory& host) {
  if (spec.machine_type && !has(host.machine_types, *spec.machine_type)) spec.machine_type.reset();
  if (spec.cpu_model && !has(host.cpu_models, *spec.cpu_model)) spec.cpu_model.reset();
  choose(spec, host);
  return {.machine_type = spec.machine_type.value_or(""), .cpu_model = spec.cpu_model.value_or("")};
}

}  // namespace hanse::zone
