#include "zone/transfers/plan.h"

namespace hanse::zone {

Status check_plan(const model::Transfer& transfer, const PlanView& view) {
  const std::string& name = transfer.spec.instance;
  if (view.instance == nullptr) return fail(Code::failed_precondition, "instance '{}' is gone", name);
  const model::InstanceStatus& status = view.instance->status;
  if (!view.host_connected) {
    return fail(Code::failed_precondition,
                "host '{}' of instance '{}' is not connected; move it when the host is back", status.host,
                name);
  }
  const bool runs = view.observed && view.observed->power_state == model::PowerState::running;
  if (!runs) {
    return fail(Code::failed_precondition,
                "instance '{}' does not run; start it with 'hanse start {}', then move it", name, name);
  }
  if (view.observed->epoch != status.epoch) {
    return fail(Code::failed_precondition,
                "host '{}' runs instance '{}' in another epoch than this zone holds", status.host, name);
  }
  if (view.host && !view.host->inventory.live_moves) {
    return fail(
        Code::failed_precondition,
        "host '{}' cannot move machines live: {} damages guests under emulation; install QEMU 10 or later",
        status.host, view.host->inventory.hypervisor);
  }
  return {};
}

}  // namespace hanse::zone
