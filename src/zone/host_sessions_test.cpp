#include <deque>

#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

using test::ScriptedHost;

// Connects `count` more hosts.
void connect(test::ZoneFixture& test, std::deque<ScriptedHost>& hosts, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    hosts.emplace_back(test.world.runtime, test.zone->hosts(), "host-" + std::to_string(hosts.size()));
  test.pass(Seconds{1});
}

TEST_CASE("hosts of a large zone are told to spread their return, a small one's are not") {
  test::ZoneFixture test;
  std::deque<ScriptedHost> hosts;
  connect(test, hosts, kRedialsPerSecond - 1);
  REQUIRE(hosts.back().pace.has_value());
  CHECK_FALSE(hosts.back().pace->redial_spread_ms.has_value());
  connect(test, hosts, kRedialsPerSecond + 1);
  CHECK(hosts.back().pace->redial_spread_ms == 2'000);
  // Those that came early hear of it with a ping.
  CHECK_FALSE(hosts.front().pace->redial_spread_ms.has_value());
  test.pass(model::kHostPingInterval + Seconds{1});
  CHECK(hosts.front().pace->redial_spread_ms == 2'000);
}

}  // namespace
}  // namespace hanse::zone
