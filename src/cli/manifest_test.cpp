#include "cli/manifest.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/json.h"

namespace hanse::cli {
namespace {

constexpr std::string_view kGood = R"(apiVersion: hanse/v1
kind: Instance
metadata:
  name: web
  labels: {app: web}
spec:
  skuRef: skus/small
  bootVolume:
    sourceImageRef: images/debian
  forwards:
    - guestPort: 80
)";

// The good manifest with one piece of text replaced.
std::string changed(std::string_view from, std::string_view to) {
  std::string text(kGood);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

Error manifest_refusal(std::string_view text) {
  const auto documents = read_manifest("web.yaml", text, {});
  REQUIRE_FALSE(documents.has_value());
  return documents.error();
}

TEST_CASE("a manifest becomes the API's body") {
  const auto documents = read_manifest("web.yaml", kGood, {"acme", "shop"});
  REQUIRE(documents.has_value());
  REQUIRE(documents->size() == 1);
  const ManifestDocument& document = documents->front();
  CHECK(item_path(*document.kind, document.place, document.name) ==
        "/providers/seca.compute/v1/tenants/acme/workspaces/shop/instances/web");
  CHECK(json::dump(document.resource) ==
        R"({"metadata":{"name":"web"},"labels":{"app":"web"},"spec":{"skuRef":"skus/small",)"
        R"("bootVolume":{"sourceImageRef":"images/debian"},"forwards":[{"guestPort":80}]}})");
}

TEST_CASE("a manifest may say where it goes") {
  const auto documents =
      read_manifest("web.yaml", changed("  name: web", "  name: web\n  tenant: other\n  workspace: lab"), {});
  REQUIRE(documents.has_value());
  CHECK(documents->front().place.tenant == "other");
  CHECK(documents->front().place.workspace == "lab");
}

TEST_CASE("bad input is refused with file, line, column, field and remedy") {
  const auto check = [](std::string_view from, std::string_view to, std::string_view message) {
    CHECK(manifest_refusal(changed(from, to)).message == message);
  };
  check("guestPort: 80", "guestPort: eighty",
        "web.yaml:11:18: spec.forwards[0].guestPort must be a whole number, not a string");
  check("guestPort: 80", "guestPort: 70000",
        "web.yaml:11:18: spec.forwards[0].guestPort must be from 1 to 65535");
  check("skuRef: skus/small", "skuRef: 5",
        "web.yaml:7:11: spec.skuRef must be a string, not a number; put it in quotes");
  check("skuRef: skus/small", "skuRef: small",
        "web.yaml:7:11: spec.skuRef must be 'skus/<name>', not 'small'");
  check("hanse/v1", "hanse/v2", "web.yaml:1:13: apiVersion must be hanse/v1, not 'hanse/v2'");
  check("apiVersion: hanse/v1\n", "", "web.yaml:1:1: apiVersion is missing; write apiVersion: hanse/v1");
  check("    - guestPort: 80\n", "    - guestPort: 80\n  forwards: []\n",
        "web.yaml:12:3: the key 'forwards' is written twice, first in line 11; remove one of the two");
}

TEST_CASE("unknown fields, kinds and places are refused") {
  const Error field = manifest_refusal(changed("  forwards:", "  forward:"));
  CHECK(field.message.starts_with("web.yaml:11:5: spec.forward is not a known field; known here: skuRef"));
  CHECK(manifest_refusal(changed("spec:", "specs:"))
            .message.find("specs is not a known field; known here: apiV") != std::string::npos);
  CHECK(
      manifest_refusal(changed("  name: web", "  name: web\n  uid: x")).message.find("metadata.uid is not") !=
      std::string::npos);
  CHECK(manifest_refusal(changed("kind: Instance", "kind: Instances"))
            .message.starts_with(
                "web.yaml:2:7: kind 'Instances' is not known; use one of: Workspace, InstanceSku"));
  CHECK(manifest_refusal(changed("kind: Instance", "kind: Transfer")).message.find("not known") !=
        std::string::npos);
  CHECK(manifest_refusal(changed("  name: web", "  name: web\n  tenant: ../x"))
            .message.starts_with("web.yaml:5:11: metadata.tenant: the name '../x' is not allowed"));
}

TEST_CASE("names with path characters are refused") {
  for (const std::string name : {"../etc/passwd", "a/b", "..", "\"a\\0b\"", "Web", "\"\"", "a%2fb"}) {
    const Error error = manifest_refusal(changed("name: web", "name: " + name));
    CHECK(error.code == Code::invalid_argument);
    CHECK(error.message.starts_with("web.yaml:4:9: metadata.name"));
  }
  CHECK(manifest_refusal(changed("name: web", "name: 007")).message.find("put it in quotes") !=
        std::string::npos);
  CHECK(manifest_refusal(changed("  name: web\n", "")).message ==
        "web.yaml:4:3: metadata.name is missing; give the resource a name");
}

TEST_CASE("labels are found where the manifest has them") {
  CHECK(manifest_refusal(changed("{app: web}", "{App: web}"))
            .message.starts_with("web.yaml:5:17: metadata.labels.App: the label 'App' is not allowed"));
  CHECK(manifest_refusal(changed("{app: web}", "{app: 1}")).message ==
        "web.yaml:5:17: metadata.labels.app must be a string, not a number; put it in quotes");
}

TEST_CASE("an empty file, a list and a scalar are no manifests") {
  CHECK(manifest_refusal("").message == "web.yaml:1:1: the file holds no document");
  CHECK(manifest_refusal("- a\n").message == "web.yaml:1:1: the document must be a map of fields");
  CHECK(manifest_refusal("just text").message.find("must be a map") != std::string::npos);
  CHECK(manifest_refusal(std::string(10 << 20, 'x')).message.find("larger than 1024 KiB") !=
        std::string::npos);
}

TEST_CASE("documents are put into the order of their references") {
  const std::string sku =
      "---\napiVersion: hanse/v1\nkind: InstanceSku\nmetadata: {name: small}\nspec: {vcpu: 1, memoryMib: "
      "64}\n";
  const auto documents = read_manifest("web.yaml", std::string(kGood) + sku, {});
  REQUIRE(documents.has_value());
  const auto ordered = order_documents(*documents);
  REQUIRE(ordered.has_value());
  CHECK((*ordered)[0].kind->name == "InstanceSku");
  CHECK((*ordered)[1].kind->name == "Instance");
}

TEST_CASE("the same resource twice is refused") {
  const auto documents = read_manifest("web.yaml", std::string(kGood) + "---\n" + std::string(kGood), {});
  REQUIRE(documents.has_value());
  const auto ordered = order_documents(*documents);
  REQUIRE_FALSE(ordered.has_value());
  CHECK(ordered.error().message ==
        "web.yaml:16:9: the instance 'web' is declared twice, first in web.yaml:4; remove one of the two");
}

TEST_CASE("a fault that the zone found is shown in the file and keeps its code") {
  const auto documents = read_manifest("web.yaml", kGood, {});
  REQUIRE(documents.has_value());
  const Error precondition{Code::failed_precondition,
                           "image 'debian' does not exist; import it first",
                           {{"/spec/bootVolume/sourceImageRef", {}}}};
  const Error located = locate(documents->front(), precondition);
  CHECK(located.code == Code::failed_precondition);
  CHECK(located.message ==
        "web.yaml:9:21: spec.bootVolume.sourceImageRef: image 'debian' does not exist; import it first");
  CHECK(locate(documents->front(), {Code::resource_exhausted, "the tenant is full"}).message ==
        "web.yaml:1:1: instance 'web': the tenant is full");
}

}  // namespace
}  // namespace hanse::cli
