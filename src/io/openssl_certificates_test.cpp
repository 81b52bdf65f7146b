#include "io/openssl_certificates.h"

#include <doctest/doctest.h>
#include <openssl/x509v3.h>
#include <string>

#include "io/x509_reading.h"
#include "tests/support/manual_loop.h"

namespace hanse::io {
namespace {

struct OpensslCertificatesFixture {
  hanse::test::ManualLoop clock;
  OpensslCertificates certificates{clock};
  KeyedCertificate authority = certificates.make_authority("zone a", Seconds{3600}).value();
  CertificateTerms terms{.name = "hanse://zone/a/host/h1",
                         .dns_names = {"h1.example"},
                         .ip_addresses = {"192.0.2.7", "2001:db8::7"},
                         .lifetime = Seconds{60}};
};

CertificateHandle first_of(const std::string& pem) {
  return std::move(certificates_of_pem(pem).value().front());
}

TEST_CASE_FIXTURE(OpensslCertificatesFixture,
                  "an authority is one and a leaf is none, with the names and times that it was given") {
  const auto leaf = certificates.read(certificates.issue(authority, terms)->certificate_pem).value();
  CHECK(leaf.name == terms.name);
  CHECK(leaf.common_name == "h1");
  CHECK_FALSE(leaf.is_authority);
  CHECK(leaf.not_after == clock.wall_now() + Seconds{60});
  CHECK(leaf.not_before < clock.wall_now());
  const auto root = certificates.read(authority.certificate_pem).value();
  CHECK(root.is_authority);
  CHECK(root.common_name == "zone a");
  CHECK(root.fingerprint.size() == 64);
  CHECK(root.fingerprint != leaf.fingerprint);
}

TEST_CASE_FIXTURE(OpensslCertificatesFixture, "a leaf is usable as it says and by other names too") {
  terms.for_client = false;
  const auto leaf = first_of(certificates.issue(authority, terms)->certificate_pem);
  CHECK(X509_check_purpose(leaf.get(), X509_PURPOSE_SSL_SERVER, 0) == 1);
  CHECK(X509_check_purpose(leaf.get(), X509_PURPOSE_SSL_CLIENT, 0) == 0);
  CHECK(X509_get_key_usage(leaf.get()) == (KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT));
  CHECK(X509_check_host(leaf.get(), "h1.example", 0, 0, nullptr) == 1);
  CHECK(X509_check_ip_asc(leaf.get(), "2001:db8::7", 0) == 1);
  CHECK(X509_check_ip_asc(leaf.get(), "192.0.2.8", 0) == 0);
  CHECK(X509_verify(leaf.get(), X509_get0_pubkey(first_of(authority.certificate_pem).get())) == 1);
}

TEST_CASE_FIXTURE(OpensslCertificatesFixture,
                  "a request is signed for its key, under the names of the signer") {
  const auto request = certificates.make_request().value();
  const std::string pem = certificates.sign_request(authority, request.request_pem, terms).value();
  CHECK(certificates.read(pem)->name == terms.name);
  const auto leaf = first_of(pem);
  CHECK(X509_check_private_key(leaf.get(), key_of_pem(request.key_pem)->get()) == 1);
}

TEST_CASE_FIXTURE(OpensslCertificatesFixture, "unusable texts and names are refused") {
  CHECK(certificates.read("no certificate").error().code == Code::invalid_argument);
  CHECK(certificates.read(authority.certificate_pem.substr(0, 100)).error().code == Code::invalid_argument);
  CHECK(certificates.sign_request(authority, "no request", terms).error().code == Code::invalid_argument);
  const auto other = certificates.make_authority("zone b", Seconds{3600}).value();
  CHECK(certificates.issue({authority.certificate_pem, other.key_pem}, terms).error().code ==
        Code::invalid_argument);
  CHECK(certificates.issue({authority.certificate_pem, "no key"}, terms).error().code ==
        Code::invalid_argument);
  for (const char* bad : {"", "two words", "line\nbreak"}) {
    CHECK(certificates.issue(authority, CertificateTerms{.name = bad}).error().code ==
          Code::invalid_argument);
  }
  CHECK(
      certificates.issue(authority, CertificateTerms{.name = "a", .ip_addresses = {"300.1.1.1"}}).error() ==
      Error{Code::invalid_argument, "'300.1.1.1' is no IP address; write one like 192.0.2.7 or 2001:db8::7"});
}

TEST_CASE_FIXTURE(OpensslCertificatesFixture, "a damaged request is refused") {
  auto request = certificates.make_request()->request_pem;
  const std::size_t middle = request.find('\n') + 90;
  request[middle] = request[middle] == 'A' ? 'B' : 'A';
  CHECK(certificates.sign_request(authority, request, terms).error().code == Code::invalid_argument);
}

}  // namespace
}  // namespace hanse::io
