// LocalTarget: the target of a move within this zone, as its source sees it: the other host, through this
// zone's own sessions. There is no second record that could contradict the first: what a target zone would
// keep on its disk follows from the source's record alone, and what the host does from the host's own words.
//
// Lifecycle: as long as its transfer. Thread: the loop. Failure: as TargetZone says; unavailable while the
// host is not connected after the commit point.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "migration/ports.h"
#include "runtime/runtime.h"
#include "zone/transfers/host_machine.h"

namespace hanse::zone {

class LocalTarget final : public migration::TargetZone {
 public:
  // `order`: with keys for a move that begins; without them, as after a restart of the zone, it cannot be
  // prepared any more. `ca_pem` has signed its certificate.
  LocalTarget(Runtime& runtime, HostSessions& hosts, HostMachine machine, model::MoveOrder order,
              std::string ca_pem)
      : runtime_(runtime),
        hosts_(hosts),
        machine_(std::move(machine)),
        order_(std::move(order)),
        ca_pem_(std::move(ca_pem)) {}

  // Asks the host to open its incoming end.
  Task<Result<migration::IncomingView>> prepare() override;
  Task<Result<migration::IncomingView>> wait(migration::IncomingView seen) override;
  // The commit has made it the instance's host: without an order it runs the machine.
  Task<Result<migration::IncomingView>> grant(Epoch epoch, bool memory_lost) override;
  // The end of the transfer's record has the host remove its copy, whenever it can be told.
  Task<Status> abort() override;

  migration::IncomingView view() const;

 private:
  migration::IncomingView incoming_view() const;
  migration::IncomingView granted_view() const;
  std::optional<model::MachineObserved> now_running() const;
  Result<migration::IncomingView> heard_view() const;
  void note_running();

  Runtime& runtime_;
  HostSessions& hosts_;
  HostMachine machine_;
  model::MoveOrder order_;
  std::string ca_pem_;
  std::optional<Epoch> granted_;
  std::optional<MonotonicTime> report_by_;  // while the guest runs there
};

}  // namespace hanse::zone
