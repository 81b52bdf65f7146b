// The hand-over from one CA of a zone to the next, as its peer sees it and as the zone itself does:
// 'helsinki' is whole, and of 'lisbon' there is the identity.
#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "federation/zone_card.h"
#include "tests/support/settable_clock.h"
#include "tests/support/zone_fixture.h"
#include "zone/federation/membership.h"
#include "zone/federation/zone_records.h"

namespace hanse::zone {
namespace {

// Writes nothing while the test says so.
class FailingStore final : public store::Store {
 public:
  explicit FailingStore(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
  std::optional<store::Entry> get(std::string_view key) const override { return inner_->get(key); }
  std::optional<store::EntryView> find(std::string_view key) const override { return inner_->find(key); }
  store::Page list(std::string_view prefix, std::string_view after, std::size_t limit) const override {
    return inner_->list(prefix, after, limit);
  }
  bool visit(std::string_view prefix, std::string_view after, std::size_t limit,
             const Take& take) const override {
    return inner_->visit(prefix, after, limit, take);
  }
  Task<Result<store::Revision>> transact(store::Transaction transaction) override {
    if (fails) co_return fail(Code::unavailable, "the disk does not write");
    co_return co_await inner_->transact(std::move(transaction));
  }
  Result<std::unique_ptr<store::Watch>> watch(std::string prefix, store::Revision from) override {
    return inner_->watch(std::move(prefix), from);
  }
  store::Revision revision() const override { return inner_->revision(); }

  bool fails = false;

 private:
  std::unique_ptr<store::Store> inner_;
};

struct RotationFixture : test::ZoneFixture {
  FailingStore* disk = nullptr;
  federation::ZoneIdentity lisbon{world.files, Cryptography{certificates, hashing, signatures, web_keys},
                                  "lisbon", "/lisbon"};
  std::int64_t version = 0;

  RotationFixture() {
    auto failing = std::make_unique<FailingStore>(std::move(store));
    disk = failing.get();
    store = std::move(failing);
    restart();
    REQUIRE(wait(lisbon.load_or_create()));
    REQUIRE(wait(zone->membership().adopt({.name = "lisbon",
                                           .endpoint = "lisbon:8443",
                                           .identity_key = lisbon.identity_key(),
                                           .ca_pems = lisbon.ca_pems()})));
  }

