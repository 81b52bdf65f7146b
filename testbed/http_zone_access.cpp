#include "testbed/http_zone_access.h"

#include <boost/json.hpp>
#include <utility>

#include "http/client.h"
#include "runtime/sleep.h"
#include "testbed/peer_offers.h"

namespace hanse::testbed {
namespace {

constexpr Nanos kAnswerLimit = Seconds{20};
constexpr char kPeers[] = "/providers/hanse.federation/v1/peers";
constexpr Nanos kZonePoll = Millis{50};
constexpr int kInvitationSeconds = 60;

std::string without_line_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

bool has_state(const json::Value& resource, std::string_view wanted) {
  boost::system::error_code missing;
  const json::Value* state = resource.find_pointer("/status/state", missing);
  return state != nullptr && state->is_string() && state->get_string() == wanted;
}

}  // namespace

Task<Result<json::Value>> HttpZoneAccess::ask(ZonePlan zone, std::string method, std::string target,
                                              std::optional<json::Value> body) {
  HANSE_CO_TRY(std::string ca, co_await runtime_.files.read(zone.ca_file, kSmallFileLimit));
  HANSE_CO_TRY(std::string token, co_await runtime_.files.read(zone.admin_token_file, kSmallFileLimit));
  http::ClientOptions options;
  options.endpoint = endpoint_of(zone);
  options.tls.emplace();
  options.tls->trusted_ca_pem = std::move(ca);
  options.bearer_token = without_line_end(std::move(token));
  options.connect_timeout = kAnswerLimit;
  options.response_timeout = kAnswerLimit;
  http::Client client(runtime_, std::move(options));
  co_return co_await client.call_json(std::move(method), std::move(target), std::move(body));
}

Task<Status> HttpZoneAccess::check_zone(ZonePlan zone) {
  HANSE_CO_CHECK(co_await ask(std::move(zone), "GET", "/healthz", {}));
  co_return Status();
}

Task<Status> HttpZoneAccess::check_host(ZonePlan zone, HostPlan host) {
  const std::string name = host.topology.name;
  HANSE_CO_TRY(const json::Value answer,
               co_await ask(std::move(zone), "GET", "/providers/hanse.host/v1/hosts/" + name, {}));
  if (has_state(answer, "active")) co_return Status();
  co_return fail(Code::unavailable, "the zone does not call host '{}' active yet", name);
}

Task<Result<std::string>> HttpZoneAccess::invite_host(ZonePlan zone, HostPlan host) {
  json::Object wish;
  wish["expiresInSeconds"] = kInvitationSeconds;
  wish["name"] = host.topology.name;
  HANSE_CO_TRY(const json::Value answer,
               co_await ask(std::move(zone), "POST", "/providers/hanse.host/v1/invitations", wish));
  boost::system::error_code missing;
  const json::Value* token = answer.find_pointer("/token", missing);
  if (token == nullptr || !token->is_string())
    co_return fail(Code::internal, "the zone's answer has no token for host '{}'", host.topology.name);
  co_return std::string(token->get_string());
}

Task<Status> HttpZoneAccess::introduce(ZonePlan inviting, ZonePlan joining) {
  json::Object wish;
  wish["expiresInSeconds"] = kInvitationSeconds;
  HANSE_CO_TRY(json::Value invitation,
               co_await ask(inviting, "POST", "/providers/hanse.federation/v1/invitations", wish));
  HANSE_CO_TRY(json::Value peer,
               co_await ask(joining, "POST", "/providers/hanse.federation/v1/joins", std::move(invitation)));
  // A join that the other has not confirmed at once is confirmed a moment later.
  const MonotonicTime deadline = runtime_.clock.now() + kAnswerLimit;
  while (!has_state(peer, "active")) {
    if (runtime_.clock.now() >= deadline) co_return fail(Code::unavailable, "the two are no peers yet");
    co_await sleep_for(runtime_.scheduler, kZonePoll);
    HANSE_CO_TRY(peer,
                 co_await ask(joining, "GET", fmt::format("{}/{}", kPeers, inviting.topology.name), {}));
  }
  co_return Status();
}

Task<Status> HttpZoneAccess::check_offers(ZonePlan zone, std::vector<ZonePlan> others) {
  HANSE_CO_TRY(const json::Value peers, co_await ask(std::move(zone), "GET", kPeers, {}));
  co_return check_peer_offers(peers, others);
}

}  // namespace hanse::testbed
