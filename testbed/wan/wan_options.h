// What the WAN emulator is told: its ports and links at the start (a JSON file), changes and questions while
// it runs (JSON lines on its control socket).
//
// One line asks for one thing, and is answered by one line:
//   {"pair":["helsinki","warsaw"],"delayMs":10,"mbit":200,"lossPercent":0,"cut":false}   change a link
//   {"statistics":true}                                                               tell of all links
// Fields that are left out stay as they are. delayMs is one way: half the round trip. mbit 0 is no limit.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "testbed/wan/link_model.h"

namespace hanse::testbed {

struct WanPort {
  std::string name;
  std::string network_namespace;  // by the name that `ip netns` knows; empty: where the emulator runs
  std::string device;             // the TAP device that is made there
  std::string mac;
  std::string address;  // IPv4
  bool operator==(const WanPort&) const = default;
};
BOOST_DESCRIBE_STRUCT(WanPort, (), (name, network_namespace, device, mac, address))
HANSE_DECLARE_JSON(WanPort);

struct LinkChange {
  std::vector<std::string> pair;
  std::optional<double> delay_ms;
  std::optional<double> jitter_ms;
  std::optional<double> mbit;
  std::optional<double> loss_percent;
  std::optional<std::int64_t> queue_bytes;
  std::optional<bool> cut;
  bool operator==(const LinkChange&) const = default;
};
BOOST_DESCRIBE_STRUCT(LinkChange, (), (pair, delay_ms, jitter_ms, mbit, loss_percent, queue_bytes, cut))
HANSE_DECLARE_JSON(LinkChange);

struct WanOptions {
  std::string control_socket;
  int prefix_length = 16;
  std::vector<WanPort> ports;
  std::vector<LinkChange> links;
  bool operator==(const WanOptions&) const = default;
};
BOOST_DESCRIBE_STRUCT(WanOptions, (), (control_socket, prefix_length, ports, links))
HANSE_DECLARE_JSON(WanOptions);

// One direction of a link, as {"statistics":true} is answered.
struct LinkReport {
  std::string from;
  std::string to;
  double delay_ms = 0;
  double jitter_ms = 0;
  double mbit = 0;
  double loss_percent = 0;
  bool cut = false;
  std::int64_t frames = 0;
  std::int64_t bytes = 0;
  std::int64_t dropped_cut = 0;
  std::int64_t dropped_loss = 0;
  std::int64_t dropped_queue = 0;
  bool operator==(const LinkReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(LinkReport, (),
                      (from, to, delay_ms, jitter_ms, mbit, loss_percent, cut, frames, bytes, dropped_cut,
                       dropped_loss, dropped_queue))
HANSE_DECLARE_JSON(LinkReport);

struct ControlAnswer {
  std::string error;  // empty: done
  std::vector<LinkReport> links;
};
BOOST_DESCRIBE_STRUCT(ControlAnswer, (), (error, links))
HANSE_DECLARE_JSON(ControlAnswer);

inline constexpr std::size_t kMaxWanPorts = 64;
inline constexpr std::size_t kMaxControlLine = 64 << 10;

// The parameters with the change made. Errors: invalid_argument.
Result<LinkParameters> apply(LinkParameters parameters, const LinkChange& change);

// Errors: invalid_argument with what is wrong.
Result<WanOptions> parse_wan_options(std::string_view text);

}  // namespace hanse::testbed
