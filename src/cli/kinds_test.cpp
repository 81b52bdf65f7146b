#include "cli/kinds.h"

#include <doctest/doctest.h>

namespace hanse::cli {
namespace {

TEST_CASE("kinds are found by every name that people use") {
  for (const char* name : {"instance", "instances", "inst", "Instance", "INSTANCES"}) {
    const auto kind = find_kind(name);
    REQUIRE(kind.has_value());
    CHECK((*kind)->name == "Instance");
  }
  CHECK(find_kind("bs").value()->collection == "block-storages");
  CHECK(find_kind("wl").value()->name == "Workload");
  CHECK(find_kind("ws").value()->name == "Workspace");
  CHECK(find_kind("region").value() == find_kind("zones").value());
  CHECK(find_kind("sku").value()->name == "InstanceSku");
  CHECK(find_kind("storage-skus").value()->provider == "seca.storage");
  const auto unknown = find_kind("pods");
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().message.starts_with("'pods' is no kind of resource; use one of: workspaces, "));
}

TEST_CASE("paths follow the scope of the kind") {
  const Place place{"acme", "shop"};
  CHECK(collection_path(*find_kind("host").value(), place) == "/providers/hanse.host/v1/hosts");
  CHECK(collection_path(*find_kind("image").value(), place) ==
        "/providers/seca.storage/v1/tenants/acme/images");
  CHECK(item_path(*find_kind("wl").value(), place, "a/../b") ==
        "/providers/hanse.workload/v1/tenants/acme/workspaces/shop/workloads/a%2F..%2Fb");
}

TEST_CASE("percent encoding leaves only unreserved characters") {
  CHECK(percent_encode("a-b_c.d~9") == "a-b_c.d~9");
  CHECK(percent_encode("a=b,c &\xc3\xa4") == "a%3Db%2Cc%20%26%C3%A4");
}

}  // namespace
}  // namespace hanse::cli
