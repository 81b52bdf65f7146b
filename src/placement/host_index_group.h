// HostGroup: the hosts with equal capabilities that may take something, by what they have free. Best fit is
// exact: the least memory that is enough, then the least vCPU, then the first by name.
//
// Columns are ranges of free memory, 256 of them for each power of two; a tree over them knows the most vCPU
// that a host of each has. A column lists its cells, one for each pair of memory and vCPU that occurs,
// sorted; a cell is a heap of hosts by name. Plain value; never fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "placement/host_index_heaps.h"
#include "placement/host_index_max_tree.h"

namespace hanse::placement {

// What a host has free, as one number that sorts by memory, then by vCPU.
struct FreeKey {
  std::uint64_t value = 0;

  // More than this, in MiB or vCPU, counts as this.
  static constexpr std::int64_t kMost = 0x7fff'ffff;

  // Requires: neither is negative.
  static FreeKey of(std::int64_t vcpu, std::int64_t memory);
  std::uint32_t vcpu() const { return static_cast<std::uint32_t>(value); }
  std::uint32_t memory() const { return static_cast<std::uint32_t>(value >> 32); }
  constexpr auto operator<=>(const FreeKey&) const = default;
};

// How much more there is room for: instances in all, and hosts that can take at least one.
struct HostRoom {
  std::int64_t instances = 0;
  std::int64_t hosts = 0;
};

class HostGroup {
 public:
  struct Fit {
    FreeKey key;
    HostSlot slot = kNoHost;
  };

  void add(NameHeaps& heaps, HostSlot slot, FreeKey key);
  // Requires: it was added with this key.
  void remove(NameHeaps& heaps, HostSlot slot, FreeKey key);
  std::optional<Fit> best(FreeKey need) const;
  HostRoom room(FreeKey need) const;

 private:
  struct Cell {
    FreeKey key;
    HostSlot first = kNoHost;
    std::uint32_t hosts = 0;
  };
  using Column = std::vector<Cell>;  // sorted by key

  static std::optional<Fit> first_fit(const Column& column, FreeKey need);
  static std::uint32_t most_vcpu(const Column& column);

  std::vector<Column> columns_;
  MaxTree most_vcpu_;  // by column, and one more, since 0 is none
};

}  // namespace hanse::placement
