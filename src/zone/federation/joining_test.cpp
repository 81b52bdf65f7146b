// Joining as the invited zone sees it: a zone 'lisbon' answers as it is told to, and all that it is asked is
// counted.
#include "zone/federation/joining.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "federation/zone_card.h"
#include "http/router.h"
#include "http/server.h"
#include "tests/support/zone_fixture.h"
#include "zone/federation/membership.h"

namespace hanse::zone {
namespace {

using federation::PeerState;

struct JoiningFixture : test::ZoneFixture {
  SigningKey key = signatures.make_key().value();
  std::string ca = new_ca();
  std::int64_t card_version = 1;
  std::optional<Error> acceptance;    // what it is refused with
  std::optional<Error> confirmation;  // the same
  int asked = 0;
  int confirmed = 0;
  http::Router router;
  http::Server lisbon{world.runtime, router, {}};

  JoiningFixture() {
    router.add(fmt::format("POST {}", kAcceptancePath),
               [this](http::Request, http::PathParameters) { return accept(); });
    router.add(fmt::format("POST {}", kConfirmationPath),
               [this](http::Request, http::PathParameters) { return confirm(); });
    REQUIRE(wait(lisbon.start({.host = "lisbon", .port = 8443}, std::nullopt)));
  }

  std::string new_ca() {
    return certificates.make_authority(federation::authority_name("lisbon"), Seconds{3600})
        .value()
        .certificate_pem;
  }
  federation::SignedRecord signed_card() {
    const federation::ZoneCard card{
        .zone = "lisbon", .endpoint = "lisbon:8443", .identity_key = key.public_key, .ca_pems = {ca}};
    return federation::sign(signatures, key.key_pem,
                            {.owner = "lisbon",
                             .kind = federation::RecordKind::card,
                             .version = card_version,
                             .body = json::dump(to_json(card))})
        .value();
  }
  Task<http::Reply> accept() {
    ++asked;
    if (acceptance) co_return http::problem_response(*acceptance, "");
    co_return http::json_response(200, to_json(AcceptanceAnswer{signed_card()}));
  }
  Task<http::Reply> confirm() {
    ++confirmed;
    if (confirmation) co_return http::problem_response(*confirmation, "");
    co_return http::Response{204};
  }

  // One invitation of lisbon's for each digit.
  std::string invitation(char digit) {
    return federation::to_text(hashing, {.zone = "lisbon",
                                         .endpoint = {.host = "lisbon", .port = 8443},
                                         .expires_at = world.loop.wall_now() + Seconds{24 * 3600},
                                         .ca_fingerprint = certificates.read(ca).value().fingerprint,
                                         .secret = std::string(federation::kSecretDigits, digit)});
  }
  std::string membership_of(char digit) {
    return federation::secret_digest(hashing, std::string(federation::kSecretDigits, digit));
  }
  Result<federation::PeerRecord> join(char digit) { return wait(zone->membership().join(invitation(digit))); }
  federation::PeerRecord known() { return zone->membership().get("lisbon").value(); }
};

const Error no_such_invitation{Code::not_found, "no such invitation"};
const Error silence{Code::unavailable, "it is not there"};

TEST_CASE_FIXTURE(JoiningFixture, "an invitation by which the two are peers is not used again") {
  CHECK(join('1')->state == PeerState::active);
  pass(Seconds{10});
  const int before = confirmed;
  CHECK(join('1')->state == PeerState::active);
  CHECK(asked == 1);
  CHECK(confirmed == before);
}

TEST_CASE_FIXTURE(JoiningFixture, "with another invitation a peer is asked, which may have forgotten us") {
  REQUIRE(join('1'));
  const int before = confirmed;
  CHECK(join('2')->state == PeerState::active);
  CHECK(asked == 2);
  CHECK(confirmed > before);
  CHECK(known().membership == membership_of('2'));
  CHECK(known().confirming.empty());
}

TEST_CASE_FIXTURE(JoiningFixture, "a peer that refuses an invitation stays what it is") {
  REQUIRE(join('1'));
  const federation::PeerRecord before = known();
  acceptance = no_such_invitation;
  CHECK(join('2').error().code == Code::not_found);
  CHECK(known() == before);
  acceptance.reset();
  confirmation = no_such_invitation;
  CHECK(join('2').error().code == Code::not_found);
  CHECK(known() == before);
}

TEST_CASE_FIXTURE(JoiningFixture, "a zone that accepts our invitation meanwhile is asked on for its own") {
  const auto accept_ours = [this] {
    confirmation = silence;
    CHECK(join('1')->state == PeerState::joining);
    const auto ours = federation::read_invitation(
        hashing, wait(zone->membership().invite(Seconds{3600})).value(), federation::InvitationKind::zone);
    REQUIRE(wait(zone->membership().accept({ours->secret, signed_card()})));
    CHECK(known().state == PeerState::invited);
    return ours->secret;
  };
  SUBCASE("it had confirmed, and nothing was heard of it") {
    const std::string secret = accept_ours();
    confirmation.reset();
    pass(Seconds{10});
    CHECK(known().state == PeerState::active);
    CHECK(known().membership == membership_of('1'));
    CHECK(wait(zone->membership().confirm({secret, "lisbon"})));
    CHECK(known().membership == federation::secret_digest(hashing, secret));
  }
  SUBCASE("it had not, and ours is still open") {
    const std::string secret = accept_ours();
    confirmation = no_such_invitation;
    pass(Seconds{10});
    CHECK(known().state == PeerState::invited);
    CHECK(known().confirming.empty());
    CHECK(wait(zone->membership().confirm({secret, "lisbon"})));
    CHECK(known().state == PeerState::active);
  }
}

TEST_CASE_FIXTURE(JoiningFixture, "a peer that does not answer the confirmation has rights and is asked on") {
  REQUIRE(join('1'));
  confirmation = silence;
  CHECK(join('2')->state == PeerState::joining);
  CHECK(known().state == PeerState::active);
  restart();
  CHECK(known().state == PeerState::active);
  confirmation.reset();
  pass(Seconds{20});
  CHECK(known().membership == membership_of('2'));
  CHECK(known().confirming.empty());
}

TEST_CASE_FIXTURE(JoiningFixture, "a farewell ends the membership that it names, and not the one to come") {
  REQUIRE(join('1'));
  confirmation = silence;
  REQUIRE(join('2'));
  CHECK(wait(zone->membership().departed("lisbon", membership_of('1'))));
  CHECK(known().state == PeerState::joining);
  confirmation.reset();
  pass(Seconds{20});
  CHECK(known().state == PeerState::active);
  CHECK(known().membership == membership_of('2'));
  confirmation = silence;
  REQUIRE(join('3'));
  CHECK(wait(zone->membership().departed("lisbon", membership_of('3'))));
  CHECK_FALSE(zone->membership().get("lisbon"));
}

TEST_CASE_FIXTURE(JoiningFixture, "joining again repairs a peer whose CA has changed meanwhile") {
  REQUIRE(join('1'));
  ca = new_ca();
  card_version = 2;
  CHECK(join('2')->state == PeerState::active);
  CHECK(known().ca_pems == std::vector<std::string>{ca});
  CHECK(known().card_version == 2);
  CHECK(zone->peers().find("lisbon")->ca_fingerprints.front() == certificates.read(ca)->fingerprint);
  // An older card that comes late changes nothing.
  const std::string newest = std::exchange(ca, new_ca());
  card_version = 1;
  CHECK(join('3'));
  CHECK(known().ca_pems == std::vector<std::string>{newest});
}

}  // namespace
}  // namespace hanse::zone
