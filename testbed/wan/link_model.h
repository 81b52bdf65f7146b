// LinkModel: one direction of a WAN link. Says of each packet when it comes out at the far end, or that it is
// lost.
//
// A packet first waits for the line (packets before it still being sent), is then sent at the link's rate,
// and travels for the delay, which varies by the jitter. Packets never overtake each other. What does not fit
// into the queue, is lost by chance, or meets a cut link is dropped.
//
// Pure: time is given, chance is injected; the same calls with the same seed give the same answers.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/units.h"
#include "runtime/clock.h"
#include "runtime/random.h"

namespace hanse::testbed {

struct LinkParameters {
  Nanos delay{0};                     // one way
  Nanos jitter{0};                    // the delay is uniform in [delay - jitter, delay + jitter]
  std::uint64_t bits_per_second = 0;  // 0: as fast as this machine
  double loss = 0;                    // probability, 0 to 1
  Bytes queue_limit{0};               // waiting for the line; 0: default_queue_limit()
  bool cut = false;                   // nothing passes
  bool operator==(const LinkParameters&) const = default;
};

inline constexpr Nanos kMaxLinkDelay = Seconds{10};
inline constexpr std::uint64_t kMaxBitsPerSecond = 1'000'000'000'000;
inline constexpr std::uint64_t kMinBitsPerSecond = 1'000;

// Errors: invalid_argument for what is out of range, such as a jitter above the delay.
Status check_parameters(const LinkParameters& parameters);

// 100 ms at the link's rate, as routers commonly have, and room for a few large segments at least.
Bytes default_queue_limit(std::uint64_t bits_per_second);

enum class DropReason { cut, loss, queue };

struct Passage {
  bool passes = false;
  MonotonicTime arrival;                 // at the far end, when it passes
  DropReason dropped = DropReason::cut;  // when it does not
};

class LinkModel {
 public:
  // Requires: check_parameters() accepts them; `random` outlives the model.
  LinkModel(const LinkParameters& parameters, Random& random);

  // Requires: `now` never goes back.
  Passage send(MonotonicTime now, Bytes size);

  // Holds for what is sent from now on; what is on its way arrives as foretold.
  void change(const LinkParameters& parameters);

  const LinkParameters& parameters() const { return parameters_; }
  // Nothing is waiting or delayed: a packet sent now arrives at once.
  bool immediate(MonotonicTime now) const;

 private:
  Nanos draw_delay();

  LinkParameters parameters_;
  Random& random_;
  MonotonicTime line_free_at_{};
  MonotonicTime last_arrival_{};
};

}  // namespace hanse::testbed
