#include "host/move/effort_choice.h"

#include <doctest/doctest.h>

namespace hanse::host {
namespace {

constexpr Bytes kPiece{1 << 20};

void send(EffortChoice& choice, int pieces, Nanos each) {
  for (int i = 0; i < pieces; ++i) choice.note_sent(kPiece, each);
}

TEST_CASE("a link that takes more than a core compresses gets it quickly, and one that becomes slow well") {
  EffortChoice choice;
  send(choice, 31, Millis{1});
  CHECK(choice.effort() == codec::ZstdEffort::small);
  send(choice, 1, Millis{1});
  CHECK(choice.effort() == codec::ZstdEffort::quick);
  send(choice, 32, Millis{10});
  CHECK(choice.effort() == codec::ZstdEffort::small);
}

TEST_CASE("what the buffers of a slow link take at once does not make it fast") {
  EffortChoice choice;
  send(choice, 8, Nanos{0});
  send(choice, 24, Millis{80});
  CHECK(choice.effort() == codec::ZstdEffort::small);
}

}  // namespace
}  // namespace hanse::host
