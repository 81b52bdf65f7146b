#include "zone/federation/peer_talk.h"

#include <boost/json.hpp>

namespace hanse::zone {

Task<Result<federation::ExchangeMessage>> PeerTalk::exchange(std::string peer,
                                                             federation::ExchangeMessage message) {
  HANSE_CO_TRY(const auto client, clients_.get(peer));
  HANSE_CO_TRY(const json::Value answer,
               co_await client->call("POST", federation::kExchangePath, to_json(message)));
  co_return json::from_json<federation::ExchangeMessage>(answer);
}

Task<Status> PeerTalk::probe(std::string peer) {
  HANSE_CO_TRY(const auto client, clients_.get(peer));
  const auto answer = co_await client->call("GET", "/healthz");
  if (!answer) co_return fail(answer.error());
  co_return Status();
}

}  // namespace hanse::zone
