#include "federation/zone_identity.h"

#include <doctest/doctest.h>

#include "federation/zone_card.h"
#include "io/openssl_certificates.h"
#include "io/openssl_signatures.h"
#include "io/openssl_web_keys.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"

namespace hanse::federation {
namespace {

struct ZoneIdentityFixture {
  test::TestRuntime runtime;
  io::OpensslCertificates certificates{runtime.loop};
  io::OpensslSignatures signatures;
  io::OpensslWebKeys web_keys;
  test::FakeHashing hashing{runtime.files};
  ZoneIdentity identity = make();
  WallTime until = runtime.loop.wall_now() + Seconds{3600};

  ZoneIdentity make() {
    return ZoneIdentity(runtime.files, Cryptography{certificates, hashing, signatures, web_keys}, "a",
                        "/data");
  }
  template <class T>
  Result<T> wait(Task<Result<T>> task) {
    return store::test_support::run(runtime.loop, std::move(task));
  }
};

TEST_CASE_FIXTURE(ZoneIdentityFixture,
                  "a zone keeps its key and its CA, and makes no other when the CA's key is lost") {
  REQUIRE(wait(identity.load_or_create()));
  ZoneIdentity again = make();
  REQUIRE(wait(again.load_or_create()));
  CHECK(again.ca_fingerprint() == identity.ca_fingerprint());
  CHECK(again.identity_key() == identity.identity_key());
  REQUIRE(again.renew({"10.0.0.1", "zone.example"}));
  CHECK(certificates.read(again.certificate().certificate_pem).value().name == "hanse://zone/a");
  runtime.files.content.erase("/data/ca-key.pem");
  ZoneIdentity broken = make();
  CHECK(wait(broken.load_or_create()).error().code == Code::data_loss);
}

TEST_CASE_FIXTURE(ZoneIdentityFixture, "a CA is changed in two steps, and both count in between and after") {
  REQUIRE(wait(identity.load_or_create()));
  const std::string old_ca = identity.ca_fingerprint();
  CHECK(wait(identity.change_authority(until)).error().code == Code::failed_precondition);
  REQUIRE(wait(identity.announce_authority()));
  CHECK(identity.ca_fingerprint() == old_ca);
  CHECK(identity.ca_pems().size() == 2);
  CHECK(identity.next_since().value() <= runtime.loop.wall_now());
  CHECK(identity.next_since().value() >= runtime.loop.wall_now() - Seconds{600});
  CHECK(wait(identity.announce_authority()).error().code == Code::failed_precondition);
  REQUIRE(wait(identity.change_authority(until)));
  const std::string new_ca = identity.ca_fingerprint();
  CHECK(new_ca != old_ca);
  CHECK(identity.is_own(old_ca));
  REQUIRE(identity.renew({}));
  ZoneIdentity again = make();
  REQUIRE(wait(again.load_or_create()));
  CHECK(again.ca_fingerprint() == new_ca);
  CHECK(again.is_own(old_ca));
  CHECK(again.previous_until() == to_rfc3339(until));
  REQUIRE(wait(again.retire_previous()));
  CHECK_FALSE(again.is_own(old_ca));
  CHECK(again.previous_until().empty());
  CHECK_FALSE(runtime.files.content.contains("/data/ca-previous-until"));
}

TEST_CASE_FIXTURE(ZoneIdentityFixture,
                  "a change of the CA that a crash cuts short is finished at the next start") {
  REQUIRE(wait(identity.load_or_create()));
  const std::string old_ca = identity.ca_fingerprint();
  REQUIRE(wait(identity.announce_authority()));
  auto& files = runtime.files.content;
  // As far as the first file that decides.
  files["/data/ca-previous.pem"] = files["/data/ca.pem"];
  files["/data/ca-key.pem"] = files["/data/ca-next-key.pem"];
  ZoneIdentity again = make();
  REQUIRE(wait(again.load_or_create()));
  CHECK(again.ca_fingerprint() != old_ca);
  CHECK(again.is_own(old_ca));
  REQUIRE(again.renew({}));
  CHECK_FALSE(files.contains("/data/ca-next.pem"));
}

TEST_CASE_FIXTURE(ZoneIdentityFixture, "a card is taken from its owner alone") {
  REQUIRE(wait(identity.load_or_create()));
  ZoneCard card{.zone = "a",
                .endpoint = "10.0.0.1:8443",
                .identity_key = identity.identity_key(),
                .ca_pems = identity.ca_pems()};
  const SignedRecord record = identity.sign_record(RecordKind::card, 1, json::dump(to_json(card))).value();
  CHECK(read_card(signatures, record, "").value() == card);
  CHECK(read_card(signatures, record, identity.identity_key()).value() == card);
  const SigningKey other = signatures.make_key().value();
  CHECK(read_card(signatures, record, other.public_key).error().code == Code::unauthenticated);
  SignedRecord newer = record;
  newer.version = 2;
  CHECK(read_card(signatures, newer, "").error().code == Code::unauthenticated);
  card.zone = "b";
  const SignedRecord misnamed = identity.sign_record(RecordKind::card, 1, json::dump(to_json(card))).value();
  CHECK(read_card(signatures, misnamed, "").error().code == Code::invalid_argument);
}

}  // namespace
}  // namespace hanse::federation
