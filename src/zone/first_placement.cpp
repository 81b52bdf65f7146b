#include "zone/first_placement.h"

#include <utility>

namespace hanse::zone {
namespace {

// Given up before the store has answered (the request took too long, the zone ends), it frees the place
// although the instance may be written yet; the news of that takes it again.
class HeldPlace final : public Addition {
 public:
  HeldPlace(HostCapacity& capacity, EventLog& events, const model::Instance& instance)
      : capacity_(capacity),
        events_(events),
        uid_(instance.metadata.uid),
        name_(to_string(id_of(instance.metadata))),
        host_(instance.status.host) {}
  ~HeldPlace() override { capacity_.release(uid_); }
  HeldPlace(const HeldPlace&) = delete;
  HeldPlace& operator=(const HeldPlace&) = delete;

  void written() override { events_.add("instance", name_, "Placed", "on host '" + host_ + "'"); }

 private:
  HostCapacity& capacity_;
  EventLog& events_;
  std::string uid_;
  std::string name_;
  std::string host_;
};

}  // namespace

std::unique_ptr<Addition> FirstPlacement::complete(model::Instance& instance, store::Transaction& with) {
  // A peer's reservation holds its place until the instance is there.
  if (!instance.status.placed_by.empty()) return nullptr;
  const auto sku = services_.tables.instance_skus.get(
      {.tenant = instance.metadata.tenant, .name = model::reference_name(instance.spec.sku_ref)});
  if (!sku) return nullptr;
  auto storages = services_.storages.prepare_new(instance);
  if (!storages) return nullptr;
  const auto host = services_.capacity.reserve(instance, host_request(instance, **sku));
  if (!host) return nullptr;
  instance.status.block_storages = std::move(storages->names);
  assign_host(instance, *host, services_.hosts, services_.hardware,
              to_rfc3339(services_.runtime.clock.wall_now()));
  with = std::move(storages->making);
  return std::make_unique<HeldPlace>(services_.capacity, services_.events, instance);
}

void assign_host(model::Instance& instance, const std::string& host, const HostSessions& hosts,
                 HardwareChoice& hardware, const std::string& now) {
  instance.status.host = host;
  instance.status.state = model::ResourceState::creating;
  if (const model::HostHello* const hello = hosts.find_hello(host))
    hardware.choose(instance.spec, hello->inventory);
  model::add_condition(instance.status.conditions,
                       {instance.status.state, "Placed", "HostChosen", "on host '" + host + "'", now});
}

}  // namespace hanse::zone
