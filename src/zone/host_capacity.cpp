#include "zone/host_capacity.h"

#include <algorithm>

namespace hanse::zone {
namespace {

void take(placement::HostCandidate& host, VcpuCount vcpu, MiB memory) {
  host.free_vcpu = host.free_vcpu - vcpu;
  host.free_memory = host.free_memory - memory;
}

}  // namespace

Result<std::vector<placement::HostCandidate>> HostCapacity::candidates() const {
  HANSE_TRY(const auto hosts, tables_.hosts.all());
  std::map<std::string, placement::HostCandidate> by_name;
  for (const auto& host : hosts) {
    const std::string& name = host->metadata.name;
    const model::Inventory& inventory = host->status.inventory;
    by_name.emplace(
        name, placement::HostCandidate{.name = name,
                                       .architecture = inventory.architecture,
                                       .ready = hosts_.connected(name),
                                       .schedulable = host->spec.schedulable && !host->metadata.deleted_at,
                                       .free_vcpu = inventory.vcpu,
                                       .free_memory = inventory.memory_mib,
                                       .cpu_models = inventory.cpu_models,
                                       .machine_types = inventory.machine_types});
  }
  HANSE_TRY(const auto instances, tables_.instances.all());
  for (const auto& instance : instances) {
    const auto host = by_name.find(instance->status.host);
    if (host == by_name.end() || reserved_.contains(instance->metadata.uid)) continue;
    const ResourceId sku_id{.tenant = instance->metadata.tenant,
                            .name = model::reference_name(instance->spec.sku_ref)};
    if (const auto sku = tables_.instance_skus.get(sku_id))
      take(host->second, (*sku)->spec.vcpu, (*sku)->spec.memory_mib);
  }
  for (const auto& [uid, reserved] : reserved_) {
    if (const auto host = by_name.find(reserved.host); host != by_name.end())
      take(host->second, reserved.vcpu, reserved.memory);
  }
  std::vector<placement::HostCandidate> all;
  for (auto& [name, host] : by_name) all.push_back(std::move(host));
  return all;
}

Result<std::string> HostCapacity::reserve(const std::string& uid, const std::string& title,
                                          const placement::HostRequest& request) {
  HANSE_TRY(const auto hosts, candidates());
  const placement::Decision decision = placement::choose_host(request, hosts);
  if (decision.chosen.empty()) return fail(placement::why_not(decision, "instance '" + title + "'"));
  reserved_.insert_or_assign(uid, Reserved{decision.chosen, request.vcpu, request.memory});
  return decision.chosen;
}

placement::HostRequest host_request(const model::Instance& instance, const model::InstanceSku& sku) {
  return {.architecture = sku.spec.architecture,
          .vcpu = sku.spec.vcpu,
          .memory = sku.spec.memory_mib,
          .host = instance.spec.host.value_or(""),
          .cpu_model = instance.spec.cpu_model.value_or(""),
          .machine_type = instance.spec.machine_type.value_or("")};
}

std::string default_machine_type(const model::Inventory& inventory) {
  constexpr std::string_view kFamily = "pc-q35-";
  const auto version_of = [&](const std::string& type) {
    const std::string digits = type.substr(kFamily.size());
    const std::size_t dot = digits.find('.');
    const auto number = [](const std::string& text) {
      return text.find_first_not_of("0123456789") == std::string::npos && !text.empty() && text.size() < 6
                 ? std::stoi(text)
                 : -1;
    };
    if (dot == std::string::npos) return std::pair(-1, -1);
    return std::pair(number(digits.substr(0, dot)), number(digits.substr(dot + 1)));
  };
  std::string newest;
  for (const std::string& type : inventory.machine_types) {
    if (!type.starts_with(kFamily) || version_of(type).first < 0 || version_of(type).second < 0) continue;
    if (newest.empty() || version_of(type) > version_of(newest)) newest = type;
  }
  if (!newest.empty()) return newest;
  return inventory.machine_types.empty() ? std::string() : inventory.machine_types.front();
}

std::string default_cpu_model(const model::Inventory& inventory) {
  constexpr std::string_view kCommon = "qemu64";
  const auto& models = inventory.cpu_models;
  if (std::find(models.begin(), models.end(), kCommon) != models.end() || models.empty())
    return std::string(kCommon);
  return models.front();
}

}  // namespace hanse::zone
