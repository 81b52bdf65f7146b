#include "host/drivers/qemu/cpu_levels.h"

#include <doctest/doctest.h>

namespace hanse::host::qemu {
namespace {

using Names = std::vector<std::string>;

const Names kSecondLevel{"cx16", "lahf-lm", "popcnt", "pni", "sse4.1", "sse4.2", "ssse3"};

TEST_CASE("a host has the levels whose features it has, without gaps") {
  CHECK(levels_with({}).empty());
  CHECK(levels_with(kSecondLevel) == Names{"x86-64-v2"});
  Names more = kSecondLevel;
  for (const char* feature : {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"})
    more.push_back(feature);
  CHECK(levels_with(more) == Names{"x86-64-v2", "x86-64-v3"});
  more.erase(more.begin());  // cx16
  CHECK(levels_with(more).empty());
}

TEST_CASE("a level is qemu64 with its features and those below, another model is as it is") {
  CHECK(cpu_argument("x86-64-v2") == "qemu64,+cx16,+lahf-lm,+popcnt,+pni,+sse4.1,+sse4.2,+ssse3");
  CHECK(cpu_argument("x86-64-v3").starts_with(cpu_argument("x86-64-v2") + ",+avx"));
  CHECK(cpu_argument("EPYC-Rome") == "EPYC-Rome");
}

}  // namespace
}  // namespace hanse::host::qemu
