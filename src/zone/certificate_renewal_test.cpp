// Renewal over real certificates, with a wall clock that is set and a CA that fails when the test says so.
#include "zone/certificate_renewal.h"

#include <doctest/doctest.h>

#include "base/scope.h"
#include "io/openssl_certificates.h"
#include "io/openssl_signatures.h"
#include "io/openssl_web_keys.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/settable_clock.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"

namespace hanse::zone {
namespace {

class FailingCertificates final : public Certificates {
 public:
  explicit FailingCertificates(Clock& clock) : real_(clock) {}
  Result<KeyedCertificate> make_authority(std::string common_name, Seconds lifetime) override {
    return real_.make_authority(std::move(common_name), lifetime);
  }
  Result<KeyedCertificate> issue(const KeyedCertificate& authority, const CertificateTerms& terms) override {
    ++issued;
    if (fails) return fail(Code::internal, "no entropy");
    return real_.issue(authority, terms);
  }
  Result<KeyedRequest> make_request() override { return real_.make_request(); }
  Result<std::string> sign_request(const KeyedCertificate& authority, std::string_view request_pem,
                                   const CertificateTerms& terms) override {
    return real_.sign_request(authority, request_pem, terms);
  }
  Result<CertificateInfo> read(std::string_view certificate_pem) override {
    return real_.read(certificate_pem);
  }

  bool fails = false;
  int issued = 0;

 private:
  io::OpensslCertificates real_;
};

struct RenewalFixture {
  test::TestRuntime world;
  test::SettableClock clock{world.loop};
  Runtime runtime{clock,       world.loop,      world.random, world.network,
                  world.files, world.processes, world.loop,   world.log};
  FailingCertificates certificates{clock};
  test::FakeHashing hashing{world.files};
  io::OpensslSignatures signatures;
  io::OpensslWebKeys web_keys;
  federation::ZoneIdentity identity{world.files, Cryptography{certificates, hashing, signatures, web_keys},
                                    "a", "/data"};
  int renewed = 0;
  CertificateRenewal renewal{
      runtime, certificates, identity, {.addresses = {"10.0.0.1"}, .renewed = [this] { ++renewed; }}};
  Scope scope;

  RenewalFixture() {
    REQUIRE(store::test_support::run(world.loop, identity.load_or_create()));
    REQUIRE(identity.renew({"10.0.0.1"}));
    REQUIRE(scope.spawn(renewal.keep_fresh()));
  }
  void pass(Nanos time) {
    const MonotonicTime end = world.loop.now() + time;
    world.loop.run(time);
    world.loop.advance_to(end);
  }
  Nanos left() const { return certificates_end() - clock.wall_now(); }
  WallTime certificates_end() const {
    return const_cast<FailingCertificates&>(certificates)
        .read(identity.certificate().certificate_pem)
        .value()
        .not_after;
  }
};

constexpr Nanos kHour = Seconds{3600};

TEST_CASE_FIXTURE(RenewalFixture, "a certificate is renewed when half of its life is over") {
  pass(11 * kHour);
  CHECK(renewed == 0);
  pass(2 * kHour);
  CHECK(renewed == 1);
  pass(48 * kHour);
  CHECK(renewed == 5);
  CHECK(left() > 11 * kHour);
}

TEST_CASE_FIXTURE(RenewalFixture,
                  "a machine that slept renews soon after, though its other clock stood still") {
  pass(kHour);
  clock.ahead = 30 * kHour;
  CHECK(left() < Nanos{0});
  pass(Seconds{601});
  CHECK(renewed == 1);
  CHECK(left() > 23 * kHour);
}

TEST_CASE_FIXTURE(RenewalFixture, "what fails is tried again soon, without haste") {
  certificates.fails = true;
  certificates.issued = 0;
  pass(14 * kHour);
  CHECK(renewed == 0);
  CHECK(certificates.issued > 10);
  CHECK(certificates.issued < 200);
  certificates.fails = false;
  pass(Seconds{600});
  CHECK(renewed == 1);
  CHECK(left() > 23 * kHour);
}

}  // namespace
}  // namespace hanse::zone
