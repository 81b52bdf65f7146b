// Whose stream a zone relays: that of the host which sends the instance and of the zone which it comes from,
// and nobody else's. Who names the transfer of another hears that there is none.
#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "zone/moving_hosts_for_test.h"
#include "zone/transfers/incoming_for_test.h"

namespace hanse::zone {
namespace {

using model::RelayChannel;

// To how many streams the host has been told to open its end.
std::ptrdiff_t relays_told(const test::ScriptedHost& host) {
  return std::count(host.frames.begin(), host.frames.end(), model::HostFrame::relay);
}

// Requires: `fixture` has a transfer; `host` has its end of what is relayed.
template <class Fixture>
void check_stranger(Fixture& fixture, const test::ScriptedHost& host, const Caller& caller,
                    const std::string& transfer) {
  CAPTURE(caller.name);
  const std::ptrdiff_t before = relays_told(host);
  const auto stream =
      fixture.wait(fixture.zone->transfers().open_relay(caller, transfer, RelayChannel::seed));
  REQUIRE_FALSE(stream.has_value());
  CHECK(stream.error().code == Code::not_found);
  // The same as of a transfer that there is not.
  CHECK(stream.error().message ==
        fmt::format("no transfer '{}' of '{}' is under way here", transfer, caller.name));
  CHECK(relays_told(host) == before);
}

// The host is told to open its end; it does not in these tests.
template <class Fixture>
void check_owner(Fixture& fixture, const test::ScriptedHost& host, const Caller& caller,
                 const std::string& transfer) {
  const auto stream =
      fixture.wait(fixture.zone->transfers().open_relay(caller, transfer, RelayChannel::seed));
  REQUIRE_FALSE(stream.has_value());
  CHECK_MESSAGE(stream.error().code == Code::deadline_exceeded, stream.error().message);
  CHECK(relays_told(host) == 1);
}

TEST_CASE_FIXTURE(test_support::GrantedFixture,
                  "a target relays a transfer for the zone that it comes from alone") {
  for (const Caller& stranger : {Caller{.kind = CallerKind::peer, .name = "lyon"},
                                 Caller{.kind = CallerKind::peer, .name = "helsinki"},
                                 Caller{.kind = CallerKind::user, .name = "warsaw"},
                                 Caller{.kind = CallerKind::host, .name = "warsaw"},
                                 Caller{.kind = CallerKind::host, .name = "h1"}, Caller{}})
    check_stranger(*this, *host, stranger, "t-1");
  const Caller warsaw{.kind = CallerKind::peer, .name = "warsaw"};
  check_stranger(*this, *host, warsaw, "t-2");
  check_owner(*this, *host, warsaw, "t-1");
}

struct SourceRelaysFixture : test_support::MovingHosts {
  std::string transfer;

  SourceRelaysFixture() {
    add_host("h1");
    add_host("h2");
    create_on("h1", "web");
    const auto begun = wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                                     {.instance = "web", .host = "h2"}));
    REQUIRE(begun);
    transfer = begun->metadata.name;
    act_for(Seconds{2});
    REQUIRE(zone->transfers().get(id(transfer))->status.phase == model::TransferPhase::sending);
  }
};

TEST_CASE_FIXTURE(SourceRelaysFixture, "a source relays a transfer for the host that sends it alone") {
  for (const Caller& stranger :
       {Caller{.kind = CallerKind::host, .name = "h2"}, Caller{.kind = CallerKind::peer, .name = "h1"},
        Caller{.kind = CallerKind::peer, .name = "helsinki"}, Caller{.kind = CallerKind::user, .name = "h1"},
        Caller{}})
    check_stranger(*this, *hosts.at("h2"), stranger, transfer);
  check_owner(*this, *hosts.at("h2"), {.kind = CallerKind::host, .name = "h1"}, transfer);
}

}  // namespace
}  // namespace hanse::zone
