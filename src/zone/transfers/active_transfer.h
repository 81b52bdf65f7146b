// ActiveTransfer: everything that one transfer under way needs, at either side, and the coroutine that
// carries it through.
//
// Lifecycle: made with its record, start() once, destroyed when done() or with the zone. Thread: the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/scope.h"
#include "federation/zone_identity.h"
#include "migration/source_transfer.h"
#include "migration/target_transfer.h"
#include "runtime/certificates.h"
#include "zone/image_reconciler.h"
#include "zone/transfers/forecaster.h"
#include "zone/transfers/host_machine.h"
#include "zone/transfers/local_target.h"
#include "zone/transfers/plan.h"
#include "zone/transfers/remote_zones.h"
#include "zone/transfers/stored_record.h"

namespace hanse::zone {

struct TransferServices {
  RecordServices records;
  HostSessions& hosts;
  MoveOrders& orders;
  PeerClients& clients;
  ImageReconciler& images;
  BlobFetchParts blobs;
  Certificates& certificates;
  std::string zone;
  std::function<std::optional<Micros>(const std::string& zone)> round_trip;  // nothing: not measured
};

// The keys of one side's QEMU for one transfer: a CA that exists for it alone, and a certificate of it.
struct StreamKeys {
  std::string ca_pem;
  model::StreamCredentials credentials;  // without the peer's CA
};

// "source-<transfer>" and "target-<transfer>": the DNS names in the two certificates.
std::string stream_name(model::TransferRole role, const std::string& transfer);
Result<StreamKeys> make_stream_keys(Certificates& certificates, model::TransferRole role,
                                    const std::string& transfer);

// Of the instance that it moves.
std::string instance_key(const model::Transfer& transfer);

// What the plan of a move looks at.
PlanView plan_view(const TransferServices& services, const model::Instance* instance, const std::string& uid,
                   const std::string& host);
// Whether `host`, which has the machine, can send it now. Errors: as check_plan().
Status check_plan_now(const TransferServices& services, const model::Transfer& transfer,
                      const std::string& host);
// What its target is asked. Errors: failed_precondition while a record is missing.
Result<IncomingRequest> incoming_request(const RecordServices& services, const model::Transfer& transfer,
                                         const std::string& ca_pem);

class ActiveTransfer : public migration::Preparation {
 public:
  // `host` is the one that sends, at a target the one that receives. `peer_ca_pem` for a target that prepares
  // now; empty after a restart, when the keys are gone.
  ActiveTransfer(TransferServices& services, model::Transfer transfer, std::string host,
                 std::string peer_ca_pem);

  // Errors: those of making keys.
  Status start();
  bool done() const { return scope_.running() == 0; }

  StoredRecord& record() { return record_; }
  const std::string& host() const { return host_; }
  // Of a target: this CA signed the certificate of the source's host; empty after a restart.
  const std::string& peer_ca_pem() const { return peer_ca_pem_; }
  bool is_source() const { return record_.current().status.role == model::TransferRole::source; }
  // Of a target: what its guest lacks of its memory will not come.
  void give_up_memory() {
    if (target_) target_->give_up_memory();
  }
  // What a source may see of its target: of a target, and of a move within the zone. Of another source
  // nothing.
  migration::IncomingView view() const;

  // Of a target's images.
  Task<Status> fetch_images() override;
  std::int32_t percent() const override { return percent_; }
  Bytes fetched() const override { return fetched_; }

 private:
  Status start_source();
  Status start_target();
  Result<migration::TargetZone*> make_target();
  // Beside the move, which does not wait for it.
  Task<void> note_forecast();
  // Of the receiving end at `host`; with `source_ca_pem` also its keys, whose CA is given back.
  Result<model::MoveOrder> receive_order(const std::string& host, const std::string& source_ca_pem,
                                         std::string& ca_pem) const;

  TransferServices& services_;
  Forecaster forecaster_;
  StoredRecord record_;
  std::string host_;
  std::string peer_ca_pem_;
  HostMachine machine_;
  std::string own_ca_pem_;
  Bytes fetched_;
  std::int32_t percent_ = 0;
  std::unique_ptr<RemoteTarget> remote_target_;
  std::unique_ptr<LocalTarget> local_target_;  // of a move within the zone, in place of the remote one
  std::unique_ptr<RemoteSource> remote_source_;
  std::unique_ptr<migration::SourceTransfer> source_;
  std::unique_ptr<migration::TargetTransfer> target_;
  // Declared last: destroyed first. What is beside the move ends with it.
  Scope scope_;
  Scope aside_{1};
};

}  // namespace hanse::zone
