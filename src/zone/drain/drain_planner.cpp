#include "zone/drain/drain_planner.h"

#include <fmt/format.h>

namespace hanse::zone {
namespace {

DrainDecision stay(std::string reason) {
  return {DrainStep::stay, std::move(reason)};
}

DrainDecision decision_of_stopped(const DrainView& view) {
  if (view.observed && !view.observed->exists)
    return {view.leaves_zone ? DrainStep::move : DrainStep::re_place, ""};
  if (!view.observed || view.observed->power_state != model::PowerState::stopped) return {};  // soon
  return {DrainStep::move, ""};
}

}  // namespace

DrainDecision drain_decision(const model::Instance& instance, const DrainView& view) {
  const model::InstanceStatus& status = instance.status;
  if (instance.metadata.deleted_at || !status.moved_to.empty() || !status.transfer.empty()) return {};
  // In another zone the name of a host means nothing.
  if (instance.spec.host && !view.leaves_zone) {
    return stay(fmt::format("its spec binds it to this host; move it with 'hanse migrate {} --host HOST'",
                            instance.metadata.name));
  }
  if (!view.host_connected) return stay("the host is not connected; it is moved when the host is back");
  if (instance.spec.power == model::Power::stopped) return decision_of_stopped(view);
  if (view.observed && view.observed->power_state == model::PowerState::running) return {DrainStep::move, ""};
  if (view.observed && !view.observed->error.empty())
    return stay(fmt::format("it does not run: {}", view.observed->error));
  return {};  // it starts
}

}  // namespace hanse::zone
