// NameHeaps: sets of hosts, of which the first by name is at hand. Each is a pairing heap whose links lie in
// arrays by slot, so that a host is in one set at a time and no set owns memory: adding takes constant time,
// removing logarithmic time on average over a history. Plain value; never fails.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hanse::placement {

// Numbers a host of an index for as long as it is in it.
enum class HostSlot : std::uint32_t {};
inline constexpr HostSlot kNoHost{UINT32_MAX};

class NameHeaps {
 public:
  // The slot's name, for all later comparisons. Requires: it is in no heap.
  void set_name(HostSlot slot, std::string name);
  const std::string& name(HostSlot slot) const { return names_[static_cast<std::size_t>(slot)]; }

  // Both return the new root, which is the first by name; kNoHost is the empty heap.
  HostSlot add(HostSlot root, HostSlot slot);
  HostSlot remove(HostSlot root, HostSlot slot);

 private:
  struct Links {
    HostSlot child = kNoHost;
    HostSlot next = kNoHost;   // sibling
    HostSlot owner = kNoHost;  // the sibling before, or for a first child the parent
  };

  Links& links(HostSlot slot) { return links_[static_cast<std::size_t>(slot)]; }
  HostSlot meld(HostSlot one, HostSlot other);
  HostSlot meld_siblings(HostSlot first);

  std::vector<std::string> names_;
  std::vector<Links> links_;
};

}  // namespace hanse::placement
