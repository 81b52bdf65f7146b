#include "host/drivers/qemu/console_ring.h"

#include <doctest/doctest.h>

namespace hanse::host::qemu {
namespace {

TEST_CASE("the ring gives what was written from an offset on") {
  ConsoleRing ring;
  CHECK(ring.read(0).text.empty());
  ring.append("hello ");
  ring.append("world");
  CHECK(ring.read(0).text == "hello world");
  CHECK(ring.read(6).text == "world");
  CHECK(ring.read(11).text.empty());
  CHECK(ring.read(99).offset == 11);  // the future begins here
}

TEST_CASE("a chatty guest loses its oldest output and nothing else") {
  ConsoleRing ring;
  const std::string block(kConsoleRing / 4, 'a');
  for (int i = 0; i < 11; ++i) ring.append(block);
  ring.append("end");
  const std::uint64_t written = 11 * block.size() + 3;
  const auto all = ring.read(0);
  CHECK(all.text.size() == kConsoleRing);
  CHECK(all.offset == written - kConsoleRing);
  CHECK(all.text.ends_with("aend"));
  CHECK(ring.read(written - 3).text == "end");
}

}  // namespace
}  // namespace hanse::host::qemu
