#include "io/openssl_hashing.h"

#include <doctest/doctest.h>
#include <string>

#include "io/openssl_handles.h"
#include "io/real_runtime.h"
#include "io/test_support.h"
#include "runtime/network.h"

namespace hanse::io {
namespace {

// From FIPS 180-2 and RFC 4231.
constexpr const char* kSumOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kSumOfMillionA = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
constexpr const char* kMacOfJefe = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

TEST_CASE("data, files and messages have their published sums") {
  test::TemporaryFolder folder;
  RealRuntime real;
  OpensslHashing hashing(real.runtime().blocking, real.runtime().scheduler);
  auto sum = hashing.sha256();
  sum->update(as_bytes("a"));
  sum->update(as_bytes("bc"));
  CHECK(sum->finish() == kSumOfAbc);

  const std::string million(1'000'000, 'a');
  auto long_sum = hashing.sha256();
  for (const std::size_t size : {std::size_t{1}, std::size_t{100'000}, std::size_t{899'999}})
    long_sum->update(as_bytes(std::string_view(million).substr(0, size)));
  CHECK(long_sum->finish() == kSumOfMillionA);

  const std::string path = folder.path("file");
  REQUIRE(real.run_task(real.runtime().files.write_atomically(path, "abc")));
  CHECK(real.run_task(hashing.sha256_of_file(path)) == kSumOfAbc);
  CHECK(real.run_task(hashing.sha256_of_file(folder.path("none"))).error().code == Code::not_found);

  const std::string mac = hashing.hmac_sha256("Jefe", "what do ya want for nothing?");
  CHECK(to_hex(reinterpret_cast<const unsigned char*>(mac.data()), mac.size()) == kMacOfJefe);
}

TEST_CASE("texts are compared whole") {
  CHECK(equal_in_constant_time("token", "token"));
  CHECK_FALSE(equal_in_constant_time("token", "tokeN"));
  CHECK_FALSE(equal_in_constant_time("token", "tok"));
}

}  // namespace
}  // namespace hanse::io
