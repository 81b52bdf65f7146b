#include "zone/federation/invitations.h"

#include <doctest/doctest.h>

#include "federation/zone_card.h"
#include "tests/support/zone_fixture.h"
#include "zone/federation/membership.h"

namespace hanse::zone {
namespace {

struct InvitationsFixture : test::ZoneFixture {
  federation::Invitation invite(Seconds lifetime = Seconds{600}) {
    const std::string text = wait(zone->membership().invite(lifetime)).value();
    return federation::read_invitation(hashing, text, federation::InvitationKind::zone).value();
  }
  // As another zone that shows its card. What came of it: "accepted", or the reason why not.
  std::string accept(const federation::Invitation& invitation, const std::string& name, const SigningKey& key,
                     std::int64_t version = 1) {
    const federation::ZoneCard card{.zone = name,
                                    .endpoint = name + ".example:8443",
                                    .identity_key = key.public_key,
                                    .ca_pems = {ca_of(name)}};
    const auto record = federation::sign(signatures, key.key_pem,
                                         {.owner = name,
                                          .kind = federation::RecordKind::card,
                                          .version = version,
                                          .body = json::dump(to_json(card))})
                            .value();
    const auto answer = wait(zone->membership().accept({invitation.secret, record}));
    return answer ? "accepted" : answer.error().message;
  }
  std::size_t peers() const { return zone->membership().list().size(); }

  SigningKey lisbon = signatures.make_key().value();
  SigningKey porto = signatures.make_key().value();

  // The same each time.
  std::string ca_of(const std::string& name) {
    std::string& ca = cas_[name];
    if (ca.empty()) {
      ca = certificates.make_authority(federation::authority_name(name), Seconds{3600})
               .value()
               .certificate_pem;
    }
    return ca;
  }

