#include "bench/placement/host_reference.h"

#include <algorithm>

// The scan may use the widest registers that machines of the last ten years have.
#if defined(__x86_64__)
#define HANSE_WIDE [[gnu::target("avx2")]]
#else
#define HANSE_WIDE
#endif

namespace hanse::bench {
namespace {

constexpr std::size_t kBlock = 1024;
constexpr std::int64_t kTooMuch = INT64_MAX;

// Free memory above, free vCPU below: the order of best fit is that of the numbers.
std::int64_t key_of(Size size) {
  return static_cast<std::int64_t>(size.memory) << 32 | size.vcpu;
}

HANSE_WIDE std::int64_t least_key(const std::int64_t* keys, std::size_t count, Size size) {
  const std::int64_t memory = static_cast<std::int64_t>(size.memory) << 32;
  const std::int64_t vcpu = size.vcpu;
  std::int64_t least = kTooMuch;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t key = keys[i];
    const std::int64_t with_memory = key >= memory ? key : kTooMuch;
    const std::int64_t offered = (key & UINT32_MAX) >= vcpu ? with_memory : kTooMuch;
    least = offered < least ? offered : least;
  }
  return least;
}

}  // namespace

ScanPlacer::ScanPlacer(const std::vector<Size>& hosts) {
  for (const Size& host : hosts) free_.push_back(key_of(host));
}

std::uint32_t ScanPlacer::place(Size size) {
  std::int64_t least = kTooMuch;
  std::size_t block = 0;
  for (std::size_t begin = 0; begin < free_.size(); begin += kBlock) {
    const std::int64_t key = least_key(&free_[begin], std::min(kBlock, free_.size() - begin), size);
    if (key >= least) continue;
    least = key;
    block = begin;
  }
  if (least == kTooMuch) return kNone;
  std::size_t host = block;
  while (free_[host] != least) ++host;
  free_[host] -= key_of(size);
  return static_cast<std::uint32_t>(host);
}

void ScanPlacer::release(std::uint32_t host, Size size) {
  free_[host] += key_of(size);
}

SetPlacer::SetPlacer(const std::vector<Size>& hosts) : free_(hosts) {
  for (std::uint32_t host = 0; host < hosts.size(); ++host)
    order_.emplace(hosts[host].memory, hosts[host].vcpu, host);
}

std::uint32_t SetPlacer::place(Size size) {
  auto found = order_.lower_bound({size.memory, size.vcpu, 0});
  while (found != order_.end() && std::get<1>(*found) < size.vcpu) ++found;
  if (found == order_.end()) return kNone;
  const std::uint32_t host = std::get<2>(*found);
  order_.erase(found);
  free_[host] = {free_[host].vcpu - size.vcpu, free_[host].memory - size.memory};
  order_.emplace(free_[host].memory, free_[host].vcpu, host);
  return host;
}

void SetPlacer::release(std::uint32_t host, Size size) {
  order_.erase({free_[host].memory, free_[host].vcpu, host});
  free_[host] = {free_[host].vcpu + size.vcpu, free_[host].memory + size.memory};
  order_.emplace(free_[host].memory, free_[host].vcpu, host);
}

}  // namespace hanse::bench
