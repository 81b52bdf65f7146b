// Whose word it takes to run an instance that was elsewhere: the source's alone, of this very transfer, and
// not before it has committed.
#include "zone/transfers/grants.h"

#include <doctest/doctest.h>

#include "io/openssl_certificates.h"
#include "io/openssl_signatures.h"
#include "io/openssl_web_keys.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"

namespace hanse::zone {
namespace {

using Phase = model::TransferPhase;

struct TransferGrantsFixture {
  test::TestRuntime world;
  test::FakeHashing hashing{world.files};
  io::OpensslCertificates certificates{world.loop};
  io::OpensslSignatures signatures;
  io::OpensslWebKeys web_keys;
  Cryptography cryptography{certificates, hashing, signatures, web_keys};
  federation::ZoneIdentity north{world.files, cryptography, "north", "/north"};
  federation::ZoneIdentity south{world.files, cryptography, "south", "/south"};
  federation::Peers peers_of_north;
  federation::Peers peers_of_south;
  Grants at_north{north, signatures, peers_of_north};
  Grants at_south{south, signatures, peers_of_south};

  TransferGrantsFixture() {
    REQUIRE(wait(north.load_or_create()));
    REQUIRE(wait(south.load_or_create()));
    peers_of_south.replace({{.name = "north", .identity_key = north.identity_key()}});
  }

  Status wait(Task<Status> task) {
    std::optional<Status> done;
    Scope scope;
    REQUIRE(scope.spawn(store::test_support::keep_result(std::move(task), done)));
    world.loop.run(Seconds{5});
    REQUIRE(done);
    return *done;
  }

  static model::Transfer transfer(model::TransferRole role, Phase phase) {
    model::Transfer made;
    made.metadata = {.name = "web-1", .uid = "t-1"};
    made.spec.target_zone = "south";
    made.status.source_zone = "north";
    made.status.role = role;
    made.status.phase = phase;
    made.status.instance_uid = "i-1";
    made.status.source_epoch = {4};
    return made;
  }
  static model::Transfer going() { return transfer(model::TransferRole::source, Phase::committed); }
  static model::Transfer coming() { return transfer(model::TransferRole::target, Phase::sending); }

  void check_refused(const model::Transfer& awaited, const model::TransferGrant& grant) {
    const Status taken = at_south.check(awaited, grant);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == Code::unauthenticated);
  }
};

TEST_CASE_FIXTURE(TransferGrantsFixture,
                  "what the source signs after its commit, however often, its target takes") {
  const auto grant = at_north.sign(going());
  REQUIRE(grant);
  CHECK(grant->epoch == Epoch{5});
  CHECK(at_south.check(coming(), *grant));
  model::Transfer ended = going();
  ended.status.phase = Phase::completed;
  CHECK(*at_north.sign(ended) == *grant);
}

TEST_CASE_FIXTURE(TransferGrantsFixture,
                  "nothing is signed while the source may still run it, or will again") {
  for (const Phase phase : {Phase::planned, Phase::preparing, Phase::sending, Phase::rolling_back,
                            Phase::rolled_back, Phase::cancelled, Phase::refused}) {
    CAPTURE(phase);
    const auto grant = at_north.sign(transfer(model::TransferRole::source, phase));
    REQUIRE_FALSE(grant);
    CHECK(grant.error().code == Code::failed_precondition);
  }
}

TEST_CASE_FIXTURE(TransferGrantsFixture,
                  "a grant is good for one epoch of one instance in one transfer to one zone") {
  const model::TransferGrant grant = *at_north.sign(going());
  check_refused(coming(), {});
  check_refused(coming(), {{6}, grant.identity_key, grant.signature});
  check_refused(coming(), {{5}, grant.identity_key, ""});
  check_refused(coming(), {{5}, south.identity_key(), grant.signature});
  std::string altered = grant.signature;
  altered.front() = altered.front() == '0' ? '1' : '0';
  check_refused(coming(), {{5}, grant.identity_key, altered});
  model::Transfer other = coming();
  other.metadata.name = "web-2";
  check_refused(other, grant);
  other = coming();
  other.status.instance_uid = "i-2";
  check_refused(other, grant);
  other = coming();
  other.status.source_epoch = {5};  // a move later: what it was granted before
  check_refused(other, {{6}, grant.identity_key, grant.signature});
  model::Transfer elsewhere = going();
  elsewhere.spec.target_zone = "east";
  check_refused(coming(), *at_north.sign(elsewhere));
}

TEST_CASE_FIXTURE(TransferGrantsFixture, "nobody signs for another, and a zone that is no peer for nobody") {
  // South itself, which would like to have what it was not given.
  check_refused(coming(), *at_south.sign(going()));
  const model::TransferGrant grant = *at_north.sign(going());
  peers_of_south.replace({});
  check_refused(coming(), grant);
}

TEST_CASE_FIXTURE(TransferGrantsFixture, "of a transfer that keeps its source the copy is granted") {
  model::Transfer copying = going();
  copying.spec.copy = "web-too";
  model::Transfer copy = coming();
  copy.status.instance_uid = copying.metadata.uid;
  CHECK(at_south.check(copy, *at_north.sign(copying)));
  check_refused(coming(), *at_north.sign(copying));
}

}  // namespace
}  // namespace hanse::zone