  std::map<std::string, std::string> cas_;
};

TEST_CASE_FIXTURE(InvitationsFixture, "an invitation is used up by the first zone, which may ask again") {
  const auto invitation = invite();
  CHECK(accept(invitation, "lisbon", lisbon) == "accepted");
  CHECK(accept(invitation, "lisbon", lisbon) == "accepted");
  CHECK(accept(invitation, "porto", porto) == "the invitation was used by zone 'lisbon'; ask for a new one");
  restart();
  CHECK(accept(invitation, "porto", porto) == "the invitation was used by zone 'lisbon'; ask for a new one");
  CHECK(peers() == 1);
}

TEST_CASE_FIXTURE(InvitationsFixture, "a zone that has left does not come back by the invitation it used") {
  const std::string used = "the invitation was used by zone 'lisbon'; ask for a new one";
  const auto invitation = invite();
  CHECK(accept(invitation, "lisbon", lisbon) == "accepted");
  CHECK(wait(zone->membership().confirm({invitation.secret, "lisbon"})));
  CHECK(accept(invitation, "lisbon", lisbon) == "accepted");  // its answer was lost, it says
  CHECK(wait(zone->membership().leave("lisbon", false)));
  CHECK(accept(invitation, "lisbon", lisbon) == used);
  CHECK(zone->membership().get("lisbon")->state == federation::PeerState::leaving);
  CHECK(wait(zone->membership().confirm({invitation.secret, "lisbon"})).error().code == Code::not_found);
  CHECK(wait(zone->membership().departed("lisbon", "")));
  CHECK(accept(invitation, "lisbon", lisbon) == used);
  CHECK(peers() == 0);
  CHECK(accept(invite(), "lisbon", lisbon) == "accepted");
}

TEST_CASE_FIXTURE(InvitationsFixture, "an invitation that was used and never confirmed is used up") {
  const auto invitation = invite();
  CHECK(accept(invitation, "lisbon", lisbon) == "accepted");
  CHECK(wait(zone->membership().departed("lisbon", "")));
  CHECK(peers() == 0);
  CHECK(accept(invitation, "lisbon", lisbon) ==
        "the invitation was used by zone 'lisbon'; ask for a new one");
}

TEST_CASE_FIXTURE(InvitationsFixture, "a wrong and an expired invitation are told apart, and pin nobody") {
  auto invitation = invite(Seconds{60});
  pass(Seconds{61});
  CHECK(accept(invitation, "lisbon", lisbon).starts_with("the invitation expired at "));
  invitation.secret[0] = invitation.secret[0] == '0' ? '1' : '0';
  CHECK(accept(invitation, "lisbon", lisbon) ==
        "zone 'helsinki' knows no such invitation: it is wrong, or it expired long ago; ask for a new one");
  CHECK(peers() == 0);
}

TEST_CASE_FIXTURE(InvitationsFixture,
                  "a zone of this one's name, or of a peer's with another key, is refused") {
  CHECK(accept(invite(), "helsinki", lisbon).find("zones need names of their own") != std::string::npos);
  CHECK(accept(invite(), "lisbon", lisbon) == "accepted");
  CHECK(accept(invite(), "lisbon", porto) ==
        "zone 'lisbon' is a peer of zone 'helsinki' already, with another key; leave that one first");
  CHECK(peers() == 1);
}

TEST_CASE_FIXTURE(InvitationsFixture, "what is confirmed without the invitation's secret gives no rights") {
  auto invitation = invite();
  CHECK(accept(invitation, "lisbon", lisbon) == "accepted");
  CHECK(wait(zone->membership().confirm({"another secret", "lisbon"})).error().code == Code::not_found);
  CHECK(zone->membership().get("lisbon")->state == federation::PeerState::invited);
  CHECK(wait(zone->membership().confirm({invitation.secret, "lisbon"})));
  CHECK(zone->membership().get("lisbon")->state == federation::PeerState::active);
}

TEST_CASE_FIXTURE(InvitationsFixture, "an acceptance that comes late brings back nobody who has left") {
  const auto invitation = invite();
  CHECK(accept(invitation, "lisbon", lisbon) == "accepted");
  CHECK(wait(zone->membership().confirm({invitation.secret, "lisbon"})));
  CHECK(accept(invitation, "lisbon", lisbon) == "accepted");  // it has not heard that it is a peer
  CHECK(zone->membership().get("lisbon")->state == federation::PeerState::active);
  CHECK(wait(zone->membership().departed("lisbon", federation::secret_digest(hashing, invitation.secret))));
  CHECK(accept(invitation, "lisbon", lisbon) ==
        "the invitation was used by zone 'lisbon'; ask for a new one");
  CHECK(wait(zone->membership().confirm({invitation.secret, "lisbon"})).error().code == Code::not_found);
  CHECK(peers() == 0);
}

TEST_CASE_FIXTURE(InvitationsFixture, "a farewell that comes late does not end what began after it") {
  const auto join = [&] {
    const auto invitation = invite();
    CHECK(accept(invitation, "lisbon", lisbon) == "accepted");
    CHECK(wait(zone->membership().confirm({invitation.secret, "lisbon"})));
    return federation::secret_digest(hashing, invitation.secret);
  };
  const std::string first = join();
  const std::string second = join();  // it has left meanwhile, and this zone has not heard of it
  CHECK(wait(zone->membership().departed("lisbon", first)));
  REQUIRE(zone->membership().get("lisbon"));
  CHECK(zone->membership().get("lisbon")->state == federation::PeerState::active);
  CHECK(wait(zone->membership().departed("lisbon", second)));
  CHECK_FALSE(zone->membership().get("lisbon"));
}

TEST_CASE_FIXTURE(InvitationsFixture, "a peer that joins again with a newer card is known by that") {
  const auto join = [&](std::int64_t version) {
    const auto invitation = invite();
    CHECK(accept(invitation, "lisbon", lisbon, version) == "accepted");
    CHECK(wait(zone->membership().confirm({invitation.secret, "lisbon"})));
    return zone->membership().get("lisbon").value();
  };
  const federation::PeerRecord first = join(2);
  cas_.clear();
  CHECK(join(1).ca_pems == first.ca_pems);  // an older one
  const federation::PeerRecord again = join(3);
  CHECK(again.ca_pems != first.ca_pems);
  CHECK(again.card_version == 3);
  CHECK(zone->peers().find("lisbon")->ca_pem == again.ca_pems.front() + "\n");
}

TEST_CASE_FIXTURE(InvitationsFixture, "of an invitation's secret the store has the hash only") {
  const auto invitation = invite();
  CHECK(accept(invitation, "lisbon", lisbon) == "accepted");
  for (const auto& entry : store->list("/", "", store::kMaxPageEntries).entries) {
    CHECK(entry.key.find(invitation.secret) == std::string::npos);
    CHECK(entry.value.find(invitation.secret) == std::string::npos);
  }
}

}  // namespace
}  // namespace hanse::zone
