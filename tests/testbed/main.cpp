// The tests, and with --wan OPTIONS the emulator, so that the tests need no other program.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>
#include <doctest/doctest.h>
#include <random>
#include <string_view>

#include "testbed/wan/relay.h"

namespace {

class DeviceRandom final : public hanse::Random {
 public:
  std::uint64_t next() override { return (static_cast<std::uint64_t>(device_()) << 32) | device_(); }

 private:
  std::random_device device_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--wan") {
    DeviceRandom random;
    const hanse::Status ended = hanse::testbed::run_wan(argv[2], random);
    if (!ended) std::fprintf(stderr, "%s\n", ended.error().message.c_str());
    return ended ? 0 : 1;
  }
  return doctest::Context(argc, argv).run();
}
