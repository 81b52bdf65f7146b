// The snapshots of an instance over the API.
#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/api/api_service.h"

namespace hanse::api {
namespace {

using test::Answer;
using test::ApiService;
using test::As;

struct SnapshotService : ApiService {
  const std::string instance = test::kInstances + "/web";
  const std::string snapshot = instance + "/snapshots/before";

  SnapshotService() {
    model::Instance web;
    web.metadata = {.name = "web", .tenant = "default", .workspace = "default", .uid = "web"};
    web.status.host = "h1";
    web.status.power_state = model::PowerState::running;
    REQUIRE(run(tables.instances.create(std::move(web))));
  }
};

TEST_CASE_FIXTURE(SnapshotService, "a snapshot is asked for, shown with its instance, and deleted") {
  const Answer asked = ask(As::user, "PUT", snapshot, R"({"memory":true})");
  CHECK(asked.status == 202);
  CHECK(asked.text("/status/snapshots/0/name") == "before");
  CHECK(asked.text("/status/snapshots/0/state") == "pending");
  CHECK(ask(As::user, "PUT", instance + "/snapshots/other", "").status == 202);
  CHECK(ask(As::user, "PUT", snapshot, "{}").status == 409);
  CHECK(ask(As::user, "POST", snapshot + "/restore").status == 412);
  CHECK(ask(As::user, "POST", instance + "/snapshots/none/restore").status == 404);
  CHECK(ask(As::user, "DELETE", snapshot).text("/status/snapshots/0/state") == "deleting");
}

TEST_CASE_FIXTURE(SnapshotService, "a restore is cancelled until its host has begun") {
  REQUIRE(ask(As::user, "PUT", snapshot, "{}").status == 202);
  const auto change = [&](auto how) {
    REQUIRE(run(tables.instances.update({"default", "default", "web"}, [&](model::Instance& web) -> Status {
      how(web.status);
      return {};
    })));
  };
  change([](model::InstanceStatus& status) { status.snapshots[0].state = model::SnapshotState::ready; });
  CHECK(ask(As::user, "DELETE", snapshot + "/restore").status == 202);
  REQUIRE(ask(As::user, "POST", snapshot + "/restore").status == 202);
  CHECK(ask(As::user, "DELETE", snapshot + "/restore").text("/status/restore/cancelled") == "true");
  CHECK(ask(As::user, "DELETE", snapshot + "/restore").status == 202);
  change([](model::InstanceStatus& status) { status.restore->begun = true; });
  CHECK(ask(As::user, "DELETE", snapshot + "/restore").status == 412);
  CHECK(ask(As::user, "DELETE", test::kInstances + "/none/snapshots/before/restore").status == 404);
  CHECK(ask(As::peer, "DELETE", snapshot + "/restore").status == 403);
}

TEST_CASE_FIXTURE(SnapshotService, "what cannot be is refused and changes nothing") {
  CHECK(ask(As::user, "PUT", instance + "/snapshots/Not_a_name", "{}").status == 400);
  CHECK(ask(As::user, "PUT", snapshot, R"({"memory":1})").status == 400);
  CHECK(ask(As::user, "PUT", test::kInstances + "/none/snapshots/before", "{}").status == 404);
  CHECK(ask(As::peer, "PUT", snapshot, "{}").status == 403);
  CHECK(ask(As::nobody, "DELETE", snapshot).status == 401);
  CHECK(ask(As::user, "GET", instance).body.at("status").at("snapshots").get_array().empty());
}

}  // namespace
}  // namespace hanse::api
