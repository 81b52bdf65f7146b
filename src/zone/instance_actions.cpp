#include "zone/instance_actions.h"

#include <functional>

namespace hanse::zone {
namespace {

// Shared by all: what was asked of an instance that is not this zone's to act on, or not now.
Status check_actionable(const model::Instance& instance) {
  const std::string title = to_string(id_of(instance.metadata));
  if (!instance.status.moved_to.empty()) {
    return fail(Code::failed_precondition, "instance '{}' moved to zone '{}'; use that zone's context", title,
                instance.status.moved_to);
  }
  if (instance.metadata.deleted_at)
    return fail(Code::failed_precondition, "instance '{}' is being deleted", title);
  if (!instance.status.transfer.empty()) {
    return fail(Code::failed_precondition,
                "instance '{}' is moving in transfer '{}'; wait for its end or cancel it", title,
                instance.status.transfer);
  }
  return {};
}

std::function<Status(model::Instance&)> set_power(model::Power power) {
  return [power](model::Instance& instance) -> Status {
    HANSE_CHECK(check_actionable(instance));
    instance.spec.power = power;
    return {};
  };
}

}  // namespace

Task<Result<model::Instance>> InstanceActions::start(ResourceId id) {
  return tables_.instances.update(std::move(id), set_power(model::Power::running));
}

Task<Result<model::Instance>> InstanceActions::stop(ResourceId id) {
  return tables_.instances.update(std::move(id), set_power(model::Power::stopped));
}

Task<Result<model::Instance>> InstanceActions::restart(ResourceId id) {
  return tables_.instances.update(std::move(id), [](model::Instance& instance) -> Status {
    HANSE_CHECK(check_actionable(instance));
    instance.spec.power = model::Power::running;
    ++instance.status.restart_generation;
    return {};
  });
}

Task<Result<model::HostResponse>> InstanceActions::call_host(ResourceId id, model::HostRequest request) {
  HANSE_CO_TRY(const auto instance, tables_.instances.get(id));
  if (!instance->status.moved_to.empty()) co_return fail(check_actionable(*instance).error());
  if (instance->status.host.empty()) {
    co_return fail(Code::failed_precondition, "instance '{}' has no host yet", to_string(id));
  }
  request.uid = instance->metadata.uid;
  co_return co_await hosts_.call(instance->status.host, std::move(request));
}

Task<Result<model::HostResponse>> InstanceActions::read_console(ResourceId id, std::int64_t offset) {
  return call_host(std::move(id), {.method = model::HostMethod::read_console, .offset = offset});
}

Task<Status> InstanceActions::write_console(ResourceId id, std::string text) {
  const auto answer = co_await call_host(
      std::move(id), {.method = model::HostMethod::write_console, .text = std::move(text)});
  if (!answer) co_return fail(answer.error());
  co_return Status();
}

}  // namespace hanse::zone
