#include "io/openssl_signatures.h"

#include <doctest/doctest.h>

#include "io/openssl_certificates.h"
#include "tests/support/manual_loop.h"

namespace hanse::io {
namespace {

TEST_CASE("what was signed is verified with the public key alone, and nothing else is") {
  OpensslSignatures signatures;
  const SigningKey key = signatures.make_key().value();
  const SigningKey other = signatures.make_key().value();
  CHECK(key.public_key.size() == kPublicKeyDigits);
  CHECK(signatures.public_key_of(key.key_pem).value() == key.public_key);
  const std::string signature = signatures.sign(key.key_pem, "a digest").value();
  CHECK(signature.size() == kSignatureDigits);
  CHECK(signatures.verify(key.public_key, "a digest", signature));
  CHECK_FALSE(signatures.verify(key.public_key, "a digest!", signature));
  CHECK_FALSE(signatures.verify(other.public_key, "a digest", signature));
  std::string altered = signature;
  altered[10] = altered[10] == '0' ? '1' : '0';
  CHECK_FALSE(signatures.verify(key.public_key, "a digest", altered));
}

TEST_CASE("texts that are no key and no signature verify nothing") {
  OpensslSignatures signatures;
  const SigningKey key = signatures.make_key().value();
  const std::string signature = signatures.sign(key.key_pem, "").value();
  CHECK(signatures.verify(key.public_key, "", signature));
  CHECK_FALSE(signatures.verify("", "", signature));
  CHECK_FALSE(signatures.verify(std::string(kPublicKeyDigits, 'x'), "", signature));
  CHECK_FALSE(signatures.verify(key.public_key, "", signature.substr(2)));
  std::string upper = signature;
  for (char& c : upper) c = static_cast<char>(c >= 'a' ? c - 32 : c);
  CHECK_FALSE(signatures.verify(key.public_key, "", upper));
}

TEST_CASE("only an Ed25519 key signs") {
  OpensslSignatures signatures;
  hanse::test::ManualLoop clock;
  OpensslCertificates certificates(clock);
  const auto authority = certificates.make_authority("a", Seconds{60}).value();
  CHECK(signatures.sign(authority.key_pem, "text").error().code == Code::invalid_argument);
  CHECK(signatures.sign("no key", "text").error().code == Code::invalid_argument);
}

}  // namespace
}  // namespace hanse::io
