// Users and their permissions, over all routes of the API.
#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <cstring>
#include <doctest/doctest.h>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/api/api_service.h"
#include "tests/support/token_maker.h"

namespace hanse::api {
namespace {

using test::Answer;
using test::ApiService;
using test::As;

const std::string kTenant = "/providers/seca.authorization/v1/tenants/default";

struct People : ApiService {
  std::string token_of(const std::string& subject) {
    return authentication.make_token(subject, Seconds{3600}).value();
  }
  http::Request request_as(const std::string& subject, const std::string& method, const std::string& target,
                           const std::string& body = "") {
    http::Request asked = request(As::nobody, method, target, body);
    asked.headers.set("Authorization", "Bearer " + token_of(subject));
    return asked;
  }
  Answer ask_as(const std::string& subject, const std::string& method, const std::string& target,
                const std::string& body = "") {
    return ask(request_as(subject, method, target, body));
  }
  void put(const std::string& path, const json::Object& spec, int status = 201) {
    const Answer answer = ask(As::user, "PUT", kTenant + path, json::dump(json::Object{{"spec", spec}}));
    CAPTURE(answer.text("/detail"));
    REQUIRE(answer.status == status);
  }
  void put_role(const std::string& name, const zone::RequiredPermission& permission, int status = 201) {
    const json::Object one{{"provider", permission.provider},
                           {"resources", json::Array{json::Value(permission.resource + "/*")}},
                           {"verb", json::Array{json::Value(permission.verb)}}};
    put("/roles/" + name, {{"permissions", json::Array{json::Value(one)}}}, status);
  }
  void assign(const std::string& role, const json::Object& scope, int status = 201) {
    put("/role-assignments/of-alice",
        {{"subs", json::Array{json::Value("alice")}},
         {"scopes", json::Array{json::Value(scope)}},
         {"roles", json::Array{json::Value(role)}}},
        status);
  }
};

json::Object scope_of(const char* field, const char* name) {
  return {{field, json::Array{json::Value(name)}}};
}

std::string target_of_route(const Route& route) {
  std::string target = route.name.substr(route.name.find(' ') + 1);
  const std::map<std::string, std::string> values{{"{tenant}", "default"},
                                                  {"{workspace}", "default"},
                                                  {"{name}", "h1"},
                                                  {"{zone}", "north"},
                                                  {"{snapshot}", "s1"},
                                                  {"{chunk}", "0"},
                                                  {"{digest}", "sha256:" + std::string(64, 'a')}};
  for (const auto& [parameter, value] : values) {
    const std::size_t at = target.find(parameter);
    if (at != std::string::npos) target.replace(at, parameter.size(), value);
  }
  return target;
}

bool refused(const http::Reply& reply) {
  return reply.response.status == 403 && reply.response.body.find("it needs '") != std::string::npos;
}

// A body that arrives in small pieces.
class PiecewiseBody final : public http::BodyReader {
 public:
  explicit PiecewiseBody(std::string text) : text_(std::move(text)) {}
  Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) override {
    const std::size_t count = std::min<std::size_t>({7, text_.size(), buffer.size()});
    std::memcpy(buffer.data(), text_.data(), count);
    text_.erase(0, count);
    co_return count;
  }
  std::optional<std::uint64_t> content_length() const override { return std::nullopt; }

