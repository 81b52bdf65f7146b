// A guest that changes its memory faster than it is sent goes on at the target, and what it lacks follows,
// over another stream when the first breaks.
#include <csignal>
#include <doctest/doctest.h>

#include "runtime/sleep.h"
#include "tests/qemu/qemu_world.h"

namespace hanse::test {
namespace {

using host::MemoryState;
using host::RunState;
using host::SwitchKind;

constexpr model::StreamOptions kPostCopy{.post_copy = true};

struct PostCopyHosts {
  explicit PostCopyHosts(QemuWorld& world) : source(world.make_driver("a")), target(world.make_driver("b")) {}
  std::unique_ptr<QemuDriver> source;
  std::unique_ptr<QemuDriver> target;
  host::OutgoingOptions options;
};

Task<Status> wait_memory(QemuWorld& world, QemuDriver* target, MemoryState wanted) {
  for (int tries = 0; tries < 100; ++tries) {
    if (target->observe(kUid)->memory == wanted) co_return Status();
    co_await sleep_for(world.runtime().scheduler, Millis{100});
  }
  co_return fail(Code::deadline_exceeded, "the target's memory is not what it should be");
}

// Slowly, and with next to no time to stop the guest, so that it does not converge.
Task<Status> go_to_switch_point(QemuWorld& world, PostCopyHosts& hosts) {
  world.dirty_mb_per_second = 24;
  HANSE_CO_CHECK(co_await hosts.source->start(world.witness(), Epoch{1}));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(hosts.source.get()));
  HANSE_CO_CHECK(co_await world.seed(hosts.source.get(), hosts.target.get(), Epoch{2}));
  host::IncomingOptions incoming = world.incoming(true);
  incoming.streams = kPostCopy;
  HANSE_CO_TRY(const auto endpoints, co_await hosts.target->open_incoming(kUid, incoming));
  hosts.options = world.outgoing(endpoints);
  hosts.options.streams = kPostCopy;
  hosts.source->limit_outgoing(kUid, {.max_rate = BytesPerSecond{16'000'000}, .max_blackout_ms = 1});
  HANSE_CO_CHECK(co_await hosts.source->copy_disks(kUid, hosts.options));
  HANSE_CO_TRY(const SwitchKind kind, co_await hosts.source->copy_memory(kUid, hosts.options));
  CHECK(kind == SwitchKind::post_copy);
  HANSE_CO_CHECK(co_await hosts.source->drain_disks(kUid));
  CHECK(hosts.source->observe(kUid)->run_state == RunState::switch_point);
  co_return Status();
}

Task<Status> end_at_target(QemuWorld& world, PostCopyHosts& hosts) {
  HANSE_CO_CHECK(co_await hosts.target->settle_incoming(kUid));
  HANSE_CO_CHECK(co_await hosts.source->remove(kUid));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(hosts.target.get()));
  HANSE_CO_CHECK(co_await world.check_witness(hosts.target.get()));
  co_return co_await hosts.target->remove(kUid);
}

Task<Status> follows(QemuWorld& world) {
  PostCopyHosts hosts(world);
  HANSE_CO_CHECK(co_await go_to_switch_point(world, hosts));
  HANSE_CO_CHECK(co_await hosts.source->send_state(kUid, SwitchKind::post_copy));
  CHECK(hosts.source->observe(kUid)->run_state == RunState::handed_over);
  HANSE_CO_CHECK(co_await hosts.target->resume_incoming(kUid, Epoch{2}));
  CHECK(hosts.target->observe(kUid)->run_state == RunState::running);
  HANSE_CO_CHECK(co_await hosts.source->send_rest(kUid));
  HANSE_CO_CHECK(co_await wait_memory(world, hosts.target.get(), MemoryState::whole));
  const auto none = co_await hosts.target->reopen_incoming(kUid);
  CHECK(none.error().code == Code::failed_precondition);
  co_return co_await end_at_target(world, hosts);
}

// The agents are started again; then the target lets go of the stream, and the rest goes over another.
Task<Status> rejoins(QemuWorld& world) {
  PostCopyHosts hosts(world);
  HANSE_CO_CHECK(co_await go_to_switch_point(world, hosts));
  hosts.source->limit_outgoing(kUid, {.max_rate = model::kLeastRate});
  HANSE_CO_CHECK(co_await hosts.source->send_state(kUid, SwitchKind::post_copy));
  HANSE_CO_CHECK(co_await hosts.target->resume_incoming(kUid, Epoch{2}));
  hosts.source = world.make_driver("a");
  HANSE_CO_TRY(const auto sending, co_await hosts.source->recover());
  CHECK(sending.at(0).run_state == RunState::handed_over);
  hosts.target = world.make_driver("b");
  HANSE_CO_TRY(const auto running, co_await hosts.target->recover());
  CHECK(running.at(0).run_state == RunState::running);
  CHECK(running.at(0).memory == MemoryState::follows);
  HANSE_CO_TRY(const auto endpoints, co_await hosts.target->reopen_incoming(kUid));
  CHECK(hosts.target->observe(kUid)->memory == MemoryState::cut);
  CHECK((co_await hosts.source->send_rest(kUid)).error().code == Code::unavailable);
  hosts.options.target.memory = endpoints.memory;
  HANSE_CO_CHECK(co_await hosts.source->send_again(kUid, hosts.options));
  hosts.source->limit_outgoing(kUid, {});
  HANSE_CO_CHECK(co_await hosts.source->send_rest(kUid));
  HANSE_CO_CHECK(co_await wait_memory(world, hosts.target.get(), MemoryState::whole));
  co_return co_await end_at_target(world, hosts);
}

// What the target lacks is lost with the source; its disks are whole.
Task<Status> loses_its_source(QemuWorld& world) {
  PostCopyHosts hosts(world);
  HANSE_CO_CHECK(co_await go_to_switch_point(world, hosts));
  hosts.source->limit_outgoing(kUid, {.max_rate = model::kLeastRate});
  HANSE_CO_CHECK(co_await hosts.source->send_state(kUid, SwitchKind::post_copy));
  HANSE_CO_CHECK(co_await hosts.target->resume_incoming(kUid, Epoch{2}));
  HANSE_CO_CHECK(co_await hosts.target->reopen_incoming(kUid));
  world.signal_machine("a", SIGKILL);
  CHECK((co_await hosts.source->send_rest(kUid)).error().code == Code::failed_precondition);
  HANSE_CO_CHECK(co_await hosts.target->stop(kUid, Nanos{0}));
  HANSE_CO_CHECK(co_await hosts.target->start(world.witness(), Epoch{2}));
  co_return co_await end_at_target(world, hosts);
}

TEST_SUITE_BEGIN("post_copy");

TEST_CASE("a guest goes on before all of its memory is there") {
  QemuWorld world(GuestUser::root);
  world.run(follows(world));
}

TEST_CASE("memory follows over another stream when the first breaks, also by other agents") {
  QemuWorld world(GuestUser::root);
  world.run(rejoins(world));
}

TEST_CASE("a guest whose source dies boots from its disks") {
  QemuWorld world(GuestUser::root);
  world.run(loses_its_source(world));
}

TEST_SUITE_END();

}  // namespace
}  // namespace hanse::test
