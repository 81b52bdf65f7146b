#include "simulator/certificates.h"

#include <doctest/doctest.h>

#include "simulator/handshake.h"
#include "simulator/process_loop.h"

namespace hanse::simulator {
namespace {

struct CertificatesFixture {
  Core core{1};
  ProcessLoop clock{core, kWorldOwner, ClockError()};
  SimulatedCertificates certificates{clock, core.random};
  KeyedCertificate authority = certificates.make_authority("zone a", Seconds{1'000'000}).value();
  KeyedCertificate server =
      certificates.issue(authority, {.name = "hanse://zone/a", .lifetime = Seconds{3600}}).value();

  Handshake shake(const TlsOptions& client, WallTime when) const {
    const TlsOptions serving{.certificate_pem = server.certificate_pem,
                             .key_pem = server.key_pem,
                             .trusted_ca_pem = authority.certificate_pem,
                             .require_certificate = true};
    return shake_hands(client, serving, when);
  }
};

TEST_CASE("a signed request proves its holder, in the CA's terms, until it expires") {
  CertificatesFixture fixture;
  const KeyedRequest request = fixture.certificates.make_request().value();
  const std::string signed_pem =
      fixture.certificates
          .sign_request(fixture.authority, request.request_pem, {.name = "hanse://zone/a/host/h"})
          .value();
  const TlsOptions client{.certificate_pem = signed_pem,
                          .key_pem = request.key_pem,
                          .trusted_ca_pem = fixture.authority.certificate_pem,
                          .expected_name = "hanse://zone/a"};
  const WallTime now = fixture.clock.wall_now();
  const Handshake good = fixture.shake(client, now);
  CHECK_FALSE(good.client_error);
  CHECK_FALSE(good.server_error);
  CHECK(good.seen_by_server.name == "hanse://zone/a/host/h");
  CHECK(good.seen_by_server.issuer_fingerprint ==
        fixture.certificates.read(fixture.authority.certificate_pem).value().fingerprint);

  CHECK(fixture.shake(client, now + Seconds{7200}).client_error);  // the server's has expired
  TlsOptions stolen = client;
  stolen.key_pem = fixture.server.key_pem;
  CHECK(fixture.shake(stolen, now).server_error);
}

TEST_CASE("what is no CA signs nothing, and what is no request gets nothing") {
  CertificatesFixture fixture;
  auto& certificates = fixture.certificates;
  CHECK(certificates.issue(fixture.server, {.name = "hanse://x"}).error().code == Code::invalid_argument);
  KeyedCertificate thief = fixture.authority;
  thief.key_pem = fixture.server.key_pem;
  CHECK(certificates.issue(thief, {.name = "hanse://x"}).error().code == Code::invalid_argument);
  CHECK(certificates.sign_request(fixture.authority, "nonsense", {.name = "hanse://x"}).error().code ==
        Code::invalid_argument);
  CHECK(certificates.read("nonsense").error().code == Code::invalid_argument);
  CHECK(certificates.read(fixture.authority.certificate_pem).value().is_authority);
  CHECK(certificates.read(fixture.authority.certificate_pem).value().common_name == "zone a");
}

}  // namespace
}  // namespace hanse::simulator
