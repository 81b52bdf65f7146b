#include "zone/authorization/authorization.h"

#include <algorithm>
#include <doctest/doctest.h>

#include "tests/support/zone_fixture.h"
#include "zone/authorization/built_in_roles.h"

namespace hanse::zone {
namespace {

using AuthorizationFixture = test::ZoneFixture;

const RequiredPermission kGetInstance{"seca.compute", "instances", "get"};

bool covered(const model::Permission& permission, const std::string& verb, const std::string& name = "web") {
  return covers(permission, {"seca.compute", "instances", verb}, name);
}

TEST_CASE("a permission covers what its provider, resources and verbs say") {
  CHECK(covered({"seca.compute", {"instances/*"}, {"get"}}, "get"));
  CHECK(covered({"seca.compute/v1", {"instances/*"}, {"get"}}, "get"));
  CHECK(covered({"*", {"*"}, {"*"}}, "post.start"));
  CHECK(covered({"seca.compute", {"skus/*", "instances"}, {"list", "get"}}, "get"));
  CHECK(covered({"seca.compute", {"instances/web"}, {"get"}}, "get"));
  CHECK_FALSE(covered({"seca.compute", {"instances/web"}, {"get"}}, "get", "other"));
  CHECK_FALSE(covered({"seca.compute", {"instances/web"}, {"list"}}, "list", ""));
  CHECK_FALSE(covered({"seca.comput", {"instances/*"}, {"get"}}, "get"));
  CHECK_FALSE(covered({"seca.compute.x", {"instances/*"}, {"get"}}, "get"));
  CHECK_FALSE(covered({"seca.compute", {"instance/*"}, {"get"}}, "get"));
  CHECK_FALSE(covered({"seca.compute", {"instances/*"}, {"list"}}, "get"));
  for (const char* verb : {"post", "post.start", "post:start"})
    CHECK(covered({"seca.compute", {"instances/*"}, {verb}}, "post.start"));
  for (const char* verb : {"post.stop", "post.star", "post:stop", "pos", "put", "post.start.now"})
    CHECK_FALSE(covered({"seca.compute", {"instances/*"}, {verb}}, "post.start"));
  CHECK_FALSE(covered({"seca.compute", {"instances/*"}, {"post.start"}}, "post"));
  CHECK_FALSE(covers({"*", {"*"}, {"*"}}, {}, "web"));
}

TEST_CASE("built-in roles are good roles, and give what they are for") {
  for (const BuiltInRole& role : built_in_roles()) {
    model::Role resource;
    resource.spec = role.spec;
    CAPTURE(role.name);
    CHECK(check(resource));
  }
  const auto gives = [](std::string_view role, const RequiredPermission& required) {
    const auto& permissions = find_built_in_role(role)->permissions;
    return std::any_of(permissions.begin(), permissions.end(),
                       [&](const model::Permission& one) { return covers(one, required, "x"); });
  };
  const RequiredPermission console{"seca.compute", "instances", "post.console"};
  const RequiredPermission token{"hanse.authorization", "tokens", "post"};
  const RequiredPermission assign{"seca.authorization", "role-assignments", "put"};
  CHECK(gives("admin", token));
  CHECK(gives("operator", console));
  CHECK_FALSE(gives("operator", token));
  CHECK_FALSE(gives("operator", assign));
  CHECK(gives("viewer", kGetInstance));
  CHECK_FALSE(gives("viewer", console));
  CHECK(gives("workload-user", console));
  CHECK_FALSE(gives("workload-user", {"seca.storage", "images", "put"}));
  CHECK_FALSE(gives("catalogue-viewer", kGetInstance));
}

struct Roles : AuthorizationFixture {
  Caller alice{.kind = CallerKind::user, .name = "alice", .groups = {"group:corp:dev"}};
  ResourceId web{.tenant = "default", .workspace = "default", .name = "web"};

