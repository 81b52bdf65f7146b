#include "api/metrics.h"

#include <chrono>
#include <fmt/format.h>

namespace hanse::api {
namespace {

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

std::string sample_text(std::string_view name, const Sample& sample) {
  std::string labels;
  for (const auto& [label, value] : sample.labels) {
    labels += fmt::format("{}{}=\"{}\"", labels.empty() ? "" : ",", label, escaped(value));
  }
  if (!labels.empty()) labels = "{" + labels + "}";
  return fmt::format("{}{} {}\n", name, labels, sample.value);
}

std::string header_text(std::string_view name, std::string_view type, std::string_view help) {
  return fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

}  // namespace

std::string metric_text(std::string_view name, MetricType type, std::string_view help,
                        const std::vector<Sample>& samples) {
  std::string text = header_text(name, type == MetricType::counter ? "counter" : "gauge", help);
  for (const Sample& sample : samples) text += sample_text(name, sample);
  return text;
}

void Metrics::count_request(const std::string& route, int status, Nanos elapsed) {
  ++requests_[{route, status / 100}];
  Histogram& histogram = latencies_[route];
  const double seconds = std::chrono::duration<double>(elapsed).count();
  ++histogram.count;
  histogram.sum_seconds += seconds;
  for (std::size_t i = 0; i < kBucketSeconds.size(); ++i) {
    if (seconds > kBucketSeconds[i]) continue;
    ++histogram.buckets[i];
    break;
  }
}

std::string Metrics::text() const {
  std::vector<Sample> requests;
  for (const auto& [key, count] : requests_) {
    requests.push_back(
        {{{"route", key.first}, {"status", fmt::format("{}xx", key.second)}}, static_cast<double>(count)});
  }
  std::string text =
      metric_text("hanse_api_requests_total", MetricType::counter, "Requests answered.", requests);
  constexpr std::string_view kLatency = "hanse_api_request_seconds";
  text += header_text(kLatency, "histogram", "Time to the answer, or to the beginning of a stream.");
  for (const auto& [route, histogram] : latencies_) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < kBucketSeconds.size(); ++i) {
      below += histogram.buckets[i];
      text += sample_text(
          fmt::format("{}_bucket", kLatency),
          {{{"route", route}, {"le", fmt::format("{}", kBucketSeconds[i])}}, static_cast<double>(below)});
    }
    const auto count = static_cast<double>(histogram.count);
    text += sample_text(fmt::format("{}_bucket", kLatency), {{{"route", route}, {"le", "+Inf"}}, count});
    text += sample_text(fmt::format("{}_sum", kLatency), {{{"route", route}}, histogram.sum_seconds});
    text += sample_text(fmt::format("{}_count", kLatency), {{{"route", route}}, count});
  }
  return text;
}

}  // namespace hanse::api
