#include "placement/host_index_heaps.h"

#include <utility>

namespace hanse::placement {

void NameHeaps::set_name(HostSlot slot, std::string name) {
  const auto number = static_cast<std::size_t>(slot);
  if (number >= names_.size()) {
    names_.resize(number + 1);
    links_.resize(number + 1);
  }
  names_[number] = std::move(name);
  links_[number] = {};
}

HostSlot NameHeaps::add(HostSlot root, HostSlot slot) {
  links(slot) = {};
  return meld(root, slot);
}

HostSlot NameHeaps::remove(HostSlot root, HostSlot slot) {
  const Links removed = std::exchange(links(slot), {});
  const HostSlot below = meld_siblings(removed.child);
  if (slot == root) return below;
  Links& owner = links(removed.owner);
  (owner.child == slot ? owner.child : owner.next) = removed.next;
  if (removed.next != kNoHost) links(removed.next).owner = removed.owner;
  return meld(root, below);
}

// Of two roots the later one becomes the first child of the other.
HostSlot NameHeaps::meld(HostSlot one, HostSlot other) {
  if (one == kNoHost) return other;
  if (other == kNoHost) return one;
  if (name(other) < name(one)) std::swap(one, other);
  Links& parent = links(one);
  Links& child = links(other);
  child.next = parent.child;
  child.owner = one;
  if (parent.child != kNoHost) links(parent.child).owner = other;
  parent.child = other;
  return one;
}

// Pairs from left to right, then all pairs from right to left: what keeps the average logarithmic. The pairs
// wait in a chain of their `next` links, the last one first.
HostSlot NameHeaps::meld_siblings(HostSlot first) {
  HostSlot pairs = kNoHost;
  while (first != kNoHost) {
    const HostSlot second = std::exchange(links(first).next, kNoHost);
    links(first).owner = kNoHost;
    HostSlot rest = kNoHost;
    if (second != kNoHost) {
      rest = std::exchange(links(second).next, kNoHost);
      links(second).owner = kNoHost;
    }
    const HostSlot pair = meld(first, second);
    links(pair).next = pairs;
    pairs = pair;
    first = rest;
  }
  HostSlot all = kNoHost;
  while (pairs != kNoHost) {
    const HostSlot next = std::exchange(links(pairs).next, kNoHost);
    all = meld(all, pairs);
    pairs = next;
  }
  return all;
}

}  // namespace hanse::placement
