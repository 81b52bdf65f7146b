#include "host/drivers/qemu/measure.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "host/drivers/qemu/qmp_commands.h"
#include "runtime/sleep.h"

namespace hanse::host::qemu {
namespace {

constexpr Nanos kLookAgain = Millis{50};
constexpr int kLooks = 40;
constexpr Bytes kMapsLimit{std::int64_t{4} << 20};

// "7f1c3be00000-7f1c47e00000 rw-p ..."; nothing for lines of another kind.
std::optional<Bytes> mapping_size(std::string_view line) {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  const char* const stop = line.data() + line.size();
  const auto first = std::from_chars(line.data(), stop, begin, 16);
  if (first.ec != std::errc() || first.ptr == stop || *first.ptr != '-') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, stop, end, 16);
  if (second.ec != std::errc() || second.ptr == stop || *second.ptr != ' ' || end < begin)
    return std::nullopt;
  return Bytes{static_cast<std::int64_t>(end - begin)};
}

// "Rss:              123 kB"
std::optional<Bytes> resident_size(std::string_view line) {
  constexpr std::string_view kKey = "Rss:";
  if (!line.starts_with(kKey)) return std::nullopt;
  line.remove_prefix(std::min(line.find_first_of("0123456789"), line.size()));
  std::int64_t kibibytes = 0;
  if (std::from_chars(line.data(), line.data() + line.size(), kibibytes).ec != std::errc())
    return std::nullopt;
  return Bytes{kibibytes << 10};
}

Task<Result<BytesPerSecond>> dirty_rate(Scheduler& scheduler, QmpClient& monitor) {
  for (int look = 0; look < kLooks; ++look) {
    HANSE_CO_TRY(const auto rate, co_await qmp::query_dirty_rate(monitor));
    if (rate) co_return *rate;
    co_await sleep_for(scheduler, kLookAgain);
  }
  co_return fail(Code::deadline_exceeded, "the hypervisor does not end measuring the guest's memory");
}

}  // namespace

std::optional<Bytes> resident_memory(std::string_view smaps, Bytes memory_size) {
  std::optional<Bytes> best_size;
  std::optional<Bytes> best;
  Bytes size;
  while (!smaps.empty()) {
    const std::string_view line = smaps.substr(0, smaps.find('\n'));
    smaps.remove_prefix(std::min(line.size() + 1, smaps.size()));
    if (const auto mapping = mapping_size(line)) {
      size = *mapping;
      continue;
    }
    const auto resident = resident_size(line);
    if (!resident || size < memory_size || (best_size && *best_size <= size)) continue;
    best_size = size;
    best = std::min(*resident, memory_size);
  }
  return best;
}

Task<Result<GuestMeasure>> measure_guest(Runtime& runtime, Session& session, Bytes memory_size, Nanos watch) {
  QmpClient& monitor = session.monitor();
  HANSE_CO_TRY(const Bytes before, co_await qmp::query_bytes_written(monitor));
  const MonotonicTime began = runtime.clock.now();
  HANSE_CO_CHECK(co_await qmp::calc_dirty_rate(monitor, watch));
  const std::string path = fmt::format("/proc/{}/smaps", session.process().pid);
  const auto smaps = co_await runtime.files.read(path, kMapsLimit);
  GuestMeasure measure{.memory = memory_size};
  if (smaps) measure.memory = resident_memory(*smaps, memory_size).value_or(memory_size);
  co_await sleep_for(runtime.scheduler, watch);
  HANSE_CO_TRY(measure.dirty_rate, co_await dirty_rate(runtime.scheduler, monitor));
  HANSE_CO_TRY(const Bytes after, co_await qmp::query_bytes_written(monitor));
  const double seconds = std::chrono::duration<double>(runtime.clock.now() - began).count();
  const auto written = static_cast<double>((after - before).value);
  if (seconds > 0) measure.write_rate = {static_cast<std::int64_t>(written / seconds)};
  co_return measure;
}

}  // namespace hanse::host::qemu
