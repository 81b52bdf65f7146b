#include "zone/frontend.h"

#include <doctest/doctest.h>

#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

using FrontendFixture = test::ZoneFixture;

model::Workspace workspace(const std::string& name, model::Labels labels = {}) {
  model::Workspace workspace;
  workspace.metadata = {.name = name, .tenant = "default"};
  workspace.labels = std::move(labels);
  return workspace;
}

TEST_CASE_FIXTURE(FrontendFixture, "put creates, replaces, and refuses a stale version") {
  auto& workspaces = zone->frontends().workspaces;
  const auto created = wait(workspaces.put(workspace("a"), std::nullopt)).value();
  CHECK(created.created);
  CHECK(created.resource.metadata.uid.size() == model::kUidDigits);
  pass(Seconds{1});
  const auto version = (*workspaces.get({.tenant = "default", .name = "a"}))->metadata.resource_version;
  const auto replaced = wait(workspaces.put(workspace("a", {{"x", "1"}}), version)).value();
  CHECK_FALSE(replaced.created);
  CHECK(replaced.resource.metadata.uid == created.resource.metadata.uid);
  CHECK(wait(workspaces.put(workspace("a", {{"x", "2"}}), version)).error().code == Code::aborted);
  CHECK((*workspaces.get({.tenant = "default", .name = "a"}))->labels.at("x") == "1");
  CHECK(wait(workspaces.put(workspace("new"), 7)).error().code == Code::aborted);
}

TEST_CASE_FIXTURE(FrontendFixture, "lists come in pages and by labels") {
  auto& workspaces = zone->frontends().workspaces;
  for (int i = 0; i < 25; ++i) {
    REQUIRE(wait(workspaces.put(workspace(fmt::format("w{:02}", i), {{"odd", i % 2 == 1 ? "yes" : "no"}}),
                                std::nullopt)));
  }
  std::vector<std::string> names;
  ListRequest request{.scope = {.tenant = "default"}, .labels = "odd=yes", .limit = 5};
  do {
    const auto answer = workspaces.list(request).value();
    CHECK(answer.items.size() <= 5);
    for (const auto& item : answer.items) names.push_back(item->metadata.name);
    request.skip_token = answer.skip_token;
  } while (!request.skip_token.empty());
  CHECK(names.size() == 12);
  CHECK(names.front() == "w01");
  CHECK(names.back() == "w23");
}

TEST_CASE_FIXTURE(FrontendFixture, "a list that is asked for wrongly names the parameter") {
  auto& workspaces = zone->frontends().workspaces;
  const auto parameter = [&](ListRequest request) {
    return workspaces.list(request).error().sources.at(0).parameter;
  };
  CHECK(parameter({.scope = {.tenant = "default"}, .limit = 0}) == "limit");
  CHECK(parameter({.scope = {.tenant = "default"}, .limit = 5000}) == "limit");
  CHECK(parameter({.scope = {.tenant = "default"}, .skip_token = "/workspaces/other/x"}) == "skipToken");
}

TEST_CASE_FIXTURE(FrontendFixture, "a name with path characters and a workspace that is in use are refused") {
  auto& workspaces = zone->frontends().workspaces;
  CHECK(wait(workspaces.put(workspace("../x"), std::nullopt)).error().sources.at(0).pointer ==
        "/metadata/name");
  add_sku();
  REQUIRE(wait(zone->frontends().instances.put(instance("web"), std::nullopt)));
  CHECK(wait(workspaces.request_deletion({.tenant = "default", .name = "default"})).error().code ==
        Code::failed_precondition);
  REQUIRE(wait(workspaces.put(workspace("empty"), std::nullopt)));
  REQUIRE(wait(workspaces.request_deletion({.tenant = "default", .name = "empty"})));
  pass(Seconds{1});
  CHECK_FALSE(workspaces.get({.tenant = "default", .name = "empty"}));
}

}  // namespace
}  // namespace hanse::zone
