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
  const auto place = std::lower_bound(column.keys.begin(), column.keys.end(), key);
  const auto at = place - column.keys.begin();
  if (place == column.keys.end() || *place != key) {
    column.keys.insert(place, key);
    column.cells.insert(column.cells.begin() + at, Cell{});
  }
  Cell& cell = column.cells[static_cast<std::size_t>(at)];
  cell.first = heaps.add(cell.first, slot);
  cell.hosts += 1;
  if (key.vcpu() + 1 > most_vcpu_.get(number)) most_vcpu_.set(number, key.vcpu() + 1);
}

void HostGroup::remove(NameHeaps& heaps, HostSlot slot, FreeKey key) {
  const std::size_t number = column_of(key.memory());
  Column& column = columns_[number];
  const auto place = std::lower_bound(column.keys.begin(), column.keys.end(), key);
  const auto at = place - column.keys.begin();
  Cell& cell = column.cells[static_cast<std::size_t>(at)];
  cell.first = heaps.remove(cell.first, slot);
  cell.hosts -= 1;
  if (cell.hosts > 0) return;
  column.keys.erase(place);
  column.cells.erase(column.cells.begin() + at);
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
    const Column& column = columns_[*number];
    for (std::size_t i = 0; i < column.keys.size(); ++i) {
      const FreeKey key = column.keys[i];
      if (key.vcpu() < need.vcpu() || key.memory() < need.memory()) continue;
      const std::uint32_t each = std::min(key.vcpu() / std::max(need.vcpu(), 1U),  //
                                          key.memory() / std::max(need.memory(), 1U));
      room.instances += std::int64_t{each} * column.cells[i].hosts;
      room.hosts += column.cells[i].hosts;
    }
  }
  return room;
}

std::optional<HostGroup::Fit> HostGroup::first_fit(const Column& column, FreeKey need) {
  auto place = std::lower_bound(column.keys.begin(), column.keys.end(), need);
  place = std::find_if(place, column.keys.end(), [need](FreeKey key) { return key.vcpu() >= need.vcpu(); });
  if (place == column.keys.end()) return std::nullopt;
  return Fit{*place, column.cells[static_cast<std::size_t>(place - column.keys.begin())].first};
}

std::uint32_t HostGroup::most_vcpu(const Column& column) {
  std::uint32_t most = 0;
  for (const FreeKey key : column.keys) most = std::max(most, key.vcpu() + 1);
  return most;
}

}  // namespace hanse::placement
