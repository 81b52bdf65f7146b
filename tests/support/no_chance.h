// Chance that never strikes: nothing is lost, delayed or drawn but the first.
#pragma once

#include <cstdint>

#include "runtime/random.h"

namespace hanse::test {

class NoChance final : public Random {
 public:
  std::uint64_t next() override { return 0; }
};

}  // namespace hanse::test
