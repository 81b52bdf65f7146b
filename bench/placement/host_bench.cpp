#include "bench/placement/host_bench.h"

#include <array>
#include <fmt/format.h>
#include <string>

#include "bench/placement/host_reference.h"
#include "placement/host_index.h"

namespace hanse::bench {
namespace {

constexpr std::size_t kCompared = 2'000;  // placements that all three must agree on
constexpr std::size_t kTimedSingly = 200'000;
constexpr std::size_t kBatch = 256;
constexpr double kKept = 0.85;  // of what fills the fleet; the rest is released at random

// What providers sell: 1, 2, 4, 8 or 16 vCPU with 2 to 8 GiB for each.
constexpr std::array<Size, 9> kFlavours{
    {{1, 2048}, {1, 4096}, {2, 4096}, {2, 8192}, {4, 8192}, {4, 32768}, {8, 16384}, {8, 65536}, {16, 65536}}};

// Four generations of machines; what a host's own system needs differs, so that free memory is not round.
std::vector<Size> fleet(std::size_t count, Dice& dice) {
  constexpr std::array<Size, 4> kMachines{{{32, 131072}, {64, 262144}, {96, 393216}, {128, 524288}}};
  std::vector<Size> hosts;
  for (std::size_t i = 0; i < count; ++i) {
    Size host = kMachines[dice.below(kMachines.size())];
    host.memory -= 2048 + static_cast<std::uint32_t>(dice.below(16)) * 64;
    hosts.push_back(host);
  }
  return hosts;
}

// HostIndex as the references are.
class IndexPlacer {
 public:
  explicit IndexPlacer(const std::vector<Size>& hosts, std::size_t classes = 1) {
    for (std::size_t i = 0; i < hosts.size(); ++i)
      index_.put({.name = fmt::format("host-{:06}", i),
                  .free_vcpu = {hosts[i].vcpu},
                  .free_memory = {hosts[i].memory},
                  .cpu_models = {"qemu64", fmt::format("model-{}", i % classes)},
                  .machine_types = {"pc-q35-10.0"}});
    request_.cpu_model = "qemu64";
    request_.machine_type = "pc-q35-10.0";
  }

  std::uint32_t place(Size size) {
    request_.vcpu = {size.vcpu};
    request_.memory = {size.memory};
    const auto slot = index_.choose(request_);
    if (!slot) return kNone;
    index_.take(*slot, request_.vcpu, request_.memory);
    return static_cast<std::uint32_t>(*slot);
  }

  void release(std::uint32_t host, Size size) {
    index_.give(placement::HostSlot{host}, VcpuCount{size.vcpu}, MiB{size.memory});
  }

 private:
  placement::HostIndex index_;
  placement::HostRequest request_;
};

struct Instance {
  std::uint32_t host = kNone;
  Size size;
};

// One fleet with what runs on it, and the random choices of its users.
template <class Placer>
class Load {
 public:
  Load(Placer placer, std::uint64_t seed) : placer_(std::move(placer)), dice_(seed) {}

  // Until the first that does not fit.
  std::size_t fill() {
    while (place() != kNone) continue;
    return running_.size();
  }

  void thin_out() {
    const auto kept = static_cast<std::size_t>(kKept * static_cast<double>(running_.size()));
    while (running_.size() > kept) release();
  }

  std::uint32_t place() {
    const Size size = kFlavours[dice_.below(kFlavours.size())];
    const std::uint32_t host = placer_.place(size);
    if (host != kNone) running_.push_back({host, size});
    return host;
  }

  void release() {
    std::swap(running_[dice_.below(running_.size())], running_.back());
    placer_.release(running_.back().host, running_.back().size);
    running_.pop_back();
  }

  // The same instances on a placer that has not placed them.
  template <class Other>
  Load<Other> copied_to(Other placer) const {
    Load<Other> copy(std::move(placer), 1);
    copy.running_ = running_;
    copy.dice_ = dice_;
    return copy;
  }

  Placer placer_;
  Dice dice_;
  std::vector<Instance> running_;
};

// The fleet less what runs on it.
std::vector<Size> left_of(std::vector<Size> hosts, const std::vector<Instance>& running) {
  for (const Instance& instance : running) {
    hosts[instance.host].vcpu -= instance.size.vcpu;
    hosts[instance.host].memory -= instance.size.memory;
  }
  return hosts;
}

template <class Placer>
double churn_rate(Load<Placer>& load, Duration time, std::size_t batch) {
  return rate_of(time, batch, [&load] {
    load.release();
    load.place();
  });
}

template <class Placer>
Percentiles place_times(Load<Placer>& load, std::size_t count) {
  std::vector<double> micros;
  for (std::size_t i = 0; i < count; ++i) {
    load.release();
    const SteadyClock::time_point begin = SteadyClock::now();
    load.place();
    micros.push_back(micros_since(begin));
  }
  return percentiles_of(std::move(micros));
}

template <class One, class Other>
void require_equal_choices(Load<One> one, Load<Other> other, const char* name) {
  for (std::size_t i = 0; i < kCompared; ++i) {
    one.release();
    other.release();
    if (one.place() != other.place())
      give_up(fmt::format("the index and the {} choose different hosts", name));
  }
}

}  // namespace

HostFigures measure_hosts(std::size_t hosts, Duration time, std::uint64_t seed) {
  Dice dice(seed);
  const std::vector<Size> empty = fleet(hosts, dice);
  HostFigures figures;
  Load<IndexPlacer> load(IndexPlacer(empty), seed + 1);
  const double begin = processor_seconds();
  const auto placed = static_cast<double>(load.fill());
  figures.fill_rate = placed / (processor_seconds() - begin);
  load.thin_out();

  const std::vector<Size> left = left_of(empty, load.running_);
  auto set = load.copied_to(SetPlacer(left));
  auto scan = load.copied_to(ScanPlacer(left));
  auto classes = load.copied_to(IndexPlacer(left, 16));
  require_equal_choices(load, scan, "scan");
  require_equal_choices(load, set, "set");
  require_equal_choices(load, classes, "index of 16 classes");

  figures.index_rate = churn_rate(load, time, kBatch);
  figures.set_rate = churn_rate(set, time, kBatch);
  figures.scan_rate = churn_rate(scan, time, 1);
  figures.classes_rate = churn_rate(classes, time, kBatch);
  const std::size_t timed = std::min(kTimedSingly, 2 * hosts);
  figures.index = place_times(load, timed);
  figures.set = place_times(set, timed);
  return figures;
}

}  // namespace hanse::bench
