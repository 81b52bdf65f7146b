// Metrics: what the API counts of its requests, and the text form of Prometheus (version 0.0.4).
//
// The label `route` is the route's pattern, never a path, so that there are only as many series as there are
// routes. Thread: the loop.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/units.h"

namespace hanse::api {

// One series: its labels and its value.
struct Sample {
  std::vector<std::pair<std::string, std::string>> labels = {};
  double value = 0;
};

enum class MetricType { counter, gauge };

// "# HELP", "# TYPE" and the samples.
std::string metric_text(std::string_view name, MetricType type, std::string_view help,
                        const std::vector<Sample>& samples);

class Metrics {
 public:
  static constexpr std::array<double, 6> kBucketSeconds{0.001, 0.005, 0.025, 0.1, 0.5, 2.5};

  // `route` is "GET /a/{name}". For a stream `elapsed` is the time to its beginning.
  void count_request(const std::string& route, int status, Nanos elapsed);
  std::string text() const;

 private:
  struct Histogram {
    std::array<std::uint64_t, kBucketSeconds.size()> buckets{};  // not cumulative
    std::uint64_t count = 0;
    double sum_seconds = 0;
  };

  std::map<std::pair<std::string, int>, std::uint64_t> requests_;  // by route and status class
  std::map<std::string, Histogram> latencies_;
};

}  // namespace hanse::api
