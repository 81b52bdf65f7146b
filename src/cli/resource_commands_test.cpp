#include <doctest/doctest.h>

#include "cli/fakes_for_test.h"

namespace hanse::cli {
namespace {

using test::Stage;

const std::string kInstances = "/providers/seca.compute/v1/tenants/default/workspaces/default/instances";
const std::string kSkus = "/providers/seca.compute/v1/tenants/default/skus";
const std::string kEvents = "/providers/hanse.observatory/v1/events";

constexpr const char* kManifest = R"(apiVersion: hanse/v1
kind: Instance
metadata: {name: web}
spec:
  skuRef: skus/small
  bootVolume: {sourceImageRef: images/debian}
---
apiVersion: hanse/v1
kind: InstanceSku
metadata: {name: small}
spec: {vcpu: 1, memoryMib: 64}
)";

constexpr const char* kWeb = R"({"metadata":{"name":"web","region":"a","createdAt":"2025-12-31T23:59:00Z"},
  "labels":{},"spec":{"skuRef":"skus/small"},
  "status":{"state":"active","powerState":"running","host":"h1","epoch":2,
    "conditions":[{"state":"active","type":"Running","reason":"Started","message":"it runs",
                   "lastTransitionAt":"2025-12-31T23:59:30Z"}]}})";

TEST_CASE("apply sends what others refer to first, and says what became of it") {
  Stage stage;
  stage.files.content["dir/web.yaml"] = kManifest;
  stage.files.content["dir/notes.txt"] = "not YAML: [";
  stage.zone.on("PUT " + kSkus + "/small", "{}", 201);
  stage.zone.on("PUT " + kInstances + "/web", "{}", 200);
  CHECK(stage.run(run_apply(stage.session(), ApplyOptions{{"dir"}})));
  CHECK(stage.terminal.output == "instance-sku/small created\ninstance/web configured\n");
  REQUIRE(stage.zone.requests.size() == 2);
  CHECK(stage.zone.requests[0] ==
        "PUT " + kSkus + "/small " + R"({"metadata":{"name":"small"},"spec":{"vcpu":1,"memoryMib":64}})");
}

TEST_CASE("apply changes nothing when any document of any file is wrong") {
  Stage stage;
  stage.files.content["good.yaml"] = kManifest;
  stage.files.content["large.yaml"] = std::string(10 << 20, '#');
  stage.terminal.input =
      "apiVersion: hanse/v1\nkind: Host\nmetadata: {name: h}\nspec: {schedulable: maybe}\n";
  Status status = stage.run(run_apply(stage.session(), ApplyOptions{{"good.yaml", "-"}}));
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().message ==
        "<standard input>:4:21: spec.schedulable must be true or false, not a string");
  status = stage.run(run_apply(stage.session(), ApplyOptions{{"good.yaml", "large.yaml"}}));
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == Code::invalid_argument);
  CHECK(status.error().message == "large.yaml: larger than 1024 KiB; split it into several files");
  status = stage.run(run_apply(stage.session(), ApplyOptions{{"good.yaml", "missing.yaml"}}));
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == Code::not_found);
  CHECK(stage.zone.requests.empty());
}

TEST_CASE("what the zone refuses is shown in the file") {
  Stage stage;
  stage.files.content["web.yaml"] = kManifest;
  stage.zone.on("PUT " + kSkus + "/small", "{}", 201);
  stage.zone.on_error("PUT " + kInstances + "/web", {Code::failed_precondition,
                                                     "image 'debian' does not exist; import it first",
                                                     {{"/spec/bootVolume/sourceImageRef", {}}}});
  const Status status = stage.run(run_apply(stage.session(), ApplyOptions{{"web.yaml"}}));
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == Code::failed_precondition);
  CHECK(status.error().message.starts_with("web.yaml:6:32: spec.bootVolume.sourceImageRef: image 'debian'"));
}

TEST_CASE("get lists all pages as a table, JSON, YAML or names") {
  Stage stage;
  const std::string page = kInstances + "?limit=1000";
  const auto listed = [&](OutputFormat format) {
    stage.zone.on("GET " + page + "&labels=app%3Dweb",
                  std::string(R"({"items":[)") + kWeb + R"(],"metadata":{"skipToken":"x/1"}})");
    stage.zone.on("GET " + page + "&labels=app%3Dweb&skipToken=x%2F1",
                  R"({"items":[{"metadata":{"name":"db"},"status":{"movedTo":"b"}}],"metadata":{}})");
    stage.output = format;
    stage.terminal.output.clear();
    CHECK(stage.run(run_get(stage.session(), GetOptions{"inst", "", "app=web", false})));
    return stage.terminal.output;
  };
  CHECK(listed(OutputFormat::table) ==
        "NAME  STATE   POWER    HOST  ZONE  EPOCH  AGE\n"
        "web   active  running  h1    a     2      60s\n"
        "db    moved   -        -     b     -      -\n");
  CHECK(listed(OutputFormat::wide).starts_with("NAME  STATE   POWER    HOST  ZONE  EPOCH  AGE  SKU "));
  CHECK(listed(OutputFormat::name) == "instance/web\ninstance/db\n");
  const json::Value read = json::parse(listed(OutputFormat::json)).value();
  CHECK(read.at("items").at(0) == json::parse(kWeb).value());
  CHECK(listed(OutputFormat::yaml).starts_with("items:\n  - metadata:\n      name: web\n"));
}

TEST_CASE("get of one that has moved says where it went") {
  Stage stage;
  stage.zone.on("GET " + kInstances + "/db", R"({"metadata":{"name":"db"},"status":{"movedTo":"b"}})");
  CHECK(stage.run(run_get(stage.session(), GetOptions{"instance", "db", "", false})));
  CHECK(stage.terminal.errors.find("'db' has moved to zone 'b'") == 0);
}

