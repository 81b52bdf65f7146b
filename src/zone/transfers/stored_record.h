// StoredRecord: the record of one transfer in this zone's store, with what a step of it does to the instance
// in the same transaction:
//   source  committed           the instance becomes a signpost to the target: the end of its epoch here
//           completed           its block storages go; the host may drop its copy
//           (of a transfer that keeps its source neither: the instance stays, and is free at the end)
//           rolled back, …      the instance is free for other things again
//   target  granted             the instance is this zone's to run, in the next epoch
//           completed           it is free for other things
//           rolled back         instance and block storages go; a signpost that was there before stands again
// and of a move within the zone, whose one record is a source's:
//   committed               host and epoch become the target's; the old host is the instance's other host
//   at any end              the other host is to remove its copy; the instance is free for other things
// Thread: the loop. Failure: as TransferRecord says.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "migration/ports.h"
#include "runtime/runtime.h"
#include "store/store.h"
#include "zone/event_log.h"
#include "zone/instance_storages.h"
#include "zone/tables.h"
#include "zone/transfers/grants.h"

namespace hanse::zone {

struct RecordServices {
  Runtime& runtime;
  store::Store& store;
  Tables& tables;
  InstanceStorages& storages;
  EventLog& events;
  const Grants& grants;
  Signal& changes;  // of any transfer
};

class StoredRecord final : public migration::TransferRecord {
 public:
  StoredRecord(RecordServices services, model::Transfer transfer);

  model::Transfer current() const override;
  Signal& changes() override { return own_changes_; }
  Task<Status> advance(migration::TransferEvent event, std::string note) override;
  Task<Status> take_grant(model::TransferGrant grant, std::string note) override;
  Task<Status> take_mode(migration::ModeChoice choice) override;
  void show(const model::TransferProgress& progress) override;
  void show_waiting_for(const std::string& name) override;
  void set_report(model::TransferReport report) override { report_ = report; }

  // Of one that is at an end none is kept.
  Task<Status> keep_forecast(model::TransferFigures figures);
  // The user's wish; the coroutine sees it. Errors: failed_precondition past the commit point or at an end.
  Task<Status> request_cancel();
  // Errors: as above, and invalid_argument naming the field.
  Task<Status> change_limits(model::TransferLimitsChange change);
  ResourceId instance_id() const;

 private:
  Task<Status> step(migration::TransferEvent event, std::string note,
                    std::optional<model::TransferGrant> grant);
  Result<store::Transaction> transaction_for(const model::Transfer& before,
                                             const model::Transfer& after) const;
  Task<Status> change(std::function<Status(model::Transfer&)> change);
  void notify();

  RecordServices services_;
  ResourceId id_;
  model::Transfer last_;  // if the record should be gone from the store
  model::TransferProgress progress_;
  std::string waiting_for_;
  std::optional<model::TransferReport> report_;  // for the next advance that is no step back
  Signal own_changes_;
};

}  // namespace hanse::zone
