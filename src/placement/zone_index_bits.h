// ZoneBits: a set of zones, a bit for each position of a ZoneIndex. Plain value; never fails. All sets that
// meet have the same number of positions.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hanse::placement {

class ZoneBits {
 public:
  explicit ZoneBits(std::size_t positions = 0) : words_((positions + 63) / 64, 0) {}

  void set(std::size_t position) { words_[position / 64] |= bit(position); }
  void reset(std::size_t position) { words_[position / 64] &= ~bit(position); }
  void set_to(std::size_t position, bool in) { in ? set(position) : reset(position); }
  bool test(std::size_t position) const { return (words_[position / 64] & bit(position)) != 0; }
  void clear() { words_.assign(words_.size(), 0); }

  void keep(const ZoneBits& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }
  void add(const ZoneBits& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  void drop(const ZoneBits& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1)
        visit(64 * i + static_cast<std::size_t>(std::countr_zero(word)));
    }
  }

 private:
  static std::uint64_t bit(std::size_t position) { return std::uint64_t{1} << (position % 64); }

  std::vector<std::uint64_t> words_;
};

// The zones that have each of the names that occur.
using ZoneSets = std::map<std::string, ZoneBits>;

}  // namespace hanse::placement
