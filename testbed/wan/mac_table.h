// MacTable: behind which port an Ethernet address is, learnt from the source of each frame.
//
// Bound: kMaxAddresses; when it is full, new addresses are not learnt and frames to them go to every port.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "testbed/wan/ethernet.h"

namespace hanse::testbed {

class MacTable {
 public:
  static constexpr std::size_t kMaxAddresses = 4096;

  void learn(const MacAddress& address, std::size_t port) {
    if (is_group(address)) return;
    const auto found = ports_.find(address);
    if (found != ports_.end())
      found->second = port;
    else if (ports_.size() < kMaxAddresses)
      ports_.emplace(address, port);
  }

  std::optional<std::size_t> find(const MacAddress& address) const {
    const auto found = ports_.find(address);
    return found == ports_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<MacAddress, std::size_t> ports_;
};

}  // namespace hanse::testbed
