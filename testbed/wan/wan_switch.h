// WanSwitch: an Ethernet switch with a port per zone whose every pair of ports has a LinkModel in each
// direction. Takes frames in, hands them to the sink when they arrive at the far port.
//
// Lifecycle: the relay feeds it frames and calls deliver_due() when next_due() has come. Pure: time is given;
// tests run it in virtual time. Bound: kMaxBytesInFlight of frames on their way; beyond it frames are dropped
// and counted as lost to the queue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testbed/wan/ethernet.h"
#include "testbed/wan/link_model.h"
#include "testbed/wan/mac_table.h"

namespace hanse::testbed {

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void deliver(std::size_t port, FrameBytes frame) = 0;
};

// Of one direction. Frames and bytes are counted when sent; a large segment counts once, its bytes as on the
// wire.
struct LinkStatistics {
  std::int64_t frames = 0;
  std::int64_t bytes = 0;
  std::int64_t dropped_cut = 0;
  std::int64_t dropped_loss = 0;
  std::int64_t dropped_queue = 0;
};

class WanSwitch {
 public:
  static constexpr Bytes kMaxBytesInFlight{256 << 20};

  // Ports are numbered in the order of their names; the links are unlimited until set_link().
  WanSwitch(std::vector<std::string> port_names, FrameSink& sink, Random& random);

  const std::vector<std::string>& port_names() const { return port_names_; }
  // Errors: not_found.
  Result<std::size_t> port_of(std::string_view name) const;

  // Sets both directions. Requires: from != to, both exist, the parameters are in range.
  void set_link(std::size_t from, std::size_t to, const LinkParameters& parameters);
  const LinkParameters& link(std::size_t from, std::size_t to) const {
    return at(from, to).model.parameters();
  }
  const LinkStatistics& statistics(std::size_t from, std::size_t to) const { return at(from, to).statistics; }

  // An address that is known without having been heard.
  void place(const MacAddress& address, std::size_t port) { addresses_.learn(address, port); }

  // Requires: `now` never goes back.
  void receive(std::size_t port, FrameBytes frame, MonotonicTime now);
  void deliver_due(MonotonicTime now);
  std::optional<MonotonicTime> next_due() const;

 private:
  struct Link {
    LinkModel model;
    LinkStatistics statistics;
  };
  struct Travelling {
    MonotonicTime arrival;
    std::uint64_t sequence;
    std::size_t port;
    std::vector<std::byte> frame;
  };
  struct Later {
    bool operator()(const Travelling& left, const Travelling& right) const {
      return std::pair(left.arrival, left.sequence) > std::pair(right.arrival, right.sequence);
    }
  };

  Link& at(std::size_t from, std::size_t to) { return links_[from * port_names_.size() + to]; }
  const Link& at(std::size_t from, std::size_t to) const { return links_[from * port_names_.size() + to]; }
  void forward(std::size_t from, std::size_t to, FrameBytes frame, MonotonicTime now);

  std::vector<std::string> port_names_;
  FrameSink& sink_;
  std::vector<Link> links_;
  MacTable addresses_;
  std::priority_queue<Travelling, std::vector<Travelling>, Later> travelling_;
  Bytes in_flight_{0};
  std::uint64_t last_sequence_ = 0;
};

}  // namespace hanse::testbed
