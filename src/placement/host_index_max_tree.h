// MaxTree: a number for each position of a row that grows, and the first position from a given one on whose
// number is at least so much, in logarithmic time. 0 stands for nothing there. Plain value; never fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hanse::placement {

class MaxTree {
 public:
  // Positions below this can be set; those that are new hold 0.
  void reserve(std::size_t positions);
  // Requires: position < positions().
  void set(std::size_t position, std::uint32_t value);
  std::uint32_t get(std::size_t position) const {
    return position < positions() ? tree_[positions() + position] : 0;
  }
  // Requires: least > 0.
  std::optional<std::size_t> first_from(std::size_t position, std::uint32_t least) const;
  std::size_t positions() const { return tree_.size() / 2; }

 private:
  std::vector<std::uint32_t> tree_;  // the children of node i are 2i and 2i + 1; the root is 1
};

}  // namespace hanse::placement
