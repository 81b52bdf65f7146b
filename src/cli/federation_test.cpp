#include <doctest/doctest.h>

#include "cli/fakes_for_test.h"

namespace hanse::cli {
namespace {

using test::Stage;

const std::string kFederationRoot = "/providers/hanse.federation/v1";

constexpr char kLisbon[] = R"({"metadata":{"name":"lisbon"},
  "spec":{"endpoint":"https://10.0.0.2:8443","identityKey":"k","authorities":1,"policy":{"name":"*"}},
  "status":{"state":"active","since":"2025-12-31T23:59:00Z","reachable":true,"roundTripMs":12,
    "digest":{"provider":"borealis","memberState":"PT","city":"Lisbon",
      "carbon":{"gramsPerKwh":112,"source":"Electricity Maps, yearly average 2024"}}}})";

TEST_CASE("an invitation is all of standard output, and on a terminal it is said what to do with it") {
  Stage stage;
  stage.zone.on("POST " + kFederationRoot + "/invitations", R"({"token":"hanse-join-1,abc"})", 201);
  REQUIRE(stage.run(run_invite(stage.session(), {.expires = "15m"})));
  CHECK(stage.zone.requests.back() == "POST " + kFederationRoot + R"(/invitations {"expiresInSeconds":900})");
  CHECK(stage.terminal.output == "hanse-join-1,abc\n");
  CHECK(stage.terminal.errors.empty());
  stage.terminal.terminal = true;
  REQUIRE(stage.run(run_invite(stage.session(), {})));
  CHECK(stage.terminal.errors ==
        "good for 60m, once; in the other zone run 'hanse federation join -' and paste it\n");
}

TEST_CASE("an invitation that would be good for no time is not asked for") {
  Stage stage;
  const Status status = stage.run(run_invite(stage.session(), {.expires = "soon"}));
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == Code::invalid_argument);
  CHECK(stage.zone.requests.empty());
}

TEST_CASE("join hands in what it is given or reads, and says whether the other zone has answered") {
  Stage stage;
  stage.zone.on("POST " + kFederationRoot + "/joins", kLisbon);
  stage.zone.on("POST " + kFederationRoot + "/joins",
                R"({"metadata":{"name":"lisbon"},"status":{"state":"joining"}})");
  REQUIRE(stage.run(run_join(stage.session(), {.invitation = "hanse-join-1,abc"})));
  CHECK(stage.zone.requests.back() == "POST " + kFederationRoot + R"(/joins {"token":"hanse-join-1,abc"})");
  CHECK(stage.terminal.output == "peer/lisbon is a peer now\n");
  stage.terminal.output.clear();
  stage.terminal.input = "hanse-join-1,def";
  REQUIRE(stage.run(run_join(stage.session(), {.invitation = "-"})));
  CHECK(stage.zone.requests.back() == "POST " + kFederationRoot + R"(/joins {"token":"hanse-join-1,def"})");
  CHECK(stage.terminal.output == "peer/lisbon has not answered yet; this zone keeps asking it\n");
}

TEST_CASE("what the other zone has against an invitation is the error") {
  Stage stage;
  const Error used{Code::failed_precondition, "the invitation was used by zone 'oslo'; ask for a new one"};
  stage.zone.on_error("POST " + kFederationRoot + "/joins", used);
  const Status status = stage.run(run_join(stage.session(), {.invitation = "hanse-join-1,abc"}));
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().message == used.message);
  CHECK(stage.terminal.output.empty());
}

TEST_CASE("ls is a table of the zones that this one knows") {
  Stage stage;
  stage.zone.on("GET " + kFederationRoot + "/peers?limit=1000",
                std::string(R"({"items":[)") + kLisbon +
                    R"(,{"metadata":{"name":"oslo"},"status":{"state":"joining","reachable":false}}],
                    "metadata":{}})");
  REQUIRE(stage.run(run_peer_list(stage.session())));
  CHECK(stage.terminal.output ==
        "NAME    STATE    REACHABLE  RTT    PROVIDER  COUNTRY  CITY    CARBON     SINCE\n"
        "lisbon  active   true       12 ms  borealis  PT       Lisbon  112 g/kWh  60s\n"
        "oslo    joining  false      -      -         -        -       -          -\n");
}

TEST_CASE("the wide list of zones says whose figure the carbon is") {
  Stage stage;
  stage.zone.on("GET " + kFederationRoot + "/peers?limit=1000",
                std::string(R"({"items":[)") + kLisbon + R"(],"metadata":{}})");
  stage.output = OutputFormat::wide;
  REQUIRE(stage.run(run_peer_list(stage.session())));
  CHECK(stage.terminal.output.find("CARBON SOURCE") != std::string::npos);
  CHECK(stage.terminal.output.find("Electricity Maps, yearly average 2024  https://10.0.0.2:8443") !=
        std::string::npos);
}

