#include <doctest/doctest.h>

#include "cli/fakes_for_test.h"

namespace hanse::cli {
namespace {

using test::Stage;

const std::string kHost = "/providers/hanse.host/v1/hosts/h1";

std::string host(const std::string& spec, const std::string& status = "") {
  return fmt::format(R"({{"metadata":{{"name":"h1"}},"labels":{{"rack":"7"}},"spec":{},"status":{{{}}}}})",
                     spec, status);
}

const std::string kDraining = R"({"schedulable":false,"drain":{"concurrentMoves":3}})";

WatchEvent put(const std::string& status) {
  return {"1", "put", json::parse(host(kDraining, status)).value()};
}

Status drain(Stage& stage, std::vector<WatchEvent> events) {
  stage.zone.on("GET " + kHost, host(R"({"schedulable":true})"));
  const std::string body = R"({"labels":{"rack":"7"},"spec":)" + kDraining + "}";
  stage.zone.on("PUT " + kHost, host(kDraining));
  stage.zone.on_watch(kHost + "?watch=true", std::move(events));
  DrainOptions options;
  options.host = "h1";
  options.concurrent_moves = 3;
  const Status done = stage.run(run_drain(stage.session(), options));
  CHECK(stage.zone.requests.at(1) == "PUT " + kHost + " " + body);
  return done;
}

TEST_CASE("drain changes the host's spec, keeps all else, and shows what is left until it is empty") {
  Stage stage;
  CHECK(drain(stage, {put(R"("drain":{"remaining":3,"moving":2,"staying":0})"),
                      put(R"("drain":{"remaining":1,"moving":1,"staying":0})"),
                      put(R"("drain":{"remaining":0,"moving":0,"staying":0})")}));
  CHECK(stage.terminal.errors ==
        "draining h1\n"
        "draining h1: 3 left, 2 moving\n"
        "draining h1: 1 left, 1 moving\n"
        "draining h1: 0 left, 0 moving\n");
  CHECK(stage.terminal.output ==
        "host/h1 is empty and takes nothing new; 'hanse uncordon h1' opens it again\n");
}

TEST_CASE("drain ends with an error when all that is left stays, and says why") {
  Stage stage;
  const Status ended = drain(stage, {put(R"("drain":{"remaining":2,"moving":1,"staying":1,
                     "reasons":[{"instance":"default/default/a","reason":"it is stopped"}]})"),
                                     put(R"("drain":{"remaining":1,"moving":0,"staying":1,
                     "reasons":[{"instance":"default/default/a","reason":"it is stopped"}]})")});
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code == Code::failed_precondition);
  CHECK(ended.error().message.find("default/default/a: it is stopped") != std::string::npos);
  CHECK(stage.terminal.output.empty());
}

TEST_CASE("drain ends when somebody opens the host again") {
  Stage stage;
  WatchEvent opened{"1", "put", json::parse(host(R"({"schedulable":true})")).value()};
  CHECK(drain(stage, {opened}).error().code == Code::cancelled);
}

TEST_CASE("cordon and uncordon say only whether the host takes new instances, and end draining") {
  for (const bool schedulable : {false, true}) {
    Stage stage;
    stage.zone.on("GET " + kHost, host(kDraining));
    stage.zone.on("PUT " + kHost, host(R"({"schedulable":false})"));
    CHECK(stage.run(run_cordon(stage.session(), {.host = "h1", .schedulable = schedulable})));
    CHECK(
        stage.zone.requests.at(1) ==
        fmt::format(R"(PUT {} {{"labels":{{"rack":"7"}},"spec":{{"schedulable":{}}}}})", kHost, schedulable));
  }
}

}  // namespace
}  // namespace hanse::cli
