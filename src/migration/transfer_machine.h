// The state machine of a transfer as one table, for both roles. Pure. docs/states/transfer.md draws it, and a
// test compares the two.
#pragma once

#include <boost/describe.hpp>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "model/transfer.h"

namespace hanse::migration {

enum class TransferEvent {
  plan_accepted,
  plan_refused,    // by the source's own plan, or by the target before it had prepared anything
  target_ready,    // the incoming end is open
  handed_over,     // source: paused, drained, everything is loaded at the target, and the epoch has ended on
                   // disk
  grant_received,  // target: the source has committed
  failed,          // anything, before the commit point
  cancel_requested,
  target_running,  // the guest runs at the target
  undone,  // source: the guest runs here again, or never stopped; target: nothing is left of the incoming end
  undone_by_user,  // the same after a cancel
};
BOOST_DESCRIBE_ENUM(TransferEvent, plan_accepted, plan_refused, target_ready, handed_over, grant_received,
                    failed, cancel_requested, target_running, undone, undone_by_user)

struct Transition {
  model::TransferRole role;
  model::TransferPhase from;
  TransferEvent event;
  model::TransferPhase to;
};

std::span<const Transition> transfer_transitions();

// Errors: failed_precondition with the phase and the event, when the table has no such row.
Result<model::TransferPhase> next_phase(model::TransferRole role, model::TransferPhase phase,
                                        TransferEvent event);

// What a transfer grants: the target runs the instance in the epoch after the source's.
constexpr Epoch granted_epoch(Epoch source) {
  return {source.value + 1};
}

// Whether a side whose durable record says so may run the instance: the source in its epoch, the target in
// the next. docs/states/ownership.md shows that it is never both.
bool may_run(model::TransferRole role, model::TransferPhase phase);

std::string_view name_of(model::TransferPhase phase);
std::string_view name_of(TransferEvent event);

}  // namespace hanse::migration
