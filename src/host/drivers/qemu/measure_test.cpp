#include "host/drivers/qemu/measure.h"

#include <doctest/doctest.h>
#include <string>

namespace hanse::host::qemu {
namespace {

const std::string kMaps =
    "55d0a0000000-55d0a1000000 r-xp 00000000 fe:01 1234    /usr/bin/qemu-system-x86_64\n"
    "Size:              16384 kB\n"
    "Rss:                8192 kB\n"
    "7f0000000000-7f0040000000 rw-p 00000000 00:00 0\n"  // 1 GiB: of the translator
    "Rss:                1000 kB\n"
    "7f1000000000-7f1010000000 rw-p 00000000 00:00 0\n"  // 256 MiB
    "Size:             262144 kB\n"
    "Rss:               65536 kB\n"
    "VmFlags: rd wr mr\n";

TEST_CASE("the guest's memory is the smallest mapping that is large enough for it") {
  CHECK(resident_memory(kMaps, Bytes{256 << 20}) == Bytes{64 << 20});
  CHECK(resident_memory(kMaps, Bytes{512 << 20}) == Bytes{1000 << 10});
}

TEST_CASE("no mapping is large enough, or the text is no such list") {
  CHECK_FALSE(resident_memory(kMaps, Bytes{std::int64_t{2} << 30}));
  CHECK_FALSE(resident_memory("", Bytes{1}));
  CHECK_FALSE(resident_memory("Rss: many kB\n-\nff-\nRss:", Bytes{1}));
}

TEST_CASE("more cannot be resident than the guest has") {
  CHECK(resident_memory("10000-30000 rw-p 0\nRss: 128 kB\n", Bytes{100 << 10}) == Bytes{100 << 10});
}

}  // namespace
}  // namespace hanse::host::qemu
