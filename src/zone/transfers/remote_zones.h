// The other zone of a transfer, reached by its API: RemoteTarget as the source sees it, RemoteSource as the
// target does. Thread: the loop. Failure: as migration/ports.h says.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "migration/ports.h"
#include "zone/peer_clients.h"
#include "zone/transfer_frontend.h"

namespace hanse::zone {

class RemoteTarget final : public migration::TargetZone {
 public:
  // `request` makes the request from the records as they are when it is sent, `grant` signs the grant.
  RemoteTarget(PeerClients& clients, std::string zone, std::string transfer,
               std::function<Result<IncomingRequest>()> request,
               std::function<Result<model::TransferGrant>()> grant)
      : clients_(clients),
        zone_(std::move(zone)),
        transfer_(std::move(transfer)),
        request_(std::move(request)),
        grant_(std::move(grant)) {}

  Task<Result<migration::IncomingView>> prepare() override;
  Task<Result<migration::IncomingView>> wait(migration::IncomingView seen) override;
  Task<Result<migration::IncomingView>> grant(Epoch epoch, bool memory_lost) override;
  Task<Status> abort() override;

 private:
  Task<Result<migration::IncomingView>> post(std::string path, json::Value body);
  std::string path() const { return "/providers/hanse.migration/v1/incoming/" + transfer_; }

  PeerClients& clients_;
  std::string zone_;
  std::string transfer_;
  std::function<Result<IncomingRequest>()> request_;
  std::function<Result<model::TransferGrant>()> grant_;
};

class RemoteSource final : public migration::SourceZone {
 public:
  RemoteSource(PeerClients& clients, std::string zone, std::string transfer)
      : clients_(clients), zone_(std::move(zone)), transfer_(std::move(transfer)) {}

  Task<Result<migration::OutcomeView>> outcome() override;

 private:
  PeerClients& clients_;
  std::string zone_;
  std::string transfer_;
};

}  // namespace hanse::zone
