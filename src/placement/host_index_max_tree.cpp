#include "placement/host_index_max_tree.h"

#include <algorithm>
#include <bit>

namespace hanse::placement {

void MaxTree::reserve(std::size_t positions) {
  const std::size_t before = this->positions();
  if (positions <= before) return;
  const std::size_t now = std::bit_ceil(positions);
  std::vector<std::uint32_t> grown(2 * now, 0);
  std::copy(tree_.begin() + static_cast<std::ptrdiff_t>(before), tree_.end(),
            grown.begin() + static_cast<std::ptrdiff_t>(now));
  for (std::size_t node = now - 1; node > 0; --node)
    grown[node] = std::max(grown[2 * node], grown[2 * node + 1]);
  tree_ = std::move(grown);
}

void MaxTree::set(std::size_t position, std::uint32_t value) {
  std::size_t node = positions() + position;
  tree_[node] = value;
  while (node > 1) {
    node /= 2;
    const std::uint32_t larger = std::max(tree_[2 * node], tree_[2 * node + 1]);
    if (tree_[node] == larger) return;
    tree_[node] = larger;
  }
}

std::optional<std::size_t> MaxTree::first_from(std::size_t position, std::uint32_t least) const {
  if (position >= positions()) return std::nullopt;
  std::size_t node = positions() + position;
  // Up, until a subtree that lies wholly at or right of the position holds one; a node that is a power of two
  // is the first of its level, which is where the way to the right wraps around.
  while (tree_[node] < least) {
    node += 1;
    if (std::has_single_bit(node)) return std::nullopt;
    node >>= std::countr_zero(node);
  }
  while (node < positions()) {
    node *= 2;
    if (tree_[node] < least) node += 1;
  }
  return node - positions();
}

}  // namespace hanse::placement
