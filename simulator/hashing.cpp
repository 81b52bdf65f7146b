#include "simulator/hashing.h"

namespace hanse::simulator {
namespace {

constexpr Bytes kLargestFile{16 << 20};

}  // namespace

Task<Result<std::string>> SimulatedHashing::sha256_of_file(std::string path) {
  HANSE_CO_TRY(const std::string content, co_await files_.read(path, kLargestFile));
  const std::unique_ptr<Sha256> sum = sums_.sha256();
  sum->update(as_bytes(content));
  co_return sum->finish();
}

}  // namespace hanse::simulator
