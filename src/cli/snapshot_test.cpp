// hanse snapshot restore, its cancel, and how an instance that waits for one is shown.
#include <doctest/doctest.h>

#include "cli/fakes_for_test.h"

namespace hanse::cli {
namespace {

using test::Stage;

const std::string kSnapshotOwner =
    "/providers/seca.compute/v1/tenants/default/workspaces/default/instances/web";
const std::string kOfSnapshot = kSnapshotOwner + "/snapshots/before";
const std::string kSnapshotEvents =
    "/providers/hanse.observatory/v1/events?limit=1000&kind=instance&name=default%2Fdefault%2Fweb";

std::string instance_with(const std::string& restore, const std::string& ended = "") {
  const std::string condition =
      ended.empty() ? "" : fmt::format(R"({{"type":"Restored","reason":"{}","message":"so it is"}})", ended);
  return fmt::format(
      R"({{"metadata":{{"name":"web"}},"status":{{"state":"active","conditions":[{}],
          "snapshots":[{{"name":"before","uid":"s1","state":"ready"}}]{}}}}})",
      condition, restore.empty() ? "" : R"(,"restore":)" + restore);
}

const std::string kWaiting = instance_with(R"({"id":"w1","snapshot":"s1","reason":"the file is locked"})");
const std::string kCancelled = instance_with(R"({"id":"w1","snapshot":"s1","cancelled":true})");

Status cancel(Stage& stage, const std::string& answer, const std::string& then) {
  stage.zone.on("DELETE " + kOfSnapshot + "/restore", answer, 202);
  stage.zone.on_watch(kSnapshotOwner + "?watch=true",
                      {{"1", "put", json::parse(answer).value()}, {"2", "put", json::parse(then).value()}});
  return stage.run(run_snapshot(
      stage.session(), {.action = SnapshotAction::cancel_restore, .instance = "web", .name = "before"}));
}

TEST_CASE("a restore that waits says why, and ends when somebody cancels it") {
  Stage stage;
  stage.zone.on("POST " + kOfSnapshot + "/restore", instance_with(R"({"id":"w1","snapshot":"s1"})"), 202);
  stage.zone.on_watch(kSnapshotOwner + "?watch=true",
                      {{"1", "put", json::parse(kWaiting).value()},
                       {"2", "put", json::parse(instance_with("", "Cancelled")).value()}});
  const Status ended = stage.run(run_snapshot(
      stage.session(), {.action = SnapshotAction::restore, .instance = "web", .name = "before"}));
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code == Code::cancelled);
  CHECK(stage.terminal.errors.find("which waits: the file is locked") != std::string::npos);
}

TEST_CASE("a cancel waits for the host's word") {
  Stage stage;
  SUBCASE("it had not begun") {
    CHECK(cancel(stage, kCancelled, instance_with("", "Cancelled")));
    CHECK(stage.terminal.output == "instance/web is not being made what it was in snapshot 'before'\n");
  }
  SUBCASE("there was none") {
    CHECK(cancel(stage, instance_with("", "Restored"), kCancelled));
  }
  SUBCASE("it had begun") {
    const Status late =
        cancel(stage, kCancelled, instance_with(R"({"id":"w1","snapshot":"s1","begun":true})"));
    REQUIRE_FALSE(late);
    CHECK(late.error().message.find("too late") != std::string::npos);
  }
  SUBCASE("it was over") {
    CHECK_FALSE(cancel(stage, kCancelled, instance_with("", "Restored")));
  }
}

TEST_CASE("an instance that waits to be restored says so where it is shown") {
  Stage stage;
  stage.zone.on("GET " + kSnapshotOwner, kWaiting);
  stage.zone.on("GET " + kSnapshotEvents, R"({"items":[]})");
  CHECK(stage.run(run_get(stage.session(), {.kind = "instance", .name = "web"})));
  CHECK(stage.terminal.output.find("active,restore-waits") != std::string::npos);
  static_cast<void>(stage.run(run_describe(stage.session(), {.kind = "instance", .name = "web"})));
  INFO(stage.zone.requests.back());
  CHECK(stage.terminal.output.find(
            "to snapshot 'before', nothing is overwritten yet; it waits: the file is locked") !=
        std::string::npos);
}

}  // namespace
}  // namespace hanse::cli
