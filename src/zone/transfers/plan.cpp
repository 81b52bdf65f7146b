#include "zone/transfers/plan.h"

#include "model/emulated_moves.h"

namespace hanse::zone {
namespace {

std::string reason_against_live(const PlanView& view) {
  if (!view.host || view.host->inventory.live_moves) return "";
  return fmt::format(
      "host '{}' cannot move machines live: {} damages guests under emulation; install QEMU {} or later",
      view.host->name, view.host->inventory.hypervisor, model::kFirstQemuForEmulatedMoves);
}

Status check_known(const std::string& name, const PlanView& view) {
  if (view.instance == nullptr) return fail(Code::failed_precondition, "instance '{}' is gone", name);
  const model::InstanceStatus& status = view.instance->status;
  if (status.host.empty())
    return fail(Code::failed_precondition, "instance '{}' is on no host yet; move it when it is", name);
  if (!view.host_connected) {
    return fail(Code::failed_precondition,
                "host '{}' of instance '{}' is not connected; move it when the host is back", status.host,
                name);
  }
  if (!view.observed)
    return fail(Code::failed_precondition, "host '{}' has not said yet what instance '{}' does; try again",
                status.host, name);
  if (view.observed->exists && view.observed->epoch != status.epoch) {
    return fail(Code::failed_precondition,
                "host '{}' has instance '{}' in another epoch than this zone holds", status.host, name);
  }
  return {};
}

}  // namespace

Result<migration::ModeChoice> choose_mode(const model::TransferSpec& spec, model::TransferMode asked,
                                          const PlanView& view) {
  HANSE_CHECK(check_known(spec.instance, view));
  const model::PowerState power = view.observed ? view.observed->power_state : model::PowerState::unknown;
  const bool should_run = view.instance->spec.power == model::Power::running;
  // What was created stopped is so as well.
  const bool is_made = view.observed && view.observed->exists;
  return migration::choose_mode(
      asked, {.instance = spec.instance,
              .runs = power == model::PowerState::running && should_run,
              .is_stopped = !should_run && (!is_made || power == model::PowerState::stopped),
              .copy = spec.copy.has_value(),
              .new_sku = spec.sku.value_or(""),
              .no_live_reason = reason_against_live(view)});
}

Status check_plan(const model::Transfer& transfer, const PlanView& view) {
  const auto choice = choose_mode(transfer.spec, transfer.status.mode, view);
  if (!choice) return fail(choice.error());
  if (transfer.status.mode != model::TransferMode::automatic) return {};
  return fail(Code::failed_precondition, "the state of instance '{}' has just changed; try again",
              transfer.spec.instance);
}

}  // namespace hanse::zone