TEST_CASE("get of what is not there and of an unknown kind fails") {
  Stage stage;
  Status status = stage.run(run_get(stage.session(), GetOptions{"instance", "nix", "", false}));
  REQUIRE_FALSE(status.has_value());
  CHECK(traits_of(status.error().code).exit_code == 3);
  status = stage.run(run_get(stage.session(), GetOptions{"pods", "", "", false}));
  REQUIRE_FALSE(status.has_value());
  CHECK(traits_of(status.error().code).exit_code == 2);
  status = stage.run(run_get(stage.session(), GetOptions{"instance", "a", "b=c", false}));
  CHECK_FALSE(status.has_value());
}

TEST_CASE("get --watch shows the list, then changes, and goes on after the connection broke") {
  Stage stage;
  const std::string path = kInstances + "?watch=true";
  const json::Value web = json::parse(kWeb).value();
  stage.zone.on_watch(path, {{"5", "put", web}, {"5", "synced", {}}});
  stage.zone.on_watch(path, {{"7", "delete", json::parse(R"({"name":"web"})").value()}});
  const Status status = stage.run(run_get(stage.session(), GetOptions{"instances", "", "", true}));
  CHECK(stage.terminal.output ==
        "NAME  STATE   POWER    HOST  ZONE  EPOCH  AGE\n"
        "web   active  running  h1    a     2      60s\n"
        "web deleted\n");
  REQUIRE_FALSE(status.has_value());  // the zone has nothing more and keeps hanging up
  CHECK(status.error().code == Code::unavailable);
  REQUIRE(stage.zone.requests.size() > 2);
  CHECK(stage.zone.requests[1] == "WATCH " + path + " after '5'");
  CHECK(stage.zone.requests[2] == "WATCH " + path + " after '7'");
}

TEST_CASE("describe and the wide list say what comes next of a transfer") {
  Stage stage;
  const std::string transfers = "/providers/hanse.migration/v1/tenants/default/workspaces/default/transfers";
  const std::string waits = R"({"metadata":{"name":"t1"},"spec":{"instance":"web","targetZone":"b"},
      "status":{"sourceZone":"a","phase":"committed","waitingFor":"b"}})";
  stage.zone.on("GET " + transfers + "/t1", waits);
  stage.zone.on("GET " + kEvents + "?limit=1000&kind=transfer&name=default%2Fdefault%2Ft1",
                R"({"items":[]})");
  CHECK(stage.run(run_describe(stage.session(), DescribeOptions{"transfer", "t1"})));
  CHECK(stage.terminal.output.find("\nNext:        'web' belongs to zone 'b' now") != std::string::npos);
  stage.terminal.output.clear();
  stage.output = OutputFormat::wide;
  CHECK(stage.run(run_get(stage.session(), GetOptions{.kind = "transfers", .name = "t1"})));
  CHECK(stage.terminal.output.find("'web' belongs to zone 'b' now") != std::string::npos);
}

TEST_CASE("describe shows spec, status, conditions and events") {
  Stage stage;
  stage.zone.on("GET " + kInstances + "/web", kWeb);
  stage.zone.on("GET " + kEvents + "?limit=1000&kind=instance&name=default%2Fdefault%2Fweb",
                R"({"items":[{"time":"2025-12-31T23:59:50Z","kind":"instance","name":"default/default/web",
                    "reason":"Started","message":"by h1\u001b[2J"}],"metadata":{}})");
  CHECK(stage.run(run_describe(stage.session(), DescribeOptions{"instance", "web"})));
  CHECK(stage.terminal.output ==
        "Name:        web\n"
        "Kind:        instance\n"
        "Zone:        a\n"
        "Created:     2025-12-31T23:59:00Z (60s ago)\n"
        "Spec:\n"
        "  skuRef: skus/small\n"
        "Status:\n"
        "  state: active\n"
        "  powerState: running\n"
        "  host: h1\n"
        "  epoch: 2\n"
        "Conditions:\n"
        "  AGE  STATE   TYPE     REASON   MESSAGE\n"
        "  30s  active  Running  Started  it runs\n"
        "Events:\n"
        "  AGE  KIND      NAME                 REASON   MESSAGE\n"
        "  10s  instance  default/default/web  Started  by h1?[2J\n");
}

TEST_CASE("delete by name can wait, by file goes backwards") {
  Stage stage;
  stage.zone.on("DELETE " + kInstances + "/web", "{}", 202);
  stage.zone.on("GET " + kInstances + "/web", kWeb);
  stage.zone.on_error("GET " + kInstances + "/web", {Code::not_found, "gone"});
  CHECK(stage.run(run_delete(stage.session(), DeleteOptions{"instance", "web", {}, true})));
  CHECK(stage.terminal.output == "instance/web deleted\n");
  stage.terminal.output.clear();
  stage.files.content["web.yaml"] = kManifest;
  CHECK(stage.run(run_delete(stage.session(), DeleteOptions{"", "", {"web.yaml"}, false})));
  CHECK(stage.terminal.output == "instance/web is being deleted\ninstance-sku/small was not there\n");
  CHECK_FALSE(stage.run(run_delete(stage.session(), DeleteOptions{"instance", "nix", {}, false})));
}

TEST_CASE("events of one resource") {
  Stage stage;
  stage.zone.on("GET " + kEvents + "?limit=1000&kind=host&name=h1", R"({"items":[],"metadata":{}})");
  CHECK(stage.run(run_events(stage.session(), EventsOptions{"hosts", "h1", false})));
  CHECK(stage.terminal.errors == "there are no events here\n");
}

}  // namespace
}  // namespace hanse::cli
