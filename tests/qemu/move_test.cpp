// A running machine moves between two hosts and back, and its witness misses nothing.
#include <doctest/doctest.h>
#include <optional>

#include "base/scope.h"
#include "runtime/sleep.h"
#include "tests/qemu/qemu_world.h"

namespace hanse::test {
namespace {

using host::RunState;

Task<Status> move(QemuWorld& world, QemuDriver* source, QemuDriver* target, Epoch epoch, bool direct,
                  model::StreamOptions streams = {}) {
  host::IncomingOptions incoming = world.incoming(direct);
  incoming.streams = streams;
  HANSE_CO_CHECK(co_await world.seed(source, target, epoch));
  HANSE_CO_TRY(auto endpoints, co_await target->open_incoming(kUid, incoming));
  CHECK(endpoints.memory.starts_with("unix:") != direct);
  // A second try finds the same open ends.
  HANSE_CO_TRY(const auto again, co_await target->open_incoming(kUid, incoming));
  CHECK(again.memory == endpoints.memory);
  CHECK(target->observe(kUid)->run_state == RunState::incoming);
  host::OutgoingOptions options = world.outgoing(endpoints);
  options.streams = streams;
  HANSE_CO_CHECK(co_await source->copy_disks(kUid, options));
  HANSE_CO_TRY(const host::SwitchKind kind, co_await source->copy_memory(kUid, options));
  CHECK(kind == host::SwitchKind::whole);
  CHECK(source->observe(kUid)->run_state == RunState::switch_point);
  HANSE_CO_CHECK(co_await QemuWorld::hand_over(source));
  CHECK(source->memory_progress(kUid).sent > Bytes{0});
  CHECK(source->observe(kUid)->run_state == RunState::handed_over);
  HANSE_CO_CHECK(co_await target->resume_incoming(kUid, epoch));
  HANSE_CO_CHECK(co_await target->resume_incoming(kUid, epoch));  // again: nothing to do
  CHECK(target->observe(kUid)->run_state == RunState::running);
  CHECK(target->observe(kUid)->epoch == epoch);
  CHECK(*target->observe(kUid)->resumed_at > *source->observe(kUid)->stopped_at);
  HANSE_CO_CHECK(co_await source->remove(kUid));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(target));
  CHECK(target->observe(kUid)->first_heartbeat_after_resume);
  co_return co_await world.check_witness(target);
}

std::string boot_id_of(const std::string& answer) {
  const std::size_t at = answer.find("\"boot_id\"");
  return at == std::string::npos ? "" : answer.substr(at, 50);
}

Task<Status> there_and_back(QemuWorld& world) {
  const auto a = world.make_driver("a");
  const auto b = world.make_driver("b");
  HANSE_CO_CHECK(co_await a->start(world.witness(), Epoch{1}));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(a.get()));
  HANSE_CO_TRY(const std::string before, co_await world.ask(a.get(), "/"));
  HANSE_CO_CHECK(co_await move(world, a.get(), b.get(), Epoch{2}, true));
  HANSE_CO_CHECK(co_await move(world, b.get(), a.get(), Epoch{3}, false));
  HANSE_CO_TRY(const std::string after, co_await world.ask(a.get(), "/"));
  CHECK(boot_id_of(before) == boot_id_of(after));
  CHECK(after.find("\"location\": \"test/a\"") != std::string::npos);
  co_return co_await a->remove(kUid);
}

