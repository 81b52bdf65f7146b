#include <doctest/doctest.h>
#include <fmt/ranges.h>
#include <string>
#include <vector>

#include "cli/fakes_for_test.h"

namespace hanse::cli {
namespace {

using test::Stage;

const std::string kHostsOfZone = "/providers/hanse.host/v1/hosts";
const std::string kOpen = R"({"schedulable":true})";
const std::string kWithinZone = R"({"schedulable":false,"drain":{"concurrentMoves":2}})";
const std::string kLeaving = R"({"schedulable":false,"drain":{"concurrentMoves":3,"zones":["b","c"]}})";

std::string host_named(const std::string& name, const std::string& spec, const std::string& status = "") {
  return fmt::format(R"({{"metadata":{{"name":"{}"}},"spec":{},"status":{{{}}}}})", name, spec, status);
}

std::string left(int remaining) {
  return fmt::format(R"("drain":{{"remaining":{},"moving":0,"staying":0}})", remaining);
}

struct Evacuated : Stage {
  explicit Evacuated(const std::string& others = R"(,{"metadata":{"name":"b"}},{"metadata":{"name":"c"}})") {
    zone.on("GET /providers/seca.region/v1/regions?limit=1000",
            R"({"items":[{"metadata":{"name":"a"}})" + others + "]}");
    for (const char* const name : {"h1", "h3"}) zone.on("GET " + path_of(name), host_named(name, kOpen));
    for (const char* const name : {"h1", "h2"}) zone.on("PUT " + path_of(name), host_named(name, kLeaving));
  }
  static std::string path_of(const std::string& name) { return kHostsOfZone + "/" + name; }
  // What the zone says of its hosts, one after the other.
  void show(const std::vector<std::string>& hosts) {
    zone.on("GET " + kHostsOfZone + "?limit=1000", fmt::format(R"({{"items":[{}]}})", fmt::join(hosts, ",")));
  }
  Status evacuate(EvacuateOptions options) { return run(run_evacuate(session(), std::move(options))); }
  std::vector<std::string> puts() const {
    std::vector<std::string> all;
    for (const std::string& request : zone.requests) {
      if (request.starts_with("PUT ")) all.push_back(request);
    }
    return all;
  }
};

TEST_CASE("evacuate drains each host to other zones, and shows it until they are empty") {
  Evacuated stage;
  stage.show({host_named("h1", kOpen)});
  for (const int remaining : {2, 1, 0}) stage.show({host_named("h1", kLeaving, left(remaining))});
  CHECK(stage.evacuate({.zone = "a", .moves = {.concurrent = 3}}));
  CHECK(stage.puts() ==
        std::vector<std::string>{"PUT " + Evacuated::path_of("h1") + R"( {"spec":)" + kLeaving + "}"});
  CHECK(stage.terminal.errors.find("evacuating a: 1 left, 0 moving, about") != std::string::npos);
  CHECK(stage.terminal.output ==
        "zone a is empty and takes nothing new; 'hanse uncordon HOST' opens its hosts\n");
}

TEST_CASE("evacuate names what stays, and refuses a zone that is not the context's or not trusted") {
  Evacuated stage;
  stage.show({host_named("h1", kLeaving, R"("drain":{"remaining":1,"moving":0,"staying":1,
      "reasons":[{"instance":"default/default/web","reason":"to zone 'b': no room"}]})")});
  const Status stays = stage.evacuate({.zone = "a", .to = {"b"}});
  REQUIRE_FALSE(stays);
  CHECK(stays.error().message.find("default/default/web: to zone 'b': no room") != std::string::npos);
  CHECK(stage.terminal.output.empty());
  CHECK(stage.evacuate({.zone = "b"}).error().message.find("--context") != std::string::npos);
  CHECK(stage.evacuate({.zone = "a", .to = {"x"}}).error().code == Code::not_found);
}

TEST_CASE("a host that enrols meanwhile is evacuated too, and one that somebody opens ends it") {
  Evacuated stage;
  stage.zone.on("GET " + Evacuated::path_of("h2"), host_named("h2", kOpen));
  stage.show({host_named("h1", kOpen)});
  stage.show({host_named("h1", kLeaving, left(0)), host_named("h2", kOpen)});
  stage.show({host_named("h1", kLeaving, left(0)), host_named("h2", kLeaving, left(1))});
  stage.show({host_named("h1", kLeaving, left(0)), host_named("h2", kLeaving, left(0))});
  CHECK(stage.evacuate({.zone = "a", .moves = {.concurrent = 3}}));
  CHECK(stage.puts().size() == 2);
  Evacuated opened;
  opened.show({host_named("h1", kOpen)});
  opened.show({host_named("h1", kLeaving, left(1))});
  opened.show({host_named("h1", kWithinZone, left(1))});
  const Status ended = opened.evacuate({.zone = "a"});
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code == Code::cancelled);
  CHECK(ended.error().message.find("somebody has changed the spec of host 'h1'") != std::string::npos);
}

TEST_CASE("evacuate --stop ends only what leaves the zone, and needs no other zone") {
  Evacuated stage("");
  stage.zone.on("GET " + Evacuated::path_of("h2"), host_named("h2", kLeaving));
  stage.show({host_named("h1", kOpen), host_named("h2", kLeaving), host_named("h3", kWithinZone)});
  CHECK(stage.evacuate({.zone = "a", .stop = true}));
  CHECK(stage.puts() ==
        std::vector<std::string>{"PUT " + Evacuated::path_of("h2") + R"( {"spec":{"schedulable":false}})"});
  CHECK(stage.terminal.output == "zone a is not evacuated any more; 'hanse uncordon HOST' opens its hosts\n");
}

TEST_CASE("evacuate --stop changes nothing where nothing leaves") {
  Evacuated stage;
  stage.show({host_named("h1", kOpen), host_named("h3", kWithinZone)});
  CHECK(stage.evacuate({.zone = "a", .stop = true}));
  CHECK(stage.puts().empty());
  CHECK(stage.terminal.output == "zone a was not being evacuated; nothing has changed\n");
  CHECK(stage.evacuate({.zone = "b", .stop = true}).error().message.find("--context") != std::string::npos);
}

TEST_CASE("evacuate for programs prints the hosts as they are in the end, and nothing else") {
  for (const int remaining : {0, 1}) {
    Evacuated stage;
    stage.output = OutputFormat::json;
    const std::string end = host_named(
        "h1", kLeaving,
        fmt::format(R"("drain":{{"remaining":{0},"moving":0,"staying":{0},"reasons":[]}})", remaining));
    stage.show({host_named("h1", kOpen)});
    stage.show({end});
    CHECK(stage.evacuate({.zone = "a"}).has_value() == (remaining == 0));
    CHECK(json::parse(stage.terminal.output).value() == json::parse(R"({"items":[)" + end + "]}").value());
  }
  Evacuated named;
  named.output = OutputFormat::name;
  named.zone.on("GET " + Evacuated::path_of("h2"), host_named("h2", kOpen));
  named.show({host_named("h1", kOpen), host_named("h2", kOpen)});
  CHECK(named.evacuate({.zone = "a", .no_wait = true}));
  CHECK(named.terminal.output == "host/h1\nhost/h2\n");
}

}  // namespace
}  // namespace hanse::cli
