#include "placement/host_index_heaps.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "placement/host_index_max_tree.h"

namespace hanse::placement {
namespace {

constexpr int kSlots = 40;

TEST_CASE("a heap's root is the first by name of what was added and not removed") {
  CHECK(rc::check("NameHeaps equals a sorted set", [] {
    NameHeaps heaps;
    for (int slot = 0; slot < kSlots; ++slot)
      heaps.set_name(HostSlot{static_cast<std::uint32_t>(slot)},
                     fmt::format("host-{:02}", 7 * slot % kSlots));
    HostSlot root = kNoHost;
    std::map<std::string, HostSlot> expected;
    const auto toggles =
        *rc::gen::scale(4.0, rc::gen::container<std::vector<int>>(rc::gen::inRange(0, kSlots)));
    for (const int number : toggles) {
      const HostSlot slot{static_cast<std::uint32_t>(number)};
      if (expected.erase(heaps.name(slot)) > 0) {
        root = heaps.remove(root, slot);
      } else {
        root = heaps.add(root, slot);
        expected.emplace(heaps.name(slot), slot);
      }
      RC_ASSERT(root == (expected.empty() ? kNoHost : expected.begin()->second));
    }
    // Its whole order, which only comes out when all are taken away.
    while (!expected.empty()) {
      RC_ASSERT(root == expected.begin()->second);
      expected.erase(expected.begin());
      root = heaps.remove(root, root);
    }
    RC_ASSERT(root == kNoHost);
  }));
}

TEST_CASE("a tree of maxima finds the first position that is large enough") {
  CHECK(
      rc::check("MaxTree equals a scan", [](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& writes,
                                            std::uint8_t from, std::uint8_t least) {
        MaxTree tree;
        std::vector<std::uint32_t> row(256, 0);
        for (const auto& [position, value] : writes) {
          tree.reserve(std::size_t{position} + 1);
          tree.set(position, value);
          row[position] = value;
        }
        std::optional<std::size_t> expected;
        const std::uint32_t wanted = std::uint32_t{least} + 1;
        for (std::size_t position = from; position < row.size() && !expected; ++position)
          if (row[position] >= wanted) expected = position;
        RC_ASSERT(tree.first_from(from, wanted) == expected);
        RC_ASSERT(tree.get(from) == row[from]);
      }));
}

}  // namespace
}  // namespace hanse::placement
