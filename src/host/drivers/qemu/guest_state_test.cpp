#include "host/drivers/qemu/guest_state.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace hanse::host::qemu {
namespace {

const WallTime kNow{Seconds{50}};

codec::QmpEvent event(std::string name, json::Object data = {}) {
  return {.name = std::move(name), .data = std::move(data), .since_epoch = Nanos(Seconds{10})};
}

TEST_CASE("a source goes from running to the switch point and is handed over") {
  GuestState state;
  state.set_run_status("running");
  CHECK(state.run_state() == RunState::running);
  state.apply(event("MIGRATION", {{"status", "active"}}), kNow);
  CHECK(state.run_state() == RunState::running);
  state.apply(event("STOP"), kNow);
  state.apply(event("MIGRATION", {{"status", "pre-switchover"}}), kNow);
  CHECK(state.run_state() == RunState::switch_point);
  CHECK(state.stopped_at() == WallTime(Seconds{10}));  // QEMU's time, not the time of reading
  state.apply(event("MIGRATION", {{"status", "device"}}), kNow);
  CHECK(state.run_state() == RunState::switch_point);
  state.apply(event("MIGRATION", {{"status", "completed"}}), kNow);
  CHECK(state.run_state() == RunState::handed_over);
  state.apply(event("RESUME"), kNow);
  CHECK(state.run_state() == RunState::running);
}

TEST_CASE("a target that has loaded everything is still incoming until it is resumed") {
  GuestState state;
  state.expect_incoming(true);
  state.set_run_status("inmigrate");
  state.apply(event("MIGRATION", {{"status", "completed"}}), kNow);
  CHECK(state.run_state() == RunState::incoming);
  state.expect_incoming(false);
  state.forget_move();
  state.apply(event("RESUME"), kNow);
  CHECK(state.run_state() == RunState::running);
  CHECK(state.resumed_at() == WallTime(Seconds{10}));
}

TEST_CASE("mirrors: ready, then ended; cancelled or with an error is a failure") {
  GuestState state;
  CHECK(state.mirror("mirror0") == nullptr);
  state.apply(event("BLOCK_JOB_READY", {{"device", "mirror0"}}), kNow);
  CHECK(state.mirror("mirror0")->ready);
  state.apply(event("BLOCK_JOB_COMPLETED", {{"device", "mirror0"}, {"len", 5}, {"offset", 5}}), kNow);
  CHECK(state.mirror("mirror0")->ended);
  CHECK_FALSE(state.mirror("mirror0")->failed);
  state.apply(event("BLOCK_JOB_CANCELLED", {{"device", "mirror1"}}), kNow);
  CHECK(state.mirror("mirror1")->failed);
  state.apply(event("BLOCK_JOB_COMPLETED", {{"device", "mirror2"}, {"error", "Input/output error"}}), kNow);
  CHECK(state.mirror("mirror2")->failed);
  CHECK(state.mirror("mirror2")->error == "Input/output error");
}

TEST_CASE("a hypervisor that speaks of job after job fills no memory") {
  GuestState state;
  for (int i = 0; i < 1000; ++i) {
    const std::string job = "job-" + std::to_string(i);
    state.apply(event("BLOCK_JOB_READY", json::Object{{"device", job}}), {});
    CHECK((state.mirror(job) != nullptr) == (i < 64));
  }
}

TEST_CASE("a power off is seen from the button to the end") {
  GuestState state;
  state.set_run_status("running");
  state.apply(event("POWERDOWN"), kNow);
  CHECK(state.run_state() == RunState::stopping);
  state.apply(event("SHUTDOWN", {{"guest", true}}), kNow);
  CHECK(state.run_state() == RunState::stopping);
  CHECK(state.shut_down());
}

}  // namespace
}  // namespace hanse::host::qemu
