#include <doctest/doctest.h>

#include "cli/fakes_for_test.h"

namespace hanse::cli {
namespace {

using test::Stage;

const std::string kPackingPath = "GET /providers/hanse.placement/v1/packing";

TEST_CASE("host packing says what is open, what is needed, and which moves help") {
  Stage stage;
  stage.zone.on(kPackingPath + "?budget=2", R"({"hosts":5,"openHosts":3,"instances":4,"atLeast":2,"leftOut":1,
    "ratio":1.5,"budget":2,"openAfter":2,
    "moves":[{"tenant":"default","workspace":"web","instance":"a","from":"h1","to":"h2"}]})");
  REQUIRE(stage.run(run_host_packing(stage.session(), {.budget = 2})));
  CHECK(stage.terminal.output ==
        "open             3 of 5 hosts, with 4 instances\n"
        "needed at least  2 hosts, proved; 1 instance not counted\n"
        "ratio            1.50\n"
        "moves            1 of at most 2, which would leave 2 open\n"
        "\n"
        "INSTANCE       FROM  TO\n"
        "default/web/a  h1    h2\n");
}

TEST_CASE("host packing of an empty zone, and for programs") {
  Stage stage;
  stage.zone.on(kPackingPath, R"({"hosts":1,"openHosts":0,"instances":0,"atLeast":0,"leftOut":0,"budget":1,
    "openAfter":0,"moves":[]})");
  REQUIRE(stage.run(run_host_packing(stage.session(), {})));
  CHECK(stage.terminal.output ==
        "open             0 of 1 hosts, with 0 instances\n"
        "needed at least  0 hosts, proved\n"
        "ratio            -\n"
        "moves            none that would empty a host, of at most 1\n");
  stage.terminal.output.clear();
  Session session = stage.session();
  session.output = OutputFormat::json;
  REQUIRE(stage.run(run_host_packing(session, {})));
  CHECK(json::parse(stage.terminal.output).value().at("atLeast").as_int64() == 0);
}

}  // namespace
}  // namespace hanse::cli
