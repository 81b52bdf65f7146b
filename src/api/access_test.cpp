#include "api/access.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <set>
#include <string>
#include <vector>

#include "tests/api/api_service.h"

namespace hanse::api {
namespace {

using test::Answer;
using test::ApiService;
using test::As;

// A request for the route, with names that fit.
http::Request request_for(const ApiService& service, As as, const Route& route) {
  const std::size_t space = route.name.find(' ');
  std::string target = route.name.substr(space + 1);
  const std::string digest = "sha256:" + std::string(64, 'a');
  const std::pair<std::string, std::string> values[] = {{"{tenant}", "default"},  {"{workspace}", "default"},
                                                        {"{name}", "h1"},         {"{zone}", "north"},
                                                        {"{digest}", digest},     {"{id}", "abc"},
                                                        {"{transfer}", "move-1"}, {"{channel}", "disk"},
                                                        {"{snapshot}", "s1"},     {"{chunk}", "0"}};
  for (const auto& [parameter, value] : values) {
    const std::size_t at = target.find(parameter);
    if (at != std::string::npos) target.replace(at, parameter.size(), value);
  }
  return service.request(as, route.name.substr(0, space), target, "{}");
}

// Those who get anything but a refusal of their kind.
std::set<std::string> let_in(As as) {
  ApiService service;
  std::set<std::string> names;
  for (const Route& route : service.api->routes()) {
    if (route.options.body_stream) continue;  // needs a body that is read while it arrives
    http::Reply reply = service.reply(request_for(service, as, route));
    const std::string body = reply.response.body;
    const bool refused = reply.response.status == 401 || body.find("may not do this") != std::string::npos ||
                         body.find("for itself only") != std::string::npos;
    if (!refused) names.insert(route.name);
  }
  return names;
}

TEST_CASE("a route that says nothing is refused to everyone") {
  for (const auto kind : {zone::CallerKind::anonymous, zone::CallerKind::user, zone::CallerKind::host,
                          zone::CallerKind::peer}) {
    CHECK_FALSE(check_access(Access{}, {kind, "somebody"}, {}));
  }
  CHECK(check_access({.host = true, .own_host = "name"}, {zone::CallerKind::host, "h1"}, {{"name", "h1"}}));
  CHECK_FALSE(
      check_access({.host = true, .own_host = "name"}, {zone::CallerKind::host, "h1"}, {{"name", "h2"}}));
  CHECK_FALSE(check_access({.host = true, .own_host = "name"}, {zone::CallerKind::host, "h1"}, {}));
}

TEST_CASE("nobody gets health, keys, and what needs a secret in its body, and nothing else") {
  // What needs a secret is refused for its secret; the route answers.
  ApiService service;
  for (const Route& route : service.api->routes()) {
    const http::Request asked = request_for(service, As::nobody, route);
    const Answer answer = service.ask(asked);
    CAPTURE(route.name);
    if (route.access.anonymous) {
      CHECK(answer.status != 401);
    } else {
      CHECK(answer.status == 401);
      CHECK(answer.headers.get("WWW-Authenticate") == "Bearer realm=\"hanse\"");
      CHECK(service.api->wants_body_stream(asked));  // so that its body is not read
    }
  }
  CHECK(let_in(As::nobody) == std::set<std::string>{"GET /healthz",
                                                    "GET /providers/hanse.authorization/v1/keys",
                                                    "POST /providers/hanse.authorization/v1/logins",
                                                    "POST /providers/hanse.federation/v1/acceptances",
                                                    "POST /providers/hanse.federation/v1/confirmations",
                                                    "POST /providers/hanse.host/v1/enrolments"});
}

TEST_CASE("a host gets its own stream, renewal, relays and blobs") {
  const std::set<std::string> anyone = let_in(As::nobody);
  std::set<std::string> expected{"GET /providers/hanse.host/v1/hosts/{name}/stream",
                                 "GET /providers/hanse.host/v1/relays/{id}",
                                 "GET /providers/hanse.migration/v1/relays/{transfer}/{channel}",
                                 "GET /providers/hanse.storage/v1/blobs/{digest}",
                                 "POST /providers/hanse.host/v1/hosts/{name}/renewals"};
  expected.insert(anyone.begin(), anyone.end());
  CHECK(let_in(As::host) == expected);
  expected.erase("GET /providers/hanse.host/v1/hosts/{name}/stream");
  expected.erase("POST /providers/hanse.host/v1/hosts/{name}/renewals");
  CHECK(let_in(As::other_host) == expected);
}

TEST_CASE("a peer gets what transfers and workloads need") {
  const std::string instance =
      "/providers/seca.compute/v1/tenants/{tenant}/workspaces/{workspace}/instances/{name}";
  const std::set<std::string> anyone = let_in(As::nobody);
  std::set<std::string> expected{
      "GET /providers/seca.region/v1/regions",
      "GET /providers/seca.region/v1/regions/{zone}",
      "GET " + instance,
      "PUT " + instance,
      "DELETE " + instance,
      "POST " + instance + "/start",
      "POST " + instance + "/stop",
      "POST " + instance + "/restart",
      "PUT /providers/seca.compute/v1/tenants/{tenant}/skus/{name}",
      "PUT /providers/seca.storage/v1/tenants/{tenant}/images/{name}",
      "GET /providers/hanse.storage/v1/blobs/{digest}",
      "GET /providers/hanse.storage/v1/blobs/{digest}/manifest",
      "GET /providers/hanse.storage/v1/blobs/{digest}/chunks/{chunk}",
      "DELETE /providers/hanse.federation/v1/membership",
      "POST /providers/hanse.federation/v1/exchanges",
      "POST /providers/hanse.placement/v1/reservations",
      "DELETE /providers/hanse.placement/v1/reservations/{name}",
      "POST /providers/hanse.migration/v1/tenants/{tenant}/workspaces/{workspace}/transfers",
      "POST /providers/hanse.placement/v1/leases",
      "POST /providers/hanse.migration/v1/incoming",
      "POST /providers/hanse.migration/v1/forecasts",
      "POST /providers/hanse.migration/v1/probes",
      "POST /providers/hanse.migration/v1/incoming/{transfer}/wait",
      "POST /providers/hanse.migration/v1/incoming/{transfer}/grant",
      "DELETE /providers/hanse.migration/v1/incoming/{transfer}",
      "GET /providers/hanse.migration/v1/outcomes/{transfer}",
      "GET /providers/hanse.migration/v1/relays/{transfer}/{channel}",
  };
  expected.insert(anyone.begin(), anyone.end());
  CHECK(let_in(As::peer) == expected);
}

TEST_CASE("a token that is wrong, expired or of another kind does not count") {
  ApiService service;
  http::Request asked = service.request(As::nobody, "GET", test::kSkus);
  asked.headers.set("Authorization", "Bearer wrong");
  Answer answer = service.ask(asked);
  CHECK(answer.status == 401);
  CHECK(answer.headers.get("WWW-Authenticate") == "Bearer realm=\"hanse\", error=\"invalid_token\"");

  const std::string token = service
                                .ask(As::user, "POST", "/providers/hanse.authorization/v1/tokens",
                                     R"({"subject":"admin","expiresInSeconds":60})")
                                .text("/token");
  asked.headers.set("Authorization", "Bearer " + token);
  CHECK(service.ask(asked).status == 200);
  service.world.loop.schedule(Seconds{100}, [] {});
  service.world.loop.run(Seconds{100});
  answer = service.ask(asked);
  CHECK(answer.status == 401);
  CHECK(answer.text("/detail").find("expired") != std::string::npos);

  const std::string enrolment =
      service.ask(As::user, "POST", "/providers/hanse.host/v1/invitations", R"({"name":"h9"})")
          .text("/token");
  asked.headers.set("Authorization", "Bearer " + enrolment);
  CHECK(service.ask(asked).status == 401);

  // Where no token is needed a wrong one does not matter.
  http::Request health = service.request(As::nobody, "GET", "/healthz");
  health.headers.set("Authorization", "Bearer wrong");
  answer = service.ask(health);
  CHECK(answer.status == 200);
  CHECK(answer.text("/zone") == "north");
}

// A request for each route that a certificate opens and a user's token does not.
std::vector<http::Request> requests_for_certificates(const ApiService& service) {
  std::vector<http::Request> requests;
  for (const Route& route : service.api->routes()) {
    const bool certificates = route.access.peer || route.access.host;
    if (certificates && !route.access.user && !route.access.anonymous)
      requests.push_back(request_for(service, As::nobody, route));
  }
  return requests;
}

TEST_CASE("a user's token does not stand for the certificate of a zone or a host, whoever the user is") {
  ApiService service;
  const std::vector<http::Request> requests = requests_for_certificates(service);
  REQUIRE(requests.size() >= 15);
  // The administrator, and users by the name of a peer and of a host.
  std::vector<std::string> tokens{test::kAdminToken};
  for (const char* subject : {"south", "h1"}) {
    const Answer made = service.ask(As::user, "POST", "/providers/hanse.authorization/v1/tokens",
                                    fmt::format(R"({{"subject":"{}","expiresInSeconds":3600}})", subject));
    REQUIRE(made.status == 201);
    tokens.push_back(made.text("/token"));
  }
  for (http::Request asked : requests) {
    for (const std::string& token : tokens) {
      CAPTURE(asked.method);
      CAPTURE(asked.target);
      asked.headers.set("Authorization", "Bearer " + token);
      const Answer answer = service.ask(asked);
      CHECK(answer.status == 403);
      CHECK(answer.text("/detail").find("may not do this") != std::string::npos);
    }
  }
  CHECK(service.transfers.asked.empty());
}

TEST_CASE("a token that is altered, or another zone's, opens nothing") {
  ApiService service;
  ApiService other;
  const auto token_of = [](ApiService& zone) {
    return zone
        .ask(As::user, "POST", "/providers/hanse.authorization/v1/tokens",
             R"({"subject":"admin","expiresInSeconds":3600})")
        .text("/token");
  };
  const std::string own = token_of(service);
  std::string altered = own;
  char& last_but_one = altered[altered.size() - 2];  // the last one has bits that do not count
  last_but_one = last_but_one == 'A' ? 'B' : 'A';
  http::Request asked = service.request(As::nobody, "GET", test::kSkus);
  asked.headers.set("Authorization", "Bearer " + own);
  REQUIRE(service.ask(asked).status == 200);
  for (const std::string& bad : {altered, own.substr(0, own.rfind('.') + 1), token_of(other)}) {
    asked.headers.set("Authorization", "Bearer " + bad);
    CAPTURE(bad);
    CHECK(service.ask(asked).status == 401);
  }
}

TEST_CASE("a certificate of an unknown zone, or of a host that was deleted, is nobody's") {
  ApiService service;
  http::Request asked = service.request(As::peer, "GET", "/providers/seca.region/v1/regions");
  asked.peer.issuer_fingerprint = "another's";
  CHECK(service.ask(asked).status == 401);

  const std::string own_stream = "/providers/hanse.host/v1/hosts/h1/stream";
  http::Request stream = service.request(As::host, "GET", own_stream);
  stream.headers.set("Upgrade", model::kHostProtocol);
  CHECK(service.reply(stream).takeover);
  const auto record = service.tables.hosts.get({.name = "h1"});
  REQUIRE(record);
  REQUIRE(service.run(service.tables.hosts.erase(*record)));
  CHECK(service.ask(stream).status == 403);
}

TEST_CASE("what is not there is told only to those who may be here") {
  ApiService service;
  CHECK(service.ask(As::nobody, "GET", "/providers/unknown").status == 401);
  CHECK(service.ask(As::user, "GET", "/providers/unknown").status == 404);
  const Answer answer = service.ask(As::user, "PATCH", test::kSkus + "/small");
  CHECK(answer.status == 405);
  CHECK(answer.headers.get("Allow") == "DELETE, GET, PUT");
}

}  // namespace
}  // namespace hanse::api
