// What HostIndex is compared with: a scan of all hosts in vector registers, and best fit in a std::set. Both
// choose exactly what it chooses, hosts being numbered in order of name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

namespace hanse::bench {

struct Size {
  std::uint32_t vcpu = 0;
  std::uint32_t memory = 0;  // MiB
};

inline constexpr std::uint32_t kNone = UINT32_MAX;

class ScanPlacer {
 public:
  explicit ScanPlacer(const std::vector<Size>& hosts);
  std::uint32_t place(Size size);  // the number of the host, or kNone
  void release(std::uint32_t host, Size size);

 private:
  std::vector<std::int64_t> free_;  // both in one number
};

class SetPlacer {
 public:
  explicit SetPlacer(const std::vector<Size>& hosts);
  std::uint32_t place(Size size);
  void release(std::uint32_t host, Size size);

 private:
  std::vector<Size> free_;
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> order_;  // memory, vCPU, host
};

}  // namespace hanse::bench