  // Lisbon's card with these CAs comes, from itself.
  void hear_card(std::vector<std::string> ca_pems) {
    const federation::ZoneCard card{.zone = "lisbon",
                                    .endpoint = "lisbon:8443",
                                    .identity_key = lisbon.identity_key(),
                                    .ca_pems = std::move(ca_pems)};
    const auto record =
        lisbon.sign_record(federation::RecordKind::card, ++version, json::dump(to_json(card)));
    REQUIRE(zone->records().answer("lisbon", {.records = {record.value()}}));
    pass(Seconds{1});
  }
  // Whether a certificate of lisbon's by this CA proves here that it is lisbon's.
  bool trusts(const std::string& ca_fingerprint) {
    const bool proves = zone->peers().identify({"hanse://zone/lisbon", ca_fingerprint}) != nullptr;
    return proves && !zone->server_tls().trusted_ca_pem.empty();
  }
  // What helsinki passes on, or says of itself.
  std::vector<federation::SignedRecord> card_of(const std::string& owner) {
    const federation::RecordHead head{owner, federation::RecordKind::card, 0};
    return zone->records().answer("lisbon", {.wanted = {head}})->records;
  }
  std::size_t own_authorities() {
    const auto records = card_of("helsinki");
    REQUIRE(records.size() == 1);
    const auto card = federation::read_card(signatures, records.front(), zone->identity().identity_key());
    return card.value().ca_pems.size();
  }
  // As if the next CA had been announced so long ago.
  void make_announced(Nanos ago) {
    test::SettableClock then(world.loop, -ago);
    io::OpensslCertificates made_then(then);
    const auto next =
        made_then.make_authority(federation::authority_name("helsinki"), Seconds{365 * 24 * 3600});
    world.files.content["/data/ca-next.pem"] = next->certificate_pem;
    world.files.content["/data/ca-next-key.pem"] = next->key_pem;
    restart();
  }
  WallTime soon() const { return world.loop.wall_now() + kPreviousAuthorityTime; }
};

TEST_CASE_FIXTURE(RotationFixture, "a peer's next CA counts from its card on, and its old one to the end") {
  const std::string old_ca = lisbon.ca_fingerprint();
  CHECK(trusts(old_ca));
  REQUIRE(wait(lisbon.announce_authority()));
  hear_card(lisbon.ca_pems());
  CHECK(trusts(old_ca));
  REQUIRE(wait(lisbon.change_authority(soon())));
  const std::string new_ca = lisbon.ca_fingerprint();
  CHECK(new_ca != old_ca);
  CHECK(trusts(new_ca));
  CHECK(trusts(old_ca));
  hear_card(lisbon.ca_pems());
  CHECK(trusts(old_ca));
  REQUIRE(wait(lisbon.retire_previous()));
  hear_card(lisbon.ca_pems());
  CHECK(trusts(new_ca));
  CHECK_FALSE(trusts(old_ca));
  restart();
  CHECK(trusts(new_ca));
  CHECK_FALSE(trusts(old_ca));
}

TEST_CASE_FIXTURE(RotationFixture, "a card that could not be kept is kept when that can be done again") {
  REQUIRE(wait(lisbon.announce_authority()));
  disk->fails = true;
  hear_card(lisbon.ca_pems());
  CHECK(zone->membership().get("lisbon")->ca_pems.size() == 1);
  disk->fails = false;
  pass(Seconds{10});
  CHECK(zone->membership().get("lisbon")->ca_pems == lisbon.ca_pems());
  REQUIRE(wait(lisbon.change_authority(soon())));
  CHECK(trusts(lisbon.ca_fingerprint()));
}

TEST_CASE_FIXTURE(RotationFixture, "a card whose CA could not be pinned is refused, and not passed on") {
  const auto other = certificates.make_authority(federation::authority_name("porto"), Seconds{3600});
  hear_card({"no certificate"});
  hear_card({other.value().certificate_pem});
  CHECK(zone->records().refused(federation::Refusal::malformed) == 2);
  CHECK(card_of("lisbon").empty());
  hear_card(lisbon.ca_pems());
  CHECK(card_of("lisbon").size() == 1);
}

TEST_CASE_FIXTURE(RotationFixture, "the next CA is taken into use when all can know it, or by force") {
  const std::string old_ca = zone->identity().ca_fingerprint();
  const auto refusal = [&](std::vector<std::string> unheard) {
    const Status changed = wait(zone->membership().change_authority({.unheard = std::move(unheard)}));
    return changed ? std::string("changed") : changed.error().message;
  };
  REQUIRE(wait(zone->membership().announce_authority()));
  pass(Seconds{10});
  CHECK(own_authorities() == 2);
  const std::string early = refusal({"lisbon", "porto"});
  CHECK(early.find("at 2026-01-02T00:0") != std::string::npos);
  CHECK(early.find("not heard of since it was announced: lisbon, porto;") != std::string::npos);
  make_announced(Seconds{24 * 3600});
  CHECK(refusal({}).find("hosts know the next CA when") != std::string::npos);
  make_announced(Seconds{24 * 3600 + 660});
  CHECK(refusal({"lisbon"}).find("not heard of since it was announced: lisbon;") != std::string::npos);
  CHECK(zone->identity().ca_fingerprint() == old_ca);
  CHECK(refusal({}) == "changed");
  CHECK(zone->identity().ca_fingerprint() != old_ca);
  REQUIRE(wait(zone->membership().announce_authority()));
  CHECK(wait(zone->membership().change_authority({.force = true})));
}

TEST_CASE_FIXTURE(RotationFixture, "the old CA ends after two days, however often the zone starts") {
  const std::string old_ca = zone->identity().ca_fingerprint();
  REQUIRE(wait(zone->membership().announce_authority()));
  const WallTime before = world.loop.wall_now();
  REQUIRE(wait(zone->membership().change_authority({.force = true})));
  std::string& until = world.files.content["/data/ca-previous-until"];
  const std::string kept = until;
  CHECK(kept >= to_rfc3339(before + kPreviousAuthorityTime));
  CHECK(kept <= to_rfc3339(world.loop.wall_now() + kPreviousAuthorityTime));
  pass(Seconds{10});
  restart();
  pass(Seconds{10});
  CHECK(until == kept);
  CHECK(zone->identity().is_own(old_ca));
  CHECK(own_authorities() == 2);
  until = to_rfc3339(world.loop.wall_now() + Seconds{8});
  restart();
  CHECK(zone->identity().is_own(old_ca));
  pass(Seconds{20});
  CHECK_FALSE(zone->identity().is_own(old_ca));
  CHECK(own_authorities() == 1);
}

TEST_CASE_FIXTURE(RotationFixture, "an old CA of a zone that kept no time with it gets one, and ends too") {
  REQUIRE(wait(zone->membership().announce_authority()));
  REQUIRE(wait(zone->membership().change_authority({.force = true})));
  world.files.content.erase("/data/ca-previous-until");
  restart();
  pass(Seconds{10});
  CHECK(world.files.content["/data/ca-previous-until"] > to_rfc3339(world.loop.wall_now()));
}

TEST_CASE_FIXTURE(RotationFixture, "who was not heard of since a time is known by name") {
  const WallTime before = world.loop.wall_now() - Seconds{1};
  CHECK(zone->records().unheard_since(before) == std::vector<std::string>{"lisbon"});
  hear_card(lisbon.ca_pems());
  CHECK(zone->records().unheard_since(before).empty());
  pass(Seconds{60});
  const WallTime later = world.loop.wall_now() - Seconds{30};
  CHECK(zone->records().unheard_since(later) == std::vector<std::string>{"lisbon"});
}

}  // namespace
}  // namespace hanse::zone
