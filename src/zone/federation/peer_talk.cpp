#include "zone/federation/peer_talk.h"

#include <boost/json.hpp>

#include "base/json_text.h"

namespace hanse::zone {

Result<federation::ExchangeMessage> read_exchange_answer(const std::string& body) {
  if (body.size() > federation::kMaxExchangeBody) {
    return fail(Code::out_of_range, "it has {} bytes and {} are allowed", body.size(),
                federation::kMaxExchangeBody);
  }
  auto message = json::parse_as<federation::ExchangeMessage>(body);
  if (!message) return fail(Code::data_loss, "{}", message.error().message);
  return message;
}

Task<Result<federation::ExchangeMessage>> PeerTalk::exchange(std::string peer,
                                                             federation::ExchangeMessage message) {
  HANSE_CO_TRY(const auto client, clients_.get(peer));
  http::Request request{.method = "POST", .target = federation::kExchangePath};
  request.headers.add("Accept", "application/json");
  request.headers.add("Content-Type", "application/json");
  request.body = json::dump(to_json(message));
  const auto response = co_await client->send(std::move(request));
  // Of an answer that came only this: it was too large even to be kept.
  if (!response && response.error().code == Code::resource_exhausted)
    co_return fail(Code::out_of_range, "{}", response.error().message);
  if (!response) co_return fail(response.error());
  if (!http::is_success(response->status))
    co_return fail(Code::unavailable, "{}", http::error_from_response(*response).message);
  co_return read_exchange_answer(response->body);
}

Task<Status> PeerTalk::probe(std::string peer) {
  HANSE_CO_TRY(const auto client, clients_.get(peer));
  const auto answer = co_await client->call("GET", "/healthz");
  if (!answer) co_return fail(answer.error());
  co_return Status();
}

}  // namespace hanse::zone
