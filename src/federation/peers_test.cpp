#include "federation/peers.h"

#include <doctest/doctest.h>

#include "io/openssl_certificates.h"
#include "tests/support/manual_loop.h"

namespace hanse::federation {
namespace {

struct PeersFixture {
  test::ManualLoop clock;
  io::OpensslCertificates certificates{clock};

  std::string ca(const std::string& name) {
    return certificates.make_authority(name, Seconds{3600}).value().certificate_pem;
  }
  std::string fingerprint(const std::string& pem) { return certificates.read(pem).value().fingerprint; }
  Peer peer(const std::string& name, std::vector<std::string> ca_pems) {
    return peer_of(certificates, {.name = name, .endpoint = "10.0.0.2:8443", .ca_pems = std::move(ca_pems)})
        .value();
  }
};

TEST_CASE_FIXTURE(PeersFixture, "a peer is who one of its own pinned CAs says, and nobody else") {
  const std::string old_ca = ca("b");
  const std::string new_ca = ca("b");
  const std::string other = ca("c");
  Peers peers;
  peers.replace({peer("b", {old_ca, new_ca}), peer("c", {other})});
  for (const std::string& pem : {old_ca, new_ca}) {
    REQUIRE(peers.identify({"hanse://zone/b", fingerprint(pem)}) != nullptr);
    CHECK(peers.identify({"hanse://zone/b", fingerprint(pem)})->name == "b");
  }
  CHECK(peers.identify({"hanse://zone/b", fingerprint(other)}) == nullptr);
  CHECK(peers.identify({"hanse://zone/b/host/h", fingerprint(old_ca)}) == nullptr);
  CHECK(peers.identify({"hanse://zone/d", fingerprint(old_ca)}) == nullptr);
  CHECK(peers.identify({}) == nullptr);
}

TEST_CASE_FIXTURE(PeersFixture, "a certificate that is no CA's cannot be pinned") {
  const auto authority = certificates.make_authority("b", Seconds{3600}).value();
  const auto leaf = certificates.issue(authority, {.name = "hanse://zone/b"}).value();
  const auto refused =
      peer_of(certificates, {.name = "b", .endpoint = "10.0.0.2:8443", .ca_pems = {leaf.certificate_pem}});
  CHECK(refused.error().message == "zone 'b' gives a certificate as its CA that is none");
}

}  // namespace
}  // namespace hanse::federation
