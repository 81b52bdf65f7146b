#include "io/openssl_web_keys.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "codec/base64url.h"
#include "codec/json_web_key_set.h"

namespace hanse::io {
namespace {

// The examples of RFC 7515, A.2 and A.3, and of RFC 8037, A.4.
constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"RSA","kid":"r","e":"AQAB","n":")"
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0B"
    "m4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5"
    "z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7"
    "aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
    R"("},
  {"kty":"EC","kid":"e","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
   "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
  {"kty":"OKP","kid":"o","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
constexpr std::string_view kClaims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

struct Signed {
  std::string text;
  std::string signature;
};

const std::vector<Signed>& examples() {
  static const std::vector<Signed> all{
      {"eyJhbGciOiJSUzI1NiJ9." + std::string(kClaims),
       "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
       "O8W2Fp5jujGbds9uJdbF9"
       "CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_"
       "eSN9383LcOL"
       "n6_dO--xi12jzDwusC-"
       "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtV"
       "rBp0igcN_IoypGlUPQGe77Rw"},
      {"eyJhbGciOiJFUzI1NiJ9." + std::string(kClaims),
       "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
      {"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
       "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"}};
  return all;
}

std::unique_ptr<VerifyingKey> read(const WebKey& key) {
  OpensslWebKeys keys;
  auto made = keys.read(key);
  REQUIRE(made);
  return std::move(*made);
}

TEST_CASE("each algorithm verifies what its own key signed, and nothing else") {
  const std::vector<WebKey> keys = codec::parse_web_key_set(kKeys).value();
  REQUIRE(keys.size() == 3);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const auto key = read(keys[k]);
    for (std::size_t e = 0; e < examples().size(); ++e) {
      const Signed& example = examples()[e];
      CAPTURE(k);
      CAPTURE(e);
      std::string signature = codec::from_base64url(example.signature).value();
      CHECK(key->verify(example.text, signature) == (k == e));
      CHECK_FALSE(key->verify(example.text + "A", signature));
      signature.back() = static_cast<char>(signature.back() ^ 1);
      CHECK_FALSE(key->verify(example.text, signature));
      CHECK_FALSE(key->verify(example.text, signature.substr(1)));
      CHECK_FALSE(key->verify(example.text, ""));
    }
    CHECK_FALSE(key->verify("text", std::string(64, '\0')));
  }
}

TEST_CASE("keys that are malformed or weak are refused") {
  OpensslWebKeys reader;
  const std::vector<WebKey> keys = codec::parse_web_key_set(kKeys).value();
  WebKey weak = keys[0];
  weak.modulus.resize(128);
  CHECK(reader.read(weak).error().message.find("1024 bits") != std::string::npos);
  WebKey slow = keys[0];
  slow.exponent = std::string(64, '\x7f');
  CHECK_FALSE(reader.read(slow));
  WebKey off_the_curve = keys[1];
  off_the_curve.y.back() = static_cast<char>(off_the_curve.y.back() ^ 1);
  CHECK_FALSE(reader.read(off_the_curve));
  WebKey short_point = keys[1];
  short_point.x.pop_back();
  CHECK_FALSE(reader.read(short_point));
  WebKey short_key = keys[2];
  short_key.x.pop_back();
  CHECK_FALSE(reader.read(short_key));
}

}  // namespace
}  // namespace hanse::io
