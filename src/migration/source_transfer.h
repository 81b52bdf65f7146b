// SourceTransfer: the coroutine that carries one transfer through at the source, from whatever phase its
// record is in to an end.
//
// Lifecycle: run() is spawned once for each transfer that is not at an end, also after a restart of the zone;
// destroying the task stops it where it stands, and a later run() goes on from the record. One phase, one
// file: source_prepare.cpp, source_send.cpp, source_finish.cpp (commit and roll back). Failure: everything
// before the commit point leads to rolling back; after it the grant is repeated until the target has it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "migration/ports.h"
#include "runtime/runtime.h"

namespace hanse::migration {

// Reasons against the move; empty means go. Looks at what this zone knows; the target has its own say in
// prepare().
using PlanCheck = std::function<Status()>;

struct SourceSettings {
  std::string peer;                      // the name of the target zone, or of the target host in this one
  std::string peer_title;                // for people; empty: "zone '<peer>'"
  std::string peer_certificate_name;     // in the certificate of the target's QEMU
  model::StreamCredentials credentials;  // of this side; peer_ca_pem comes from the target
  model::StreamPath path = model::StreamPath::automatic;
  std::optional<std::vector<std::string>> copied_disks = {};  // of a transfer that keeps its source
  std::optional<std::string> copied_snapshot = {};            // as they were in it, by its uid
};

class SourceTransfer {
 public:
  SourceTransfer(Runtime& runtime, TransferRecord& record, MovingMachine& machine, TargetZone& target,
                 PlanCheck plan, SourceSettings settings);

  Task<void> run();

 private:
  Task<Status> step();
  Task<Status> plan();
  Task<Status> prepare();
  Task<Status> send();
  Task<Status> finish();
  Task<Status> roll_back();

  Task<Status> give_up(TransferEvent event, std::string reason);
  // The target does not take it. It is asked once more when the guest may boot there instead.
  Task<Status> hear_refusal(Error refusal);
  // For what the target says next. One that answers at once time and again does not keep this zone busy.
  Task<Result<IncomingView>> wait_for_news();
  Task<Status> await_hand_over();
  // It was to have passed the commit point by now. By the wall clock, which goes on while this zone is away.
  bool is_late(const model::Transfer& transfer) const;
  Task<Status> give_up_late();
  model::MoveOrder send_order(const IncomingView& view) const;
  Task<Result<IncomingView>> grant();
  // Beside finish(): shows how memory follows, and tells the target at once when the rest will never come.
  Task<void> follow_post_copy();
  void look_at_post_copy();
  void note_answer(IncomingView answer);
  model::TransferReport report_of(const IncomingView& view) const;
  bool cancel_requested() const { return record_.current().status.cancel_requested; }

  Runtime& runtime_;
  Logger log_;
  TransferRecord& record_;
  MovingMachine& machine_;
  TargetZone& target_;
  PlanCheck plan_;
  SourceSettings settings_;
  IncomingView view_;      // the target's last word
  int quick_answers_ = 0;  // of the target, one after the other
  MonotonicTime started_;
  double ms_before_start_ = 0;  // that it had taken when the zone was started again
  double prepare_ms_ = 0;
  std::optional<MonotonicTime> runs_there_;  // when that was known here
  model::MoveObserved handed_over_;          // the host's word at the commit point, and later of a post-copy
  bool memory_lost_ = false;                 // of a post-copy
};

// Shared by both roles: how long to wait before asking a silent peer again, and how long the other end has to
// answer at all.
inline constexpr Nanos kRetryBase = Millis{200};
inline constexpr Nanos kRetryCap = Seconds{5};
inline constexpr Nanos kPrepareLimit = Seconds{600};
// More answers in a row than this, each given within the time, are slowed down by it: those of a target that
// has news come now and then.
inline constexpr int kQuickAnswers = 50;
inline constexpr Nanos kQuickAnswer = Millis{100};
// A host that says nothing of the move for this long has lost it.
inline constexpr Nanos kHostSilenceLimit = Seconds{60};

}  // namespace hanse::migration
