// An issuer of tokens for unit tests: an Ed25519 key, its key set, and tokens with any claims.
#pragma once

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <string>
#include <utility>

#include "codec/base64url.h"
#include "codec/json_web_key_set.h"
#include "codec/json_web_token.h"
#include "io/openssl_signatures.h"

namespace hanse::test {

class TokenMaker {
 public:
  explicit TokenMaker(std::string key_id) : key_id_(std::move(key_id)) {}

  WebKey web_key() const {
    return {.id = key_id_, .algorithm = TokenAlgorithm::eddsa, .x = bytes_of(key_.public_key)};
  }
  std::string key_set() const { return json::dump(codec::web_key_set({web_key()})); }

  std::string sign(const json::Object& claims) {
    return sign_text(codec::json_web_token_text(TokenAlgorithm::eddsa, key_id_, claims));
  }
  std::string sign_text(const std::string& text) {
    const std::string signature = signatures_.sign(key_.key_pem, text).value();
    return text + "." + codec::to_base64url(bytes_of(signature));
  }

 private:
  static std::string bytes_of(const std::string& hexadecimal) {
    std::string bytes;
    for (std::size_t i = 0; i < hexadecimal.size(); i += 2)
      bytes += static_cast<char>(std::stoi(hexadecimal.substr(i, 2), nullptr, 16));
    return bytes;
  }

  std::string key_id_;
  io::OpensslSignatures signatures_;
  SigningKey key_ = signatures_.make_key().value();
};

}  // namespace hanse::test
