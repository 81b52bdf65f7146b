// The trace of virtual machines that the bench replays, with lifetimes drawn inside the bins that it knows
// them by; the same each time. See README.md for what is drawn. Reading fails on a row that is not of the
// format.
#pragma once

#include <cstddef>
#include <istream>
#include <vector>

#include "base/result.h"
#include "placement/packing/host_state.h"

namespace hanse::bench {

using placement::packing::Size;

struct TraceInstance {
  std::size_t shape = 0;
  Seconds begins{};
  Seconds ends{};  // kNever: after the trace
};

inline constexpr Seconds kNever = Seconds::max();
inline constexpr Seconds kStep{300};  // the trace's resolution

struct Trace {
  std::vector<Size> shapes;
  std::vector<TraceInstance> instances;  // in the order of their beginning
};

// The format of prepare.py.
Result<Trace> read_trace(std::istream& text);

// Something that lives through the trace; on a tick, once a step, all that began or ended before has been
// told.
class Audience {
 public:
  virtual ~Audience() = default;
  virtual void begin(std::size_t instance, Seconds now) = 0;
  virtual void end(std::size_t instance, Seconds now) = 0;
  virtual void tick(Seconds now) = 0;
};

void replay(const Trace& trace, Seconds until, Audience& audience);

}  // namespace hanse::bench
