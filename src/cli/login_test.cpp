#include "cli/login.h"

#include <doctest/doctest.h>

#include "cli/fakes_for_test.h"

namespace hanse::cli {
namespace {

const std::string kToken = "header.claims.signature";
const std::string kPaths = "/providers/hanse.authorization/v1/";
const std::string kSelf =
    R"({"subject":"alice","groups":["group:corp:dev"],"issuer":"hanse://zone/north","administrator":false,
        "expiresAt":"2026-01-01T12:00:00.000Z","grants":[{"role":"viewer","assignment":"default/of-alice",
        "tenants":["default"],"regions":[],"workspaces":["w"]}]})";

// Hands on to the zone of the test, which outlives it.
class Borrowed final : public ApiClient {
 public:
  explicit Borrowed(ApiClient& zone) : zone_(zone) {}
  Task<Result<ApiAnswer>> call(std::string method, std::string path,
                               std::optional<json::Value> body) override {
    return zone_.call(std::move(method), std::move(path), std::move(body));
  }
  Task<Result<std::unique_ptr<WatchStream>>> watch(std::string path, std::string last_event_id) override {
    return zone_.watch(std::move(path), std::move(last_event_id));
  }
  Task<Result<json::Value>> upload(std::string path, std::uint64_t length, ReadPiece source) override {
    return zone_.upload(std::move(path), length, std::move(source));
  }

 private:
  ApiClient& zone_;
};

struct Login : test::Stage {
  std::vector<std::string> tokens;  // that clients were made with

  Login() {
    zone.on("POST " + kPaths + "logins", R"({"token":")" + kToken + R"("})");
    zone.on("POST " + kPaths + "tokens", R"({"token":")" + kToken + R"("})");
    zone.on("GET " + kPaths + "self", kSelf);
  }
  Status log_in(LoginOptions options) {
    return run(run_login({.connect =
                              [this](std::string token) {
                                tokens.push_back(std::move(token));
                                return std::make_unique<Borrowed>(zone);
                              },
                          .terminal = terminal,
                          .files = files,
                          .clock = loop,
                          .token_path = "/token"},
                         std::move(options)));
  }
};

TEST_CASE("a code that is typed gives a token, which goes into the context's file") {
  Login login;
  login.terminal.terminal = true;
  login.terminal.keys = {"ab", "cd \r\n"};
  REQUIRE(login.log_in({}));
  CHECK(login.zone.requests.at(0) == "POST " + kPaths + R"(logins {"expiresInSeconds":43200,"code":"abcd"})");
  CHECK(login.files.content.at("/token") == kToken + "\n");
  CHECK(login.tokens == std::vector<std::string>{"", kToken});
  CHECK(login.terminal.errors.starts_with("login code"));
  CHECK(login.terminal.output ==
        "alice, by hanse://zone/north, until 2026-01-01T12:00:00.000Z (12h)\n"
        "groups: group:corp:dev\n"
        "ROLE    TENANTS  WORKSPACES  ZONES  ASSIGNMENT\n"
        "viewer  default  w           *      default/of-alice\n");
  // Again, over a token that was got in this way.
  CHECK(login.log_in({.code = "xyz"}));
  CHECK_FALSE(login.log_in({}));  // nothing is typed
}

TEST_CASE("the administrator's token gives one for any subject, and is not written over") {
  Login login;
  login.files.content["/admin"] = "the-administrators-token\n";
  REQUIRE(login.log_in({.admin_token_file = "/admin", .subject = "alice", .expires = "1h"}));
  CHECK(login.tokens.at(0) == "the-administrators-token");
  CHECK(login.zone.requests.at(0) ==
        "POST " + kPaths + R"(tokens {"expiresInSeconds":3600,"subject":"alice"})");
  login.files.content["/token"] = "the-administrators-token\n";
  CHECK(login.log_in({.code = "abc"}).error().code == Code::failed_precondition);
  CHECK(login.files.content.at("/token") == "the-administrators-token\n");
  CHECK(login.zone.requests.size() == 2);
}

TEST_CASE("whoami says what one may do, also when that is nothing or everything") {
  test::Stage stage;
  stage.zone.on("GET " + kPaths + "self", R"({"subject":"bob","administrator":false,"grants":[]})");
  CHECK(stage.run(run_whoami(stage.session())));
  CHECK(stage.terminal.output ==
        "bob, without end\nmay do nothing yet: ask the administrator for a role assignment\n");
  stage.zone.on("GET " + kPaths + "self", R"({"subject":"admin","administrator":true,"grants":[]})");
  stage.terminal.output.clear();
  CHECK(stage.run(run_whoami(stage.session())));
  CHECK(stage.run(run_whoami(stage.session())));
  CHECK(stage.terminal.output.ends_with("admin, without end\nthe administrator: may do everything\n"));
}

}  // namespace
}  // namespace hanse::cli
