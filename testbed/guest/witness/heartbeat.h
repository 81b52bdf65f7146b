// The pulse: every few milliseconds it counts, writes `heartbeat <sequence> <monotonic ns>` to the
// virtio-serial port org.hanse.guest.0 and takes `location <zone>/<host>` lines from it; once a second a line
// goes to the serial console. One thread. Nothing here ever blocks: what does not fit into a port or console
// is dropped and counted.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "witness.h"

namespace hanse::witness {

class Heartbeat {
 public:
  explicit Heartbeat(Witness& witness);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  void beat_until(const std::stop_token& stop);

 private:
  void write_port(std::uint64_t sequence, std::int64_t now);
  void read_port();
  void write_console(std::int64_t now);

  static constexpr std::size_t kMaximumInputBytes = 4'096;

  Witness& witness_;
  int console_ = -1;
  int port_ = -1;
  std::string input_;
};

}  // namespace hanse::witness
