#include "host/leases.h"

#include <doctest/doctest.h>

#include "tests/support/fake_driver.h"
#include "tests/support/test_runtime.h"

namespace hanse::host {
namespace {

struct LeasesFixture {
  test::TestRuntime world;
  test::FakeDriver driver{world.loop};
  int asked = 0;
  Leases leases{world.runtime, driver, [this] { ++asked; }};

  void pass(Nanos time) {
    world.loop.schedule(time, [] {});
    world.loop.run(time);
  }
};

TEST_CASE_FIXTURE(LeasesFixture, "a lease counts from when it was asked for, and is given up in good time") {
  CHECK_FALSE(leases.held("m1"));
  const model::HostPing ping = leases.ping();
  pass(Seconds{15});  // the answer is slow
  leases.granted({.sequence = ping.sequence, .machines = {"m1"}});
  CHECK(leases.held("m1"));
  CHECK_FALSE(leases.held("m2"));
  CHECK(driver.kept.at("m1") == model::kHostLease - Seconds{15});
  pass(kFirstAnswer - Seconds{14});  // which is looked at as well
  const std::uint64_t seen = driver.changes().version();
  pass(model::kHostLease - kLeaseLead - kFirstAnswer - Seconds{2});
  CHECK(leases.held("m1"));
  CHECK(driver.changes().version() == seen);
  pass(Seconds{1});
  CHECK_FALSE(leases.held("m1"));
  CHECK(driver.changes().version() > seen);  // its machine is looked at
}

TEST_CASE_FIXTURE(LeasesFixture, "each renewal names what it renews") {
  leases.granted({.sequence = leases.ping().sequence, .machines = {"m1", "m2"}});
  pass(Seconds{30});
  leases.granted({.sequence = leases.ping().sequence, .machines = {"m2"}});
  pass(Seconds{15});
  CHECK_FALSE(leases.held("m1"));
  CHECK(leases.held("m2"));
}

TEST_CASE_FIXTURE(LeasesFixture, "an answer to what was not asked, or was answered, grants nothing") {
  leases.granted({.sequence = 7, .machines = {"m1"}});
  CHECK_FALSE(leases.held("m1"));
  const model::HostPing first = leases.ping();
  pass(Seconds{10});
  leases.granted({.sequence = leases.ping().sequence, .machines = {"m1"}});
  leases.granted({.sequence = first.sequence, .machines = {"m2"}});  // late
  CHECK_FALSE(leases.held("m2"));
  leases.ask_soon();
  CHECK(asked == 1);
}

}  // namespace
}  // namespace hanse::host