  Status assign(const std::string& name, const std::string& subject, const std::string& role,
                const model::RoleAssignmentScope& scope = {}, const std::string& tenant = "default") {
    model::RoleAssignment assignment;
    assignment.metadata = {.name = name, .tenant = tenant};
    assignment.spec = {.subs = {subject}, .scopes = {scope}, .roles = {role}};
    const auto put = wait(zone->frontends().role_assignments.put(assignment, std::nullopt));
    if (!put) return fail(put.error());
    return {};
  }
  Status put_role(const std::string& name, const model::Permission& permission) {
    model::Role role;
    role.metadata = {.name = name, .tenant = "default"};
    role.spec.permissions = {permission};
    const auto put = wait(zone->frontends().roles.put(role, std::nullopt));
    if (!put) return fail(put.error());
    return {};
  }
  bool allowed(const RequiredPermission& required, const ResourceId& target) {
    return zone->authorization().allows(alice, required, target);
  }
};

TEST_CASE_FIXTURE(Roles, "nobody may do anything before it was assigned to him, but for the administrator") {
  CHECK_FALSE(allowed(kGetInstance, web));
  const Status refused = zone->authorization().check(alice, kGetInstance, web);
  CHECK(refused.error().code == Code::permission_denied);
  CHECK(
      refused.error().message ==
      "user 'alice' may not do this: it needs 'seca.compute instances get' in workspace 'default' of tenant "
      "'default'; 'hanse whoami' shows what you may do");
  const Caller admin{.kind = CallerKind::user, .name = "admin", .administrator = true};
  CHECK(zone->authorization().allows(admin, {}, {}));
}

TEST_CASE_FIXTURE(Roles, "subjects, groups and all users get roles") {
  REQUIRE(assign("a", "bob", "viewer"));
  CHECK_FALSE(allowed(kGetInstance, web));
  for (const char* subject : {"alice", "group:corp:dev", "*"}) {
    CAPTURE(subject);
    REQUIRE(assign("a", subject, "viewer"));
    CHECK(allowed(kGetInstance, web));
    REQUIRE(zone->authorization().grants_of(alice).size() == 1);
    CHECK(zone->authorization().grants_of(alice).front().scope.tenants ==
          std::vector<std::string>{"default"});
  }
  REQUIRE(assign("a", "group:corp:ops", "viewer"));
  CHECK_FALSE(allowed(kGetInstance, web));
}

TEST_CASE_FIXTURE(Roles, "a scope reaches its tenants, regions and workspaces") {
  const ResourceId tenant{.tenant = "default"};
  const ResourceId workspace{.tenant = "default", .name = "default"};
  const ResourceId zone_itself{.name = "h1"};
  const RequiredPermission get_workspace{"seca.workspace", "workspaces", "get"};
  const RequiredPermission get_host{"hanse.host", "hosts", "get"};
  REQUIRE(assign("a", "alice", "admin"));
  CHECK(allowed(kGetInstance, web));
  CHECK_FALSE(allowed(kGetInstance, {.tenant = "other", .workspace = "default", .name = "web"}));
  CHECK_FALSE(allowed(get_host, zone_itself));
  REQUIRE(assign("a", "alice", "admin", {.workspaces = {"default"}}));
  CHECK(allowed(kGetInstance, web));
  CHECK(allowed(get_workspace, workspace));
  CHECK_FALSE(allowed({"seca.storage", "images", "put"}, tenant));
  CHECK_FALSE(allowed(get_workspace, {.tenant = "default", .name = "other"}));
  REQUIRE(assign("a", "alice", "admin", {.tenants = {"other"}}));
  CHECK_FALSE(allowed(kGetInstance, web));
  REQUIRE(assign("a", "alice", "admin", {.tenants = {"*"}}));
  CHECK(allowed(get_host, zone_itself));
  REQUIRE(assign("a", "alice", "admin", {.tenants = {"*"}, .regions = {"warsaw"}}));
  CHECK_FALSE(allowed(get_host, zone_itself));
  REQUIRE(assign("a", "alice", "admin", {.regions = {"warsaw", "helsinki"}}));
  CHECK(allowed(kGetInstance, web));
}

TEST_CASE_FIXTURE(Roles, "roles of a tenant are those of its assignments, and may change") {
  REQUIRE(put_role("reader", {"seca.compute", {"instances/web"}, {"get"}}));
  REQUIRE(assign("a", "alice", "reader"));
  CHECK(allowed(kGetInstance, web));
  CHECK_FALSE(allowed(kGetInstance, {.tenant = "default", .workspace = "default", .name = "db"}));
  REQUIRE(put_role("reader", {"seca.compute", {"instances/db"}, {"get"}}));
  CHECK_FALSE(allowed(kGetInstance, web));
  CHECK(assign("b", "alice", "reader", {}, "other").error().sources.at(0).pointer == "/spec/roles/0");
  CHECK(assign("b", "alice", "viewer", {}, "other"));
  restart();
  CHECK(allowed(kGetInstance, {.tenant = "default", .workspace = "default", .name = "db"}));
}

TEST_CASE_FIXTURE(Roles,
                  "a role that is deleted leaves its assignments, and does not come back with its name") {
  REQUIRE(put_role("reader", {"*", {"*"}, {"*"}}));
  REQUIRE(assign("a", "alice", "reader"));
  REQUIRE(wait(zone->frontends().roles.request_deletion({.tenant = "default", .name = "reader"})));
  CHECK_FALSE(allowed(kGetInstance, web));
  pass(Seconds{1});
  CHECK_FALSE(zone->tables().roles.get({.tenant = "default", .name = "reader"}));
  REQUIRE(put_role("reader", {"*", {"*"}, {"*"}}));
  CHECK_FALSE(allowed(kGetInstance, web));
  CHECK((*zone->tables().role_assignments.get({.tenant = "default", .name = "a"}))->spec.roles.empty());
}

TEST_CASE_FIXTURE(Roles, "built-in roles are there, and nobody changes them") {
  CHECK((*zone->tables().roles.get({.tenant = "default", .name = "admin"}))->spec ==
        *find_built_in_role("admin"));
  CHECK_FALSE(put_role("viewer", {"*", {"*"}, {"*"}}));
  CHECK_FALSE(wait(zone->frontends().roles.request_deletion({.tenant = "default", .name = "viewer"})));
}

}  // namespace
}  // namespace hanse::zone
