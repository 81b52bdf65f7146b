#include "placement/host_index_group.h"

#include <algorithm>
#include <bit>

namespace hanse::placement {
namespace {

constexpr int kColumnBits = 8;
constexpr std::uint32_t kColumnsPerOctave = 1U << kColumnBits;

// Narrow columns for little memory, wide ones for much: a column is at most 1/256 of its memory wide.
std::size_t column_of(std::uint32_t memory) {
  if (memory < kColumnsPerOctave) return memory;
  const int shift = static_cast<int>(std::bit_width(memory)) - kColumnBits - 1;
  return static_cast<std::size_t>(shift) * kColumnsPerOctave + (memory >> shift);
}

// Where the cell of this key is, or would be.
auto cell_at(auto& column, FreeKey key) {
  return std::lower_bound(column.begin(), column.end(), key,
                          [](const auto& cell, FreeKey wanted) { return cell.key < wanted; });
}

}  // namespace

FreeKey FreeKey::of(std::int64_t vcpu, std::int64_t memory) {
  return {static_cast<std::uint64_t>(std::min(memory, kMost)) << 32 |
          static_cast<std::uint64_t>(std::min(vcpu, kMost))};
}

void HostGroup::add(NameHeaps& heaps, HostSlot slot, FreeKey key) {
  const std::size_t number = column_of(key.memory());
  if (number >= columns_.size()) {
    columns_.resize(number + 1);
    most_vcpu_.reserve(number + 1);
  }
  Column& column = columns_[number];
  auto cell = cell_at(column, key);
  if (cell == column.end() || cell->key != key) cell = column.insert(cell, Cell{.key = key});
  cell->first = heaps.add(cell->first, slot);
  cell->hosts += 1;
  if (key.vcpu() + 1 > most_vcpu_.get(number)) most_vcpu_.set(number, key.vcpu() + 1);
}

void HostGroup::remove(NameHeaps& heaps, HostSlot slot, FreeKey key) {
  const std::size_t number = column_of(key.memory());
  Column& column = columns_[number];
  const auto cell = cell_at(column, key);
  cell->first = heaps.remove(cell->first, slot);
  cell->hosts -= 1;
  if (cell->hosts > 0) return;
  column.erase(cell);
  if (key.vcpu() + 1 == most_vcpu_.get(number)) most_vcpu_.set(number, most_vcpu(column));
}

std::optional<HostGroup::Fit> HostGroup::best(FreeKey need) const {
  const std::uint32_t least = need.vcpu() + 1;
  const std::size_t first = column_of(need.memory());
  // The column of just this memory holds hosts with less, too; all later ones have enough of it.
  if (most_vcpu_.get(first) >= least) {
    if (const auto fit = first_fit(columns_[first], need)) return fit;
  }
  const auto next = most_vcpu_.first_from(first + 1, least);
  return next ? first_fit(columns_[*next], need) : std::nullopt;
}

HostRoom HostGroup::room(FreeKey need) const {
  HostRoom room;
  const std::uint32_t least = need.vcpu() + 1;
  for (auto number = most_vcpu_.first_from(column_of(need.memory()), least); number;
       number = most_vcpu_.first_from(*number + 1, least)) {
    for (const Cell& cell : columns_[*number]) {
      if (cell.key.vcpu() < need.vcpu() || cell.key.memory() < need.memory()) continue;
      const std::uint32_t each = std::min(cell.key.vcpu() / std::max(need.vcpu(), 1U),  //
                                          cell.key.memory() / std::max(need.memory(), 1U));
      room.instances += std::int64_t{each} * cell.hosts;
      room.hosts += cell.hosts;
    }
  }
  return room;
}

std::optional<HostGroup::Fit> HostGroup::first_fit(const Column& column, FreeKey need) {
  for (auto cell = cell_at(column, need); cell != column.end(); ++cell) {
    if (cell->key.vcpu() >= need.vcpu()) return Fit{cell->key, cell->first};
  }
  return std::nullopt;
}

std::uint32_t HostGroup::most_vcpu(const Column& column) {
  std::uint32_t most = 0;
  for (const Cell& cell : column) most = std::max(most, cell.key.vcpu() + 1);
  return most;
}

}  // namespace hanse::placement
