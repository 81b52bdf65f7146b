#include <algorithm>
#include <doctest/doctest.h>

#include "cli/drain_progress.h"
#include "cli/fakes_for_test.h"
#include "cli/host_spec.h"

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
  options.moves.concurrent = 3;
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

TEST_CASE("what each move may take and how it sends goes into the host's spec, and no limit leaves it out") {
  MoveOptions moves{.send = {.max_rate = 8'000'000, .compress = true}};
  CHECK(
      json::dump(drain_spec(moves, {})) ==
      R"({"concurrentMoves":2,"maxRate":8000000,"streams":{"count":1,"compression":"zstd","postCopy":false}})");
  moves.send = {.max_rate = 0};
  CHECK(json::dump(drain_spec(moves, {"b"})) == R"({"concurrentMoves":2,"zones":["b"]})");
}

TEST_CASE("the remaining time follows the pace, and is not told before something is done") {
  Pace pace;
  const MonotonicTime start{Seconds{100}};
  CHECK_FALSE(pace.remaining());
  pace.note(start, 10);
  CHECK_FALSE(pace.remaining());
  pace.note(start + Seconds{60}, 6);
  CHECK(pace.remaining() == Seconds{90});
  // More to do than there ever was: it begins anew.
  pace.note(start + Seconds{70}, 12);
  CHECK_FALSE(pace.remaining());
  // What stays is no work.
  DrainCount count{.left = 9, .moving = 2, .staying = 3};
  pace.note(start + Seconds{100}, count.work());
  CHECK(drain_line("evacuating a", count, pace) ==
        "evacuating a: 9 left, 2 moving, 3 staying, about 30.00 s");
  count = {.left = 3, .moving = 0, .staying = 3};
  pace.note(start + Seconds{110}, count.work());
  CHECK(drain_line("evacuating a", count, pace) == "evacuating a: 3 left, 0 moving, 3 staying");
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

TEST_CASE("drain for programs prints the host as it is in the end, empty or not") {
  for (const auto& [left, code] : {std::pair{0, Code::unknown}, {1, Code::failed_precondition}}) {
    Stage stage;
    stage.output = OutputFormat::json;
    const std::string end =
        fmt::format(R"("drain":{{"remaining":{0},"moving":0,"staying":{0},"reasons":[]}})", left);
    const Status ended = drain(stage, {put(R"("drain":{"remaining":3,"moving":2,"staying":0})"), put(end)});
    CHECK(ended.has_value() == (left == 0));
    if (!ended) CHECK(ended.error().code == code);
    CHECK(json::parse(stage.terminal.output).value() == json::parse(host(kDraining, end)).value());
  }
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
