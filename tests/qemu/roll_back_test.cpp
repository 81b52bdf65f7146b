// A move that is broken off at any point leaves the machine running at its source, and its witness misses
// nothing.
#include <csignal>
#include <doctest/doctest.h>

#include "runtime/sleep.h"
#include "tests/qemu/qemu_world.h"

namespace hanse::test {
namespace {

using host::OutgoingOptions;
using host::RunState;

struct Hosts {
  explicit Hosts(QemuWorld& world) : source(world.make_driver("a")), target(world.make_driver("b")) {}
  std::unique_ptr<QemuDriver> source;
  std::unique_ptr<QemuDriver> target;
};

enum class Point { disks, switch_point, handed_over };

Task<Result<OutgoingOptions>> go_to(QemuWorld& world, Hosts& hosts, Point point) {
  HANSE_CO_CHECK(co_await world.seed(hosts.source.get(), hosts.target.get(), Epoch{2}));
  HANSE_CO_TRY(auto endpoints, co_await hosts.target->open_incoming(kUid, world.incoming(true)));
  const OutgoingOptions options = world.outgoing(std::move(endpoints));
  HANSE_CO_CHECK(co_await hosts.source->copy_disks(kUid, options));
  if (point == Point::disks) co_return options;
  HANSE_CO_CHECK(co_await hosts.source->copy_memory(kUid, options));
  if (point == Point::switch_point) co_return options;
  HANSE_CO_CHECK(co_await QemuWorld::hand_over(hosts.source.get()));
  co_return options;
}

Task<Status> roll_back(QemuWorld& world, Hosts& hosts) {
  HANSE_CO_CHECK(co_await hosts.source->cancel_outgoing(kUid));
  CHECK(hosts.source->observe(kUid)->run_state == RunState::running);
  HANSE_CO_CHECK(co_await hosts.target->remove(kUid));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(hosts.source.get()));
  co_return co_await world.check_witness(hosts.source.get());
}

Task<Status> start(QemuWorld& world, Hosts& hosts) {
  HANSE_CO_CHECK(co_await hosts.source->start(world.witness(), Epoch{1}));
  co_return co_await world.wait_heartbeat(hosts.source.get());
}

Task<Status> from_each_point(QemuWorld& world) {
  Hosts hosts(world);
  HANSE_CO_CHECK(co_await start(world, hosts));
  for (const Point point : {Point::disks, Point::switch_point, Point::handed_over}) {
    HANSE_CO_CHECK(co_await go_to(world, hosts, point));
    HANSE_CO_CHECK(co_await roll_back(world, hosts));
  }
  co_return co_await hosts.source->remove(kUid);
}

Task<Status> by_another_agent(QemuWorld& world) {
  Hosts hosts(world);
  HANSE_CO_CHECK(co_await start(world, hosts));
  for (const Point point : {Point::switch_point, Point::handed_over}) {
    HANSE_CO_CHECK(co_await go_to(world, hosts, point));
    hosts.source = world.make_driver("a");
    HANSE_CO_TRY(const auto found, co_await hosts.source->recover());
    CHECK(found.at(0).run_state ==
          (point == Point::switch_point ? RunState::switch_point : RunState::handed_over));
    HANSE_CO_CHECK(co_await roll_back(world, hosts));
  }
  co_return co_await hosts.source->remove(kUid);
}

// What was written over the frozen disks is in them again, and what is left of it is not taken for newer.
Task<Status> dies_after_roll_back(QemuWorld& world) {
  Hosts hosts(world);
  HANSE_CO_CHECK(co_await start(world, hosts));
  for (const bool rolled_back : {false, true}) {
    HANSE_CO_CHECK(co_await go_to(world, hosts, Point::disks));
    if (rolled_back) HANSE_CO_CHECK(co_await roll_back(world, hosts));
    HANSE_CO_CHECK(co_await world.wait_heartbeat(hosts.source.get()));
    world.signal_machine("a", SIGKILL);
    hosts.source = world.make_driver("a");
    HANSE_CO_CHECK(co_await hosts.source->recover());
    HANSE_CO_CHECK(co_await hosts.target->remove(kUid));
    HANSE_CO_CHECK(co_await start(world, hosts));
    HANSE_CO_CHECK(co_await world.check_witness(hosts.source.get()));
  }
  co_return co_await hosts.source->remove(kUid);
}

// The streams break, and the source tries again with the disks as it has frozen them.
Task<Status> goes_on_after_a_cut(QemuWorld& world) {
  Hosts hosts(world);
  HANSE_CO_CHECK(co_await start(world, hosts));
  HANSE_CO_TRY(OutgoingOptions options, co_await go_to(world, hosts, Point::switch_point));
  world.signal_machine("b", SIGKILL);
  HANSE_CO_CHECK(co_await hosts.source->break_outgoing(kUid));
  CHECK(hosts.source->observe(kUid)->run_state == RunState::running);
  HANSE_CO_CHECK(co_await world.wait_heartbeat(hosts.source.get()));
  HANSE_CO_CHECK(co_await hosts.target->prepare_incoming(world.witness(), Epoch{2}, host::KeptDisks::all));
  HANSE_CO_TRY(options.target, co_await hosts.target->open_incoming(kUid, world.incoming(true)));
  HANSE_CO_CHECK(co_await hosts.source->copy_disks(kUid, options));
  HANSE_CO_CHECK(co_await hosts.source->copy_memory(kUid, options));
  HANSE_CO_CHECK(co_await QemuWorld::hand_over(hosts.source.get()));
  HANSE_CO_CHECK(co_await hosts.target->resume_incoming(kUid, Epoch{2}));
  HANSE_CO_CHECK(co_await hosts.source->remove(kUid));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(hosts.target.get()));
  HANSE_CO_CHECK(co_await world.check_witness(hosts.target.get()));
  co_return co_await hosts.target->remove(kUid);
}

