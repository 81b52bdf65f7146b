// What the transfer coroutines (source_transfer.h, target_transfer.h) need from their surroundings, as
// interfaces: the durable record, the machine at the host, and the zone at the other end. The zone implements
// them; tests and the simulator may too.
//
// Thread: the loop. Each operation may be repeated: a transfer goes on after a crash by doing its phase
// again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "base/units.h"
#include "migration/mode.h"
#include "migration/transfer_machine.h"
#include "model/host_protocol.h"
#include "model/transfer.h"
#include "runtime/signal.h"

namespace hanse::migration {

// The record of one transfer in this zone's store. An advance is one transaction: the record's new phase, and
// what goes with it (ending or taking an epoch, the instance's own record).
class TransferRecord {
 public:
  virtual ~TransferRecord() = default;
  // The durable state.
  virtual model::Transfer current() const = 0;
  // Notified when the record changes, also by a cancel request.
  virtual Signal& changes() = 0;
  // On disk when it completes. `note` goes into the record as failure (refused, rolling back) or as a
  // condition. Errors: failed_precondition by the state machine, those of the store.
  virtual Task<Status> advance(TransferEvent event, std::string note) = 0;
  // An advance by grant_received that keeps what the source has signed. Errors: also unauthenticated when it
  // has not.
  virtual Task<Status> take_grant(model::TransferGrant grant, std::string note) = 0;
  // On disk when it completes. Errors: failed_precondition when it does not prepare any more.
  virtual Task<Status> take_mode(ModeChoice choice) = 0;
  // What does not have to survive a crash: progress for people. Kept in memory, shown by the API.
  virtual void show(const model::TransferProgress& progress) = 0;
  // A zone, or a host; empty: nobody.
  virtual void show_waiting_for(const std::string& name) = 0;
  // On disk with the advances to the commit point and to the end of a move that went well.
  virtual void set_report(model::TransferReport report) = 0;
};

// The machine that moves, at this zone's host.
class MovingMachine {
 public:
  virtual ~MovingMachine() = default;
  // Orders are level-triggered: the newest one counts until it is withdrawn by std::nullopt.
  virtual void order(std::optional<model::MoveOrder> order) = 0;
  // The last that the host said; nothing before it has connected since this zone started.
  virtual std::optional<model::MachineObserved> observed() const = 0;
  // The name of its host while that is not connected, else empty.
  virtual std::string absent_host() const = 0;
  virtual Signal& changes() = 0;
};

// What the target shows of an incoming transfer to the source.
struct IncomingView {
  model::TransferPhase phase = model::TransferPhase::preparing;
  std::string failure;
  std::string seed_endpoint;  // where the target's host waits for the source's
  std::string ca_pem;         // that signed the certificate of the target's host, for this transfer alone
  std::int32_t image_percent = 0;  // of the blobs the target has to fetch first
  Bytes image_bytes;
  std::string resumed_at_ns;  // when the guest runs there
  std::string first_heartbeat;
  bool operator==(const IncomingView&) const = default;
};
BOOST_DESCRIBE_STRUCT(IncomingView, (),
                      (phase, failure, seed_endpoint, ca_pem, image_percent, image_bytes, resumed_at_ns,
                       first_heartbeat))
HANSE_DECLARE_JSON(IncomingView);

// What the source says when the target asks what became of a transfer.
enum class Outcome { undecided, committed, rolled_back };
BOOST_DESCRIBE_ENUM(Outcome, undecided, committed, rolled_back)

struct OutcomeView {
  Outcome outcome = Outcome::undecided;
  std::optional<model::TransferGrant> grant;  // when it has committed
  bool operator==(const OutcomeView&) const = default;
};
BOOST_DESCRIBE_STRUCT(OutcomeView, (), (outcome, grant))
HANSE_DECLARE_JSON(OutcomeView);

Outcome outcome_of(model::TransferPhase source_phase);

// The target zone, as the source speaks to it.
class TargetZone {
 public:
  virtual ~TargetZone() = default;
  // Errors: failed_precondition, permission_denied, resource_exhausted, already_exists, invalid_argument,
  // unimplemented: a refusal, nothing was kept there; anything else: not known, ask again.
  virtual Task<Result<IncomingView>> prepare() = 0;
  // Answers when the view differs from `seen`, at the latest after some seconds. Errors: not_found when it
  // keeps no such transfer.
  virtual Task<Result<IncomingView>> wait(IncomingView seen) = 0;
  // Durable at the target when it completes. `memory_lost`, which a later call may add: of a post-copy, that
  // the source has ended; what the guest has not got of its memory never comes, and it boots from its disks.
  virtual Task<Result<IncomingView>> grant(Epoch epoch, bool memory_lost) = 0;
  // Errors: failed_precondition when it has been granted.
  virtual Task<Status> abort() = 0;
};

// The source zone, as the target speaks to it.
class SourceZone {
 public:
  virtual ~SourceZone() = default;
  virtual Task<Result<OutcomeView>> outcome() = 0;
};

}  // namespace hanse::migration