 private:
  std::string text_;
};

TEST_CASE("each route is refused without a token, without its permission, and with another's place") {
  int checked = 0;
  const std::size_t count = ApiService().api->routes().size();
  for (std::size_t i = 0; i < count; ++i) {
    People service;
    const Route& route = service.api->routes()[i];
    if (!route.access.user) continue;
    if (route.permission.reach == zone::Reach::oneself) continue;
    CAPTURE(route.name);
    REQUIRE_FALSE(route.permission.provider.empty());
    REQUIRE_FALSE(route.permission.resource.empty());
    REQUIRE_FALSE(route.permission.verb.empty());
    const std::string method = route.name.substr(0, route.name.find(' '));
    const std::string target = target_of_route(route);
    PiecewiseBody body("content");
    const auto ask = [&] {
      http::Request asked = service.request_as("alice", method, target, "{}");
      if (route.options.body_stream) asked.body_reader = &body;
      return service.reply(std::move(asked));
    };
    CHECK(service.ask(As::nobody, method, target, "{}").status == 401);
    CHECK(refused(ask()));

    // All but this permission.
    zone::RequiredPermission other = route.permission;
    other.verb = other.verb == "get" ? "list" : "get";
    service.put_role("one-thing", other);
    service.assign("one-thing", scope_of("tenants", "*"));
    CHECK(refused(ask()));

    // Exactly this permission.
    service.put_role("one-thing", route.permission, 200);
    CHECK_FALSE(refused(ask()));

    // The same, elsewhere.
    service.assign("one-thing", scope_of("regions", "south"), 200);
    CHECK(refused(ask()));
    if (route.permission.reach == zone::Reach::anywhere) {
      service.assign("one-thing", scope_of("workspaces", "other"), 200);
      CHECK_FALSE(refused(ask()));
    } else {
      service.assign("one-thing", scope_of("tenants", "other"), 200);
      CHECK(refused(ask()));
      service.assign("one-thing", scope_of("workspaces", "other"), 200);
      CHECK(refused(ask()));
      service.assign("one-thing", {}, 200);
      CHECK(refused(ask()) == (target.find("/tenants/") == std::string::npos));
    }
    ++checked;
  }
  CHECK(checked > 40);
}

TEST_CASE("a route for users that names no permission is refused to all but the administrator") {
  ApiService service;
  const zone::Caller alice{.kind = zone::CallerKind::user, .name = "alice"};
  CHECK_FALSE(service.authorization.allows(alice, {}, {}));
  for (const Route& route : service.api->routes()) {
    CAPTURE(route.name);
    const bool open = route.permission.reach == zone::Reach::oneself;
    CHECK(open == (route.name == "GET /providers/hanse.authorization/v1/self"));
    CHECK(route.permission.provider.empty() == (!route.access.user || open));
  }
}

TEST_CASE("what is assigned counts at once, and until it is taken away") {
  People service;
  CHECK(service.ask_as("alice", "GET", test::kSkus).status == 403);
  service.assign("catalogue-viewer", {});
  CHECK(service.ask_as("alice", "GET", test::kSkus).status == 200);
  CHECK(service.ask_as("bob", "GET", test::kSkus).status == 403);
  CHECK(service.ask(As::user, "DELETE", kTenant + "/role-assignments/of-alice").status == 202);
  CHECK(service.ask_as("alice", "GET", test::kSkus).status == 403);
}

TEST_CASE("a watch ends when its user may not see it any more, or his token ends") {
  People service;
  service.assign("viewer", {});
  const auto watch = [&] {
    return service.reply(service.request_as("alice", "GET", test::kSkus + "?watch=true"));
  };
  http::Reply reply = watch();
  REQUIRE(reply.events);
  test::CollectingWriter writer;
  bool ended = false;
  const auto follow = [](http::Reply& streamed, http::EventWriter& out, bool& end) -> Task<void> {
    co_await streamed.events(out);
    end = true;
  };
  REQUIRE(service.scope.spawn(follow(reply, writer, ended)));
  service.settle();
  CHECK(writer.summary() == "synced");
  CHECK_FALSE(ended);
  service.assign("workload-user", scope_of("workspaces", "default"), 200);
  service.settle();
  CHECK(ended);

  service.assign("viewer", {}, 200);
  reply = watch();
  ended = false;
  REQUIRE(service.scope.spawn(follow(reply, writer, ended)));
  service.settle();
  CHECK_FALSE(ended);
  service.world.loop.run(Seconds{3601});
  CHECK(ended);
}

TEST_CASE("who rules one tenant gives no rights in another, nor over the zone") {
  People service;
  service.assign("admin", {});
  const auto give = [&](const json::Object& scope) {
    const json::Object spec{{"subs", json::Array{json::Value("bob")}},
                            {"scopes", json::Array{json::Value(scope)}},
                            {"roles", json::Array{json::Value("admin")}}};
    return service
        .ask_as("alice", "PUT", kTenant + "/role-assignments/of-bob",
                json::dump(json::Object{{"spec", spec}}))
        .status;
  };
  CHECK(give(scope_of("tenants", "*")) == 403);
  CHECK(give(scope_of("tenants", "other")) == 403);
  CHECK(give(scope_of("workspaces", "w")) == 201);
  CHECK(service.ask_as("alice", "GET", "/providers/hanse.host/v1/hosts").status == 403);

  // Nor does she change a role, or an assignment, that counts beyond her tenant.
  service.put_role("fleet", {"hanse.host", "hosts", "get"});
  service.put("/role-assignments/fleet", {{"subs", json::Array{json::Value("alice")}},
                                          {"scopes", json::Array{json::Value(scope_of("tenants", "*"))}},
                                          {"roles", json::Array{json::Value("fleet")}}});
  CHECK(service.ask_as("alice", "GET", "/providers/hanse.host/v1/hosts/h1").status == 200);
  CHECK(service.ask_as("alice", "PUT", kTenant + "/roles/fleet", R"({"spec":{}})").status == 403);
  CHECK(service.ask_as("alice", "DELETE", kTenant + "/roles/fleet").status == 403);
  CHECK(service.ask_as("alice", "DELETE", kTenant + "/role-assignments/fleet").status == 403);
  CHECK(service.ask_as("alice", "PUT", kTenant + "/roles/mine", R"({"spec":{}})").status == 201);
}

TEST_CASE("the subject of the administrator is his to give") {
  People service;
  service.assign("admin", scope_of("tenants", "*"));
  const std::string tokens = "/providers/hanse.authorization/v1/tokens";
  CHECK(service.ask_as("alice", "POST", tokens, R"({"subject":"admin"})").status == 403);
  CHECK(service.ask_as("alice", "POST", tokens, R"({"subject":"bob"})").status == 201);
  CHECK(service.ask(As::user, "POST", tokens, R"({"subject":"admin"})").status == 201);
  CHECK(
      service
          .ask_as("alice", "POST", "/providers/hanse.authorization/v1/login-codes", R"({"subject":"admin"})")
          .status == 403);
}

TEST_CASE("a login code gives a token, and the token says who its bearer is") {
  People service;
  service.assign("workload-user", scope_of("workspaces", "default"));
  const Answer code = service.ask(As::user, "POST", "/providers/hanse.authorization/v1/login-codes",
                                  R"({"subject":"alice","expiresInSeconds":60})");
  CHECK(code.status == 201);
  CHECK(code.headers.get("Cache-Control") == "no-store");
  CHECK(code.text("/endpoint") == "https://192.0.2.10:8443");
  const std::string login = R"({"code":")" + code.text("/code") + R"(","expiresInSeconds":600})";
  const std::string logins = "/providers/hanse.authorization/v1/logins";
  const Answer token = service.ask(As::nobody, "POST", logins, login);
  REQUIRE(token.status == 201);
  CHECK(service.ask(As::nobody, "POST", logins, login).status == 401);

  http::Request asked = service.request(As::nobody, "GET", "/providers/hanse.authorization/v1/self");
  asked.headers.set("Authorization", "Bearer " + token.text("/token"));
  const Answer self = service.ask(asked);
  CHECK(self.text("/subject") == "alice");
  CHECK(self.text("/issuer") == "hanse://zone/north");
  CHECK(self.text("/administrator") == "false");
  CHECK(self.text("/expiresAt").starts_with("2026-01-01T00:1"));
  CHECK(self.text("/grants/0/role") == "workload-user");
  CHECK(self.text("/grants/0/assignment") == "default/of-alice");
  CHECK(self.text("/grants/0/tenants/0") == "default");
  CHECK(self.text("/grants/0/workspaces/0") == "default");
  const Answer admin = service.ask(As::user, "GET", "/providers/hanse.authorization/v1/self");
  CHECK(admin.text("/administrator") == "true");
  CHECK(admin.text("/expiresAt") == "(nothing)");
}

TEST_CASE("a write whose token has a new key of its issuer is done, once the key was fetched") {
  People service;
  test::TokenMaker maker("key-2");
  service.world.files.content["/keys"] = test::TokenMaker("key-1").key_set();
  service.config.issuers = {
      {.name = "corp", .issuer = "https://x.example", .audience = "hanse", .jwks_file = "/keys"}};
  zone::Authentication fresh(service.world.runtime, *service.store,
                             {service.certificates, service.hashing, service.signatures, service.web_keys},
                             service.peers, service.identity, service.config);
  REQUIRE(service.run(fresh.start()));
  service.settle();
  api::Api api(service.parts(fresh));
  service.put("/role-assignments/corp", {{"subs", json::Array{json::Value("corp:alice")}},
                                         {"scopes", json::Array{json::Value(json::Object{})}},
                                         {"roles", json::Array{json::Value("admin")}}});
  service.world.files.content["/keys"] = maker.key_set();
  service.world.loop.schedule(zone::kKeyRefreshPause, [] {});
  service.world.loop.run(zone::kKeyRefreshPause);

  http::Request asked = service.request(As::nobody, "PUT", test::kSkus + "/small");
  asked.headers.set("Authorization", "Bearer " + maker.sign({{"iss", "https://x.example"},
                                                             {"aud", "hanse"},
                                                             {"sub", "alice"},
                                                             {"exp", 4'000'000'000}}));
  PiecewiseBody body(test::kSmallSku);
  CHECK(api.wants_body_stream(asked));  // she is not known yet
  asked.body_reader = &body;
  CHECK(service.run(api.handle(std::move(asked))).response.status == 201);
}

TEST_CASE("events are for those who may list them where they happened") {
  People service;
  service.events.add("instance", "default/default/web", "Placed", "");
  service.events.add("instance", "default/other/web", "Placed", "");
  service.events.add("instance", "theirs/default/web", "Placed", "");
  service.events.add("host", "h1", "Lost", "");
  const std::string path = "/providers/hanse.observatory/v1/events";
  const auto seen = [&] { return service.ask_as("alice", "GET", path).body.at("items").get_array().size(); };
  service.assign("workload-user", scope_of("workspaces", "default"));
  CHECK(seen() == 1);
  service.assign("workload-user", {}, 200);
  CHECK(seen() == 2);
  service.assign("viewer", scope_of("tenants", "*"), 200);
  CHECK(seen() == 4);
}

}  // namespace
}  // namespace hanse::api
