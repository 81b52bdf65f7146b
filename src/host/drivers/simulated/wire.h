// Wire: what lies between the hosts of simulated machines, for the streams of a move.
#pragma once

#include <string>

#include "base/units.h"

namespace hanse::host::simulated {

class Wire {
 public:
  virtual ~Wire() = default;
  virtual bool reaches(const std::string& from, const std::string& to) const = 0;
  virtual BytesPerSecond rate(const std::string& from, const std::string& to) const = 0;
  virtual Nanos latency(const std::string& from, const std::string& to) const = 0;
};

// Between hosts of one process: always there.
class LocalWire final : public Wire {
 public:
  bool reaches(const std::string&, const std::string&) const override { return true; }
  BytesPerSecond rate(const std::string&, const std::string&) const override { return {1'000'000'000}; }
  Nanos latency(const std::string&, const std::string&) const override { return Micros{100}; }
};

}  // namespace hanse::host::simulated
