// TransferService: all transfers under way from and to this zone, and what users and peers may ask of them.
//
// Lifecycle: start() goes on with what the store holds, before hosts may connect. Thread: the loop.
// Failure: as TransferFrontend says. Records of ended transfers are kept, the newest kMaxEnded of them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/in_progress.h"
#include "zone/federation/peer_admission.h"
#include "zone/host_capacity.h"
#include "zone/leases/replica_leases.h"
#include "zone/transfer_frontend.h"
#include "zone/transfers/active_transfer.h"
#include "zone/transfers/arrivals.h"
#include "zone/transfers/held_room.h"
#include "zone/transfers/link_shares.h"

namespace hanse::zone {

inline constexpr std::size_t kMaxEnded = 1000;

class TransferService final : public TransferFrontend {
 public:
  TransferService(TransferServices services, HostCapacity& capacity, HardwareChoice& hardware,
                  const federation::Peers& peers, PeerAdmission& admission, ReplicaLeases& leases);

  Status start();

  Result<model::Transfer> get(const ResourceId& id) const override;
  Task<Result<model::Transfer>> create(ResourceId scope, model::TransferSpec spec) override;
  Task<Result<model::TransferForecast>> forecast(ResourceId scope, model::TransferSpec spec) override;
  Task<Result<model::Transfer>> cancel(ResourceId id) override;
  Task<Result<model::Transfer>> limit(ResourceId id, model::TransferLimitsChange change) override;
  Signal& changes() override { return services_.records.changes; }
  // Those whose hosts send now.
  std::vector<SendingMove> sending() const;

  Task<Result<migration::IncomingView>> prepare_incoming(std::string peer, IncomingRequest request) override;
  Task<Result<ForecastAnswer>> forecast_incoming(std::string peer, ForecastRequest request) override;
  Task<Result<migration::IncomingView>> wait_incoming(std::string peer, std::string transfer,
                                                      migration::IncomingView seen) override;
  Task<Result<migration::IncomingView>> grant_incoming(std::string peer, std::string transfer,
                                                       GrantRequest grant) override;
  Task<Status> abort_incoming(std::string peer, std::string transfer) override;
  Result<migration::OutcomeView> outcome(const std::string& peer, const std::string& transfer) const override;
  Task<Result<std::unique_ptr<Stream>>> open_relay(Caller caller, std::string transfer,
                                                   model::RelayChannel channel) override;

 private:
  using Pointer =
      std::shared_ptr<ActiveTransfer>;  // shared: an answer under way outlives the end of its transfer

  Status begin(model::Transfer transfer, std::string host, std::string peer_ca_pem);
  // To the receiving end of a transfer at one of this zone's hosts.
  Task<Result<std::unique_ptr<Stream>>> open_relay_to(std::string host, Pointer active,
                                                      model::RelayChannel channel);
  // Errors: not_found; failed_precondition when it is at an end and cannot `what` any more.
  Result<Pointer> find_active(const ResourceId& id, std::string_view what) const;
  Result<Pointer> find_incoming(const std::string& peer, const std::string& transfer) const;
  Status check_name_is_free(const std::string& transfer) const;
  Result<model::Transfer> find_stored(const std::string& transfer) const;
  Result<migration::IncomingView> view_of(const std::string& peer, const std::string& transfer) const;
  // As it is kept: with the own zone where a host is named. Errors: invalid_argument naming the field.
  Result<model::TransferSpec> complete(model::TransferSpec spec) const;
  Status check_create(const model::Instance& instance, const model::TransferSpec& spec) const;
  static Status check_is_here(const model::Instance& instance);
  Status check_now(const model::Instance& instance, const model::TransferSpec& spec) const;
  Status check_wish(const model::Instance& instance, const model::TransferSpec& spec) const;
  static Status check_snapshots(const model::Instance& instance, const model::TransferSpec& spec);
  Status check_target_zone(const model::Instance& instance, const std::string& zone) const;
  Status check_target_host(const model::Instance& instance, const model::TransferSpec& spec) const;
  // Whether a host of this zone can take machines so.
  Status check_target_inventory(const std::string& host, model::TransferMode mode,
                                const model::StreamOptions& streams) const;
  Status check_new_sku(const model::Instance& instance, const model::TransferSpec& spec) const;
  // For a move within the zone, besides the room that it has. It may turn warm for it. `content`: of its
  // disks, where it is known.
  Result<Arrivals::Place> hold_room(const HeldRoom& room, const model::Instance& instance,
                                    model::Transfer& transfer, Bytes content = {});
  // By what is known of both hosts here. Where none is possible now it is the one that was asked for, without
  // a reason: the plan says why.
  migration::ModeChoice mode_now(const model::Instance& instance, const model::TransferSpec& spec) const;
  // What stands against it at this zone; `possible`: check_wish().
  std::vector<model::TransferObstacle> obstacles_here(const model::Instance& instance,
                                                      model::Transfer& transfer, const Status& possible,
                                                      std::optional<model::Hardware>& hardware);
  // And against one that comes; with the place that it would get.
  std::vector<model::TransferObstacle> obstacles_of(const std::string& peer, const IncomingRequest& request,
                                                    Bytes content, Arrivals::Place& place);
  // The mode of `transfer` becomes the one that it would come to there.
  Task<Result<ForecastAnswer>> ask_target(model::Transfer& transfer, const model::MachineMeasure& measure);
  Result<store::Transaction> creation(const model::Instance& instance, const model::Transfer& transfer) const;
  model::Transfer new_transfer(const ResourceId& scope, const model::TransferSpec& spec,
                               const model::Instance& instance) const;
  Task<void> give_up_old_keys(Pointer active, IncomingRequest request);
  void forget_ended();
  Task<Status> prune();

  TransferServices services_;
  HostCapacity& capacity_;
  Arrivals arrivals_;
  const federation::Peers& peers_;
  PeerAdmission& admission_;
  ReplicaLeases& leases_;
  Forecaster forecaster_;
  KeysInProgress preparing_;               // by transfer name
  std::map<std::string, Pointer> active_;  // by transfer name
};

}  // namespace hanse::zone
