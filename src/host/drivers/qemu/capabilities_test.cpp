#include "host/drivers/qemu/capabilities.h"

#include <doctest/doctest.h>

namespace hanse::host::qemu {
namespace {

TEST_CASE("the host's processors and memory") {
  const ProcessorFacts facts = read_cpuinfo(
      "processor\t: 0\nmodel name\t: Some CPU @ 2.1GHz\ncpu MHz\t\t: 2100.250\n\nprocessor\t: 1\n"
      "model name\t: Some CPU @ 2.1GHz\ncpu MHz\t\t: 2300.000\n");
  CHECK(facts.count == 2);
  CHECK(facts.clock_khz == 2'100'250);
  CHECK(facts.model == "Some CPU @ 2.1GHz");
  CHECK(read_meminfo("MemTotal:       24676652 kB\nMemFree:  1 kB\n") == MiB{24098});
  CHECK(read_cpuinfo("").count == 0);
  CHECK(read_meminfo("") == MiB{0});
}

TEST_CASE("live moves are refused where the hypervisor would damage the guest, with the remedy") {
  CHECK(reason_against_moves(false, {.major = 10}).empty());
  CHECK(reason_against_moves(true, {.major = 7, .minor = 2}).empty());
  const std::string reason = reason_against_moves(false, {.major = 7, .minor = 2});
  CHECK(reason.find("QEMU 7.2") != std::string::npos);
  CHECK(reason.find("install QEMU 9") != std::string::npos);
}

}  // namespace
}  // namespace hanse::host::qemu
