#include "migration/transfer_machine.h"

#include <array>

namespace hanse::migration {
namespace {

using Event = TransferEvent;
using Phase = model::TransferPhase;
using Role = model::TransferRole;

constexpr std::array kTable = {
    Transition{Role::source, Phase::planned, Event::plan_accepted, Phase::preparing},
    Transition{Role::source, Phase::planned, Event::plan_refused, Phase::refused},
    Transition{Role::source, Phase::planned, Event::cancel_requested, Phase::cancelled},
    Transition{Role::source, Phase::preparing, Event::target_ready, Phase::sending},
    Transition{Role::source, Phase::preparing, Event::plan_refused, Phase::refused},
    Transition{Role::source, Phase::preparing, Event::failed, Phase::rolling_back},
    Transition{Role::source, Phase::preparing, Event::cancel_requested, Phase::rolling_back},
    Transition{Role::source, Phase::sending, Event::handed_over, Phase::committed},
    Transition{Role::source, Phase::sending, Event::failed, Phase::rolling_back},
    Transition{Role::source, Phase::sending, Event::cancel_requested, Phase::rolling_back},
    Transition{Role::source, Phase::committed, Event::target_running, Phase::completed},
    Transition{Role::source, Phase::rolling_back, Event::undone, Phase::rolled_back},
    Transition{Role::source, Phase::rolling_back, Event::undone_by_user, Phase::cancelled},

    Transition{Role::target, Phase::preparing, Event::target_ready, Phase::sending},
    Transition{Role::target, Phase::preparing, Event::failed, Phase::rolling_back},
    Transition{Role::target, Phase::sending, Event::grant_received, Phase::granted},
    Transition{Role::target, Phase::sending, Event::failed, Phase::rolling_back},
    Transition{Role::target, Phase::granted, Event::target_running, Phase::completed},
    Transition{Role::target, Phase::rolling_back, Event::undone, Phase::rolled_back},
};

}  // namespace

std::span<const Transition> transfer_transitions() {
  return kTable;
}

Result<Phase> next_phase(Role role, Phase phase, Event event) {
  for (const Transition& row : kTable) {
    if (row.role == role && row.from == phase && row.event == event) return row.to;
  }
  return fail(Code::failed_precondition, "a transfer that is {} at the {} cannot take the event {}",
              name_of(phase), role == Role::source ? "source" : "target", name_of(event));
}

bool may_run(Role role, Phase phase) {
  if (role == Role::target) return phase == Phase::granted || phase == Phase::completed;
  return phase != Phase::committed && phase != Phase::completed;
}

std::string_view name_of(Phase phase) {
  return boost::describe::enum_to_string(phase, "unknown");
}

std::string_view name_of(Event event) {
  return boost::describe::enum_to_string(event, "unknown");
}

}  // namespace hanse::migration