TEST_CASE("show describes one zone, and of one that is no peer is an error") {
  Stage stage;
  stage.zone.on("GET " + kFederationRoot + "/peers/lisbon", kLisbon);
  stage.zone.on("GET /providers/hanse.observatory/v1/events?limit=1000&kind=peer&name=lisbon",
                R"({"items":[],"metadata":{}})");
  REQUIRE(stage.run(run_peer_show(stage.session(), {.zone = "lisbon"})));
  CHECK(stage.terminal.output.starts_with("Name:        lisbon\nKind:        peer\n"));
  CHECK(stage.terminal.output.find("endpoint: https://10.0.0.2:8443\n") != std::string::npos);
  const Status unknown = stage.run(run_peer_show(stage.session(), {.zone = "oslo"}));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code == Code::not_found);
}

TEST_CASE("the policy is printed as it was written; where there is none it is said what that means") {
  Stage stage;
  stage.zone.on("GET " + kFederationRoot + "/policy", R"({"text":"[[peers]]\nname = \"*\"\n"})");
  stage.zone.on("GET " + kFederationRoot + "/policy", R"({"text":""})");
  REQUIRE(stage.run(run_policy(stage.session(), {})));
  CHECK(stage.terminal.output == "[[peers]]\nname = \"*\"\n");
  CHECK(stage.terminal.errors.empty());
  stage.terminal.output.clear();
  REQUIRE(stage.run(run_policy(stage.session(), {})));
  CHECK(stage.terminal.output.empty());
  CHECK(stage.terminal.errors.starts_with("there is no policy: peers may place nothing here"));
}

TEST_CASE("the policy is replaced by a file or by standard input; a file that is not there changes nothing") {
  Stage stage;
  stage.files.content["policy.toml"] = "# for all\n";
  stage.terminal.input = "# for some\n";
  stage.zone.on("PUT " + kFederationRoot + "/policy", R"({"text":"# for all\n"})");
  REQUIRE(stage.run(run_policy(stage.session(), {.file = "policy.toml"})));
  CHECK(stage.zone.requests.back() == "PUT " + kFederationRoot + R"(/policy {"text":"# for all\n"})");
  CHECK(stage.terminal.output == "the policy for peers was replaced\n");
  REQUIRE(stage.run(run_policy(stage.session(), {.file = "-"})));
  CHECK(stage.zone.requests.back() == "PUT " + kFederationRoot + R"(/policy {"text":"# for some\n"})");
  const Status missing = stage.run(run_policy(stage.session(), {.file = "none.toml"}));
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == Code::not_found);
  CHECK(stage.zone.requests.size() == 2);
}

TEST_CASE("leave is refused while something ties the zones, and --force asks for it all the same") {
  Stage stage;
  const Error tied{Code::failed_precondition, "zone 'lisbon' still has 1 transfers with this one"};
  stage.zone.on_error("DELETE " + kFederationRoot + "/peers/lisbon", tied);
  stage.zone.on("DELETE " + kFederationRoot + "/peers/lisbon?force=true", "{}", 202);
  stage.zone.on("DELETE " + kFederationRoot + "/peers/oslo", "{}", 202);
  const Status refused = stage.run(run_leave(stage.session(), {.zone = "lisbon"}));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == tied.message);
  CHECK(traits_of(refused.error().code).exit_code == 7);
  CHECK(stage.terminal.output.empty());
  REQUIRE(stage.run(run_leave(stage.session(), {.zone = "lisbon", .force = true})));
  CHECK(stage.terminal.output == "peer/lisbon was left; it has no rights here any more\n");
  stage.terminal.output.clear();
  REQUIRE(stage.run(run_leave(stage.session(), {.zone = "oslo"})));
  CHECK(stage.terminal.output == "peer/oslo was left; it has no rights here any more\n");
}

TEST_CASE("rotate announces the next CA, and with --finish takes it into use") {
  Stage stage;
  stage.zone.on("POST " + kFederationRoot + "/rotations", "{}", 202);
  REQUIRE(stage.run(run_rotate(stage.session(), {})));
  CHECK(stage.zone.requests.back() ==
        "POST " + kFederationRoot + R"(/rotations {"finish":false,"force":false})");
  CHECK(stage.terminal.output.find("'hanse federation rotate --finish'") != std::string::npos);
  stage.terminal.output.clear();
  REQUIRE(stage.run(run_rotate(stage.session(), {.finish = true})));
  CHECK(stage.zone.requests.back() ==
        "POST " + kFederationRoot + R"(/rotations {"finish":true,"force":false})");
  CHECK(stage.terminal.output == "the announced CA is in use; the one before counts for two days\n");
}

}  // namespace
}  // namespace hanse::cli