// The memory is some 80 MB.
Task<Status> limits_while_moving(QemuWorld& world) {
  constexpr BytesPerSecond kSlow{8'000'000};
  const auto a = world.make_driver("a");
  const auto b = world.make_driver("b");
  HANSE_CO_CHECK(co_await a->start(world.witness(), Epoch{1}));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(a.get()));
  HANSE_CO_CHECK(co_await world.seed(a.get(), b.get(), Epoch{2}));
  HANSE_CO_TRY(auto endpoints, co_await b->open_incoming(kUid, world.incoming(true)));
  host::OutgoingOptions options = world.outgoing(endpoints);
  a->limit_outgoing(kUid, {.max_rate = kSlow});
  HANSE_CO_CHECK(co_await a->copy_disks(kUid, options));
  Scope scope;
  std::optional<Result<host::SwitchKind>> copied;
  REQUIRE(scope.spawn([](QemuDriver* driver, host::OutgoingOptions options,
                         std::optional<Result<host::SwitchKind>>& out) -> Task<void> {
    out = co_await driver->copy_memory(kUid, std::move(options));
  }(a.get(), options, copied)));
  Scheduler& scheduler = world.runtime().scheduler;
  co_await sleep_for(scheduler, Seconds{2});
  // Slow: it is far from done. Paused: nothing more than a trickle goes.
  CHECK(a->memory_progress(kUid).sent.value < 2 * 2 * kSlow.value);
  CHECK(a->memory_progress(kUid).remaining > Bytes{0});
  a->limit_outgoing(kUid, {.paused = true});
  co_await sleep_for(scheduler, Seconds{1});
  const Bytes before = a->memory_progress(kUid).sent;
  co_await sleep_for(scheduler, Seconds{2});
  const Bytes trickled = a->memory_progress(kUid).sent - before;
  CHECK(trickled.value < 2 * model::kLeastRate.value);
  CHECK_FALSE(copied.has_value());
  CHECK(a->observe(kUid)->run_state == RunState::running);
  a->limit_outgoing(kUid, {});
  co_await scope.wait_idle();
  REQUIRE(copied.has_value());
  if (!*copied) co_return fail(copied->error());
  HANSE_CO_CHECK(co_await QemuWorld::hand_over(a.get()));
  HANSE_CO_CHECK(co_await b->resume_incoming(kUid, Epoch{2}));
  HANSE_CO_CHECK(co_await a->remove(kUid));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(b.get()));
  HANSE_CO_CHECK(co_await world.check_witness(b.get()));
  co_return co_await b->remove(kUid);
}

Task<Status> side_by_side(QemuWorld& world) {
  const auto a = world.make_driver("a");
  const auto b = world.make_driver("b");
  HANSE_CO_CHECK(co_await a->start(world.witness(), Epoch{1}));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(a.get()));
  HANSE_CO_CHECK(co_await move(world, a.get(), b.get(), Epoch{2}, true, {.count = 3}));
  const model::StreamOptions compressed{.count = 2, .compression = model::Compression::zstd};
  HANSE_CO_CHECK(co_await move(world, b.get(), a.get(), Epoch{3}, false, compressed));
  co_return co_await a->remove(kUid);
}

// Shut down and booted at the other side: its numbered lines go on, its memory does not.
Task<Status> stopped_there(QemuWorld& world) {
  const auto a = world.make_driver("a");
  const auto b = world.make_driver("b");
  HANSE_CO_CHECK(co_await a->start(world.witness(), Epoch{1}));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(a.get()));
  HANSE_CO_CHECK(co_await a->stop(kUid, Seconds{20}));
  HANSE_CO_CHECK(co_await world.seed(a.get(), b.get(), Epoch{2}));
  HANSE_CO_CHECK(co_await b->finish_incoming(kUid));
  CHECK(b->observe(kUid)->run_state == RunState::stopped);
  CHECK(b->observe(kUid)->epoch == Epoch{2});
  HANSE_CO_CHECK(co_await a->remove(kUid));
  HANSE_CO_CHECK(co_await b->start(world.witness(), Epoch{2}));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(b.get()));
  HANSE_CO_CHECK(co_await world.check_witness(b.get()));
  co_return co_await b->remove(kUid);
}

Task<Status> refuse_over_existing(QemuWorld& world) {
  const auto a = world.make_driver("a");
  HANSE_CO_CHECK(co_await a->start(world.witness(), Epoch{1}));
  const auto prepared = co_await a->prepare_incoming(world.witness(), Epoch{2}, host::KeptDisks::none);
  CHECK(prepared.error().code == Code::failed_precondition);
  const auto opened = co_await a->open_incoming(kUid, world.incoming(true));
  CHECK(opened.error().code == Code::failed_precondition);
  const Status resumed = co_await a->resume_incoming(kUid, Epoch{2});
  CHECK(resumed.error().code == Code::failed_precondition);
  co_return co_await a->remove(kUid);
}

TEST_SUITE_BEGIN("move");

TEST_CASE("a machine moves live, directly and by unix sockets, and its witness misses nothing") {
  QemuWorld world;
  world.run(there_and_back(world));
}

TEST_CASE("memory goes over several streams, compressed or not") {
  QemuWorld world;
  world.run(side_by_side(world));
}

TEST_CASE("a move is slowed down, paused and let go on while it sends memory") {
  QemuWorld world;
  world.run(limits_while_moving(world));
}

TEST_CASE("a machine that is stopped moves with its disks, and runs on from them") {
  QemuWorld world;
  world.run(stopped_there(world));
}

TEST_CASE("a host does not receive a machine over the disks of one that it has") {
  QemuWorld world;
  world.run(refuse_over_existing(world));
}

TEST_SUITE_END();

}  // namespace
}  // namespace hanse::test
