#include "zone/hardware_choice.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>
#include <utility>

namespace hanse::zone {
namespace {

constexpr Nanos kLookAtPeers = Seconds{1};
// The best first. A guest that runs with one runs on whatever has a higher one.
constexpr std::string_view kLevels[] = {"x86-64-v4", "x86-64-v3", "x86-64-v2", "qemu64"};

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

// (10, 0) of "pc-q35-10.0"; negative for what is no version of that family.
std::pair<int, int> version_of(std::string_view type) {
  constexpr std::string_view kFamily = "pc-q35-";
  if (!type.starts_with(kFamily)) return {-1, -1};
  const std::string_view digits = type.substr(kFamily.size());
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
  return inventory.cpu_models.empty() ? std::string(kLevels[std::size(kLevels) - 1])
                                      : inventory.cpu_models.front();
}

void add_hardware(federation::ZoneDigest& digest, std::span<const placement::HostHardware> hosts) {
  for (const placement::HostHardware& host : hosts) {
    add_names(digest.cpu_models, host.cpu_models, federation::kMaxHardwareNames);
    add_names(digest.machine_types, host.machine_types, federation::kMaxHardwareNames);
  }
  std::sort(digest.cpu_models.begin(), digest.cpu_models.end());
  std::sort(digest.machine_types.begin(), digest.machine_types.end());
}

const SharedHardware& HardwareChoice::shared() {
  const MonotonicTime now = clock_.now();
  if (looked_ && now - *looked_ < kLookAtPeers) return shared_;
  looked_ = now;
  shared_ = {};
  for (const std::string& peer : config_.move_peers.empty() ? peers_.names() : config_.move_peers) {
    if (const auto* const known = records_.digest_of(peer)) shared_.add(known->digest);
  }
  return shared_;
}

void HardwareChoice::choose(model::InstanceSpec& spec, const model::Inventory& host) {
  if (spec.machine_type && spec.cpu_model) return;
  const SharedHardware& common = shared();
  if (!spec.machine_type) spec.machine_type = choose_machine_type(host, common);
  if (!spec.cpu_model) spec.cpu_model = choose_cpu_model(host, common);
}

}  // namespace hanse::zone
