// PeerTalk: how this zone's exchange of records and its measuring of round trips speak to peers: by their
// clients. Thread: the loop. Failure: those of PeerClient.
#pragma once

#include <string>
#include <vector>

#include "federation/record_exchange.h"
#include "federation/round_trips.h"
#include "zone/peer_clients.h"

namespace hanse::zone {

// Errors: data_loss when it is no message, out_of_range when it is too large to be one.
Result<federation::ExchangeMessage> read_exchange_answer(const std::string& body);

class PeerTalk final : public federation::ExchangeClient, public federation::ProbeClient {
 public:
  PeerTalk(const federation::Peers& peers, PeerClients& clients) : peers_(peers), clients_(clients) {}

  const std::vector<std::string>& peers() const override { return peers_.names(); }
  Task<Result<federation::ExchangeMessage>> exchange(std::string peer,
                                                     federation::ExchangeMessage message) override;
  const std::vector<std::string>& probed_peers() const override { return peers_.names(); }
  Task<Status> probe(std::string peer) override;

 private:
  const federation::Peers& peers_;
  PeerClients& clients_;
};

}  // namespace hanse::zone
