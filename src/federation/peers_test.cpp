#include "federation/peers.h"

#include <doctest/doctest.h>

#include "io/openssl_certificates.h"
#include "tests/support/manual_loop.h"

namespace hanse::federation {
namespace {

struct PeersFixture {
  test::ManualLoop clock;
  io::OpensslCertificates certificates{clock};

  std::string ca(const std::string& zone) {
    return certificates.make_authority(authority_name(zone), Seconds{3600}).value().certificate_pem;
  }
  std::string refusal(const std::string& name, const std::string& pem) {
    return peer_of(certificates, {.name = name, .endpoint = "10.0.0.2:8443", .ca_pems = {pem}})
        .error()
        .message;
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
  CHECK(refusal("b", leaf.certificate_pem) == "zone 'b' gives a certificate as its CA that is none");
}

TEST_CASE_FIXTURE(PeersFixture, "a zone cannot have a CA pinned that carries another zone's name") {
  CHECK(refusal("b", ca("c")) ==
        "zone 'b' gives a CA of 'Hanse zone c' as its own; its name must be 'Hanse zone b'");
  CHECK(refusal("b", ca("b") + ca("c")) == "zone 'b' gives several certificates as one CA");
}

TEST_CASE_FIXTURE(PeersFixture, "the longest name of a zone is one that its CA can carry") {
  const std::string longest(kMaxZoneName, 'n');
  CHECK(check_zone_name(longest, "/name"));
  CHECK(certificates.make_authority(authority_name(longest), Seconds{3600}));
  CHECK_FALSE(check_zone_name(longest + "n", "/name"));
  CHECK_FALSE(certificates.make_authority(authority_name(longest + "n"), Seconds{3600}));
}

}  // namespace
}  // namespace hanse::federation
