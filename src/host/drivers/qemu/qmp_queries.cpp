#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>

#include "base/json_mapping.h"
#include "host/drivers/qemu/qmp_commands.h"

namespace hanse::host::qemu::qmp {
namespace {

const json::Object& object_of(const json::Value& value) {
  static const json::Object empty;
  const json::Object* object = value.if_object();
  return object == nullptr ? empty : *object;
}

std::string text_of(const json::Object& object, std::string_view key) {
  const json::Value* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

// Nothing of a machine is more, and a double counts exactly so far. A guest that has taken its hypervisor
// over may have it say anything: what is reckoned from its figures stays within the numbers.
constexpr double kMaxFigure = std::int64_t{1} << 53;

std::int64_t figure(double number) {
  return static_cast<std::int64_t>(std::clamp(number, 0.0, kMaxFigure));
}

double number_of(const json::Object& object, std::string_view key) {
  const json::Value* found = object.if_contains(key);
  const bool number = found != nullptr && found->is_number();
  return number ? std::clamp(found->to_number<double>(), 0.0, kMaxFigure) : 0.0;
}

Bytes bytes_of(const json::Object& object, std::string_view key) {
  return Bytes{figure(number_of(object, key))};
}

bool flag_of(const json::Object& object, std::string_view key) {
  const json::Value* found = object.if_contains(key);
  return found != nullptr && found->is_bool() && found->get_bool();
}

std::vector<json::Object> objects_of(const json::Value& value) {
  std::vector<json::Object> out;
  if (!value.is_array()) return out;
  for (const json::Value& element : value.get_array()) out.push_back(object_of(element));
  return out;
}

constexpr double kBitsPerByte = 8;
constexpr double kBitsPerMegabit = 1e6;
constexpr double kBytesPerMiB = 1 << 20;
// Of 4 KiB each; of a small guest QEMU's default would see too few.
constexpr int kSampledPagesPerGiB = 4096;

}  // namespace

Task<Result<std::string>> query_status(QmpClient& client) {
  HANSE_CO_TRY(const json::Value reply, co_await client.execute("query-status", {}));
  co_return text_of(object_of(reply), "status");
}

Task<Result<MigrationInfo>> query_migrate(QmpClient& client, Nanos limit) {
  HANSE_CO_TRY(const json::Value reply, co_await client.execute("query-migrate", {}, limit));
  const json::Object& object = object_of(reply);
  MigrationInfo info;
  if (object.contains("status")) info.status = text_of(object, "status");
  info.error = text_of(object, "error-desc");
  info.downtime_ms = number_of(object, "downtime");
  info.expected_downtime_ms = number_of(object, "expected-downtime");
  if (const json::Value* ram = object.if_contains("ram")) {
    info.sent = bytes_of(object_of(*ram), "transferred");
    info.remaining = bytes_of(object_of(*ram), "remaining");
    info.passes = figure(number_of(object_of(*ram), "dirty-sync-count"));
    info.rate = BytesPerSecond{figure(number_of(object_of(*ram), "mbps") * kBitsPerMegabit / kBitsPerByte)};
  }
  co_return info;
}

Task<Result<std::vector<BlockJobInfo>>> query_block_jobs(QmpClient& client) {
  HANSE_CO_TRY(const json::Value reply, co_await client.execute("query-block-jobs", {}));
  std::vector<BlockJobInfo> jobs;
  for (const json::Object& object : objects_of(reply)) {
    jobs.push_back({.job = text_of(object, "device"),
                    .ready = flag_of(object, "ready"),
                    .length = bytes_of(object, "len"),
                    .offset = bytes_of(object, "offset")});
  }
  co_return jobs;
}

Task<Result<std::vector<std::string>>> query_named_block_nodes(QmpClient& client) {
  HANSE_CO_TRY(const json::Value reply, co_await client.execute("query-named-block-nodes", {{"flat", true}}));
  std::vector<std::string> names;
  for (const json::Object& object : objects_of(reply)) names.push_back(text_of(object, "node-name"));
  co_return names;
}

Task<Result<std::vector<std::string>>> query_machines(QmpClient& client) {
  HANSE_CO_TRY(const json::Value reply, co_await client.execute("query-machines", {}));
  std::vector<std::string> names;
  for (const json::Object& object : objects_of(reply)) {
    if (!flag_of(object, "deprecated")) names.push_back(text_of(object, "name"));
  }
  co_return names;
}

Task<Result<std::vector<CpuModel>>> query_cpu_definitions(QmpClient& client) {
  HANSE_CO_TRY(const json::Value reply, co_await client.execute("query-cpu-definitions", {}));
  std::vector<CpuModel> models;
  for (const json::Object& object : objects_of(reply)) {
    const json::Value* missing = object.if_contains("unavailable-features");
    // Where the architecture has no features of its own to miss, it says nothing of them.
    const bool complete = missing == nullptr || (missing->is_array() && missing->get_array().empty());
    models.push_back({.name = text_of(object, "name"), .usable = complete && !flag_of(object, "deprecated")});
  }
  co_return models;
}

Task<Result<std::vector<std::string>>> query_cpu_features(QmpClient& client) {
  HANSE_CO_TRY(const json::Value reply,
               co_await client.execute("query-cpu-model-expansion",
                                       {{"type", "full"}, {"model", json::Object{{"name", "max"}}}}));
  std::vector<std::string> features;
  const json::Value* const model = object_of(reply).if_contains("model");
  if (model == nullptr) co_return features;
  const json::Value* const properties = object_of(*model).if_contains("props");
  if (properties == nullptr) co_return features;
  for (const auto& property : object_of(*properties)) {
    if (property.value().is_bool() && property.value().get_bool()) features.emplace_back(property.key());
  }
  co_return features;
}

Task<Result<Bytes>> query_bytes_written(QmpClient& client) {
  HANSE_CO_TRY(const json::Value reply, co_await client.execute("query-blockstats", {}));
  double written = 0;
  for (const json::Object& object : objects_of(reply)) {
    if (const json::Value* stats = object.if_contains("stats"))
      written += number_of(object_of(*stats), "wr_bytes");
  }
  co_return Bytes{figure(written)};
}

Task<Status> calc_dirty_rate(QmpClient& client, Nanos watch) {
  return client.run("calc-dirty-rate", {{"calc-time", std::chrono::duration_cast<Millis>(watch).count()},
                                        {"calc-time-unit", "millisecond"},
                                        {"mode", "page-sampling"},
                                        {"sample-pages", kSampledPagesPerGiB}});
}

Task<Result<std::optional<BytesPerSecond>>> query_dirty_rate(QmpClient& client) {
  HANSE_CO_TRY(const json::Value reply, co_await client.execute("query-dirty-rate", {}));
  const json::Object& object = object_of(reply);
  if (text_of(object, "status") == "measuring") co_return std::nullopt;
  co_return BytesPerSecond{figure(number_of(object, "dirty-rate") * kBytesPerMiB)};
}

}  // namespace hanse::host::qemu::qmp
