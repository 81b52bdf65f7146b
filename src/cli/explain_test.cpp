#include <doctest/doctest.h>

#include "cli/fakes_for_test.h"

namespace hanse::cli {
namespace {

using test::Stage;

const std::string kExplanationPath =
    "GET /providers/hanse.placement/v1/tenants/default/workspaces/default/workloads/web/explanation";

constexpr char kPlaced[] = R"({"workload":"web","omitted":0,"replicas":[
  {"instance":"web-0","zone":"north",
   "zones":{"chosen":"north","why":"'north' is the only zone that qualifies","omitted":0,"relaxations":[],"candidates":[
     {"name":"north","total":96000,"rejections":[],
      "scores":[{"name":"carbon","value":960,"weight":100,"text":"57 g/kWh by a test"}]},
     {"name":"south","total":0,"scores":[],"rejections":[
       {"constraint":"memberStates","reason":"it is in NO and the policy allows EU"},
       {"constraint":"reachable","reason":"the zone does not answer"}]}]},
   "hosts":{"chosen":"h2","why":"'h2' fits best","omitted":3,"relaxations":[],"candidates":[
     {"name":"h2","total":0,"rejections":[],"scores":[]}]}}]})";

constexpr char kNowhere[] = R"({"workload":"web","omitted":0,"replicas":[
  {"instance":"web-0","zone":"",
   "zones":{"chosen":"","why":"none of 1 zone qualifies","omitted":0,"candidates":[
     {"name":"north","total":0,"scores":[],"rejections":[{"constraint":"carbon","reason":"too much"}]}],
    "relaxations":[{"text":"1 zone qualifies if the carbon ceiling is 80 g/kWh instead of 50 g/kWh"}]}}]})";

TEST_CASE("explain says why a replica's zone won, why its host did, and what was against the others") {
  Stage stage;
  stage.zone.on(kExplanationPath, kPlaced);
  REQUIRE(stage.run(run_explain(stage.session(), {.workload = "web"})));
  CHECK(stage.terminal.output ==
        "web-0 is in zone north\n"
        "  now: 'north' is the only zone that qualifies\n"
        "  ZONE   TOTAL  WHY\n"
        "  north  96000  carbon 100 x 960 (57 g/kWh by a test)\n"
        "  south  out    memberStates: it is in NO and the policy allows EU; reachable: the zone does not "
        "answer\n"
        "  host: 'h2' fits best\n"
        "  HOST  TOTAL  WHY\n"
        "  h2    0      it qualifies\n"
        "  and 3 more\n");
}

TEST_CASE("explain says of a replica that is nowhere what would help") {
  Stage stage;
  stage.zone.on(kExplanationPath, kNowhere);
  REQUIRE(stage.run(run_explain(stage.session(), {.workload = "web"})));
  CHECK(stage.terminal.output ==
        "web-0 has no zone\n"
        "  now: none of 1 zone qualifies\n"
        "  1 zone qualifies if the carbon ceiling is 80 g/kWh instead of 50 g/kWh\n"
        "  ZONE   TOTAL  WHY\n"
        "  north  out    carbon: too much\n");
}

TEST_CASE("explain says how many replicas are not shown") {
  Stage stage;
  std::string many = kNowhere;
  many.replace(many.find("\"omitted\":0"), 11, "\"omitted\":900");
  stage.zone.on(kExplanationPath, many);
  REQUIRE(stage.run(run_explain(stage.session(), {.workload = "web"})));
  CHECK(stage.terminal.output.ends_with("carbon: too much\n\nand 900 more replicas\n"));
}

TEST_CASE("explain for programs is the zone's answer, and of an unknown workload an error") {
  Stage stage;
  stage.zone.on(kExplanationPath, kNowhere);
  stage.output = OutputFormat::json;
  REQUIRE(stage.run(run_explain(stage.session(), {.workload = "web"})));
  CHECK(json::parse(stage.terminal.output).value() == json::parse(kNowhere).value());
  stage.output = OutputFormat::yaml;
  stage.terminal.output.clear();
  REQUIRE(stage.run(run_explain(stage.session(), {.workload = "web"})));
  CHECK(stage.terminal.output.starts_with("workload: web\n"));
  const Status unknown = stage.run(run_explain(stage.session(), {.workload = "nix"}));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code == Code::not_found);
}

}  // namespace
}  // namespace hanse::cli