Task<Status> target_dies(QemuWorld& world) {
  Hosts hosts(world);
  HANSE_CO_CHECK(co_await start(world, hosts));
  HANSE_CO_CHECK(co_await go_to(world, hosts, Point::switch_point));
  world.signal_machine("b", SIGKILL);
  const auto handed = co_await QemuWorld::hand_over(hosts.source.get());
  CHECK(handed.error().code == Code::unavailable);
  HANSE_CO_CHECK(co_await roll_back(world, hosts));
  co_return co_await hosts.source->remove(kUid);
}

Task<Status> target_freezes(QemuWorld& world) {
  Hosts hosts(world);
  HANSE_CO_CHECK(co_await start(world, hosts));
  HANSE_CO_CHECK(co_await go_to(world, hosts, Point::switch_point));
  world.signal_machine("b", SIGSTOP);
  HANSE_CO_CHECK(co_await roll_back(world, hosts));
  co_return co_await hosts.source->remove(kUid);
}

Task<Status> source_dies(QemuWorld& world) {
  Hosts hosts(world);
  HANSE_CO_CHECK(co_await start(world, hosts));
  HANSE_CO_TRY(const OutgoingOptions options, co_await go_to(world, hosts, Point::disks));
  world.signal_machine("a", SIGKILL);
  // At once: the agent has not noticed yet.
  HANSE_CO_CHECK(co_await hosts.source->cancel_outgoing(kUid));
  CHECK_FALSE(co_await hosts.source->copy_memory(kUid, options));
  HANSE_CO_CHECK(co_await hosts.target->remove(kUid));
  HANSE_CO_CHECK(co_await start(world, hosts));
  HANSE_CO_CHECK(co_await world.check_witness(hosts.source.get()));
  co_return co_await hosts.source->remove(kUid);
}

TEST_SUITE_BEGIN("roll_back");

TEST_CASE("a move is rolled back from its disk copy, its switch point and its hand-over") {
  QemuWorld world;
  world.run(from_each_point(world));
}

TEST_CASE("an agent that was away rolls back what it finds paused") {
  QemuWorld world;
  world.run(by_another_agent(world));
}

TEST_CASE("a machine that dies in a move, or after it was rolled back, has lost nothing that was written") {
  QemuWorld world;
  world.run(dies_after_roll_back(world));
}

TEST_CASE("a move whose target dies at the switch point goes on with another, and sends no disk again") {
  QemuWorld world;
  world.run(goes_on_after_a_cut(world));
}

TEST_CASE("a target that dies at the switch point is survived") {
  QemuWorld world;
  world.run(target_dies(world));
}

TEST_CASE("a target that stands still without a word does not hold up a roll back") {
  QemuWorld world;
  world.run(target_freezes(world));
}

TEST_CASE("a source that dies is started again where it was") {
  QemuWorld world;
  world.run(source_dies(world));
}

TEST_SUITE_END();

}  // namespace
}  // namespace hanse::test
