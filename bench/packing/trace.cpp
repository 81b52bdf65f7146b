#include "bench/packing/trace.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "bench/packing/random.h"
#include "bench/packing/survival.h"

namespace hanse::bench {
namespace {

// The published trace is in two parts, cut at this step: what was alive there is not heard of again.
constexpr std::int64_t kCutStep = 1000;
constexpr std::uint64_t kSeed = 20171028;
constexpr std::size_t kMaxCount = 100'000;  // equal machines in a row of the file

struct Row {
  std::int64_t step;
  bool new_batch;
  std::size_t shape;
  std::int64_t from_steps;
  std::int64_t to_steps;
  bool censored;
  std::int64_t count;
};

Result<std::array<std::int64_t, 8>> read_fields(const std::string& line) {
  std::array<std::int64_t, 8> fields{};
  const char* at = line.data();
  const char* const end = line.data() + line.size();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, fields[i]);
    if (error != std::errc{} || fields[i] < 0 ||
        (i + 1 < fields.size() ? next == end || *next != ',' : next != end))
      return fail(Code::invalid_argument, "the trace's row '{}' is not eight counts; make it with prepare.py",
                  line);
    at = next + 1;
  }
  return fields;
}

Result<std::vector<Row>> read_rows(std::istream& text, Trace& trace) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> shapes;
  std::vector<Row> rows;
  std::string line;
  std::getline(text, line);  // the heads
  for (std::int64_t step = 0; std::getline(text, line);) {
    HANSE_TRY(const auto fields, read_fields(line));
    const auto [since_last, new_batch, vcpu, memory, from, to, censored, count] = fields;
    if (vcpu == 0 || memory == 0 || to < from || count == 0 || count > static_cast<std::int64_t>(kMaxCount))
      return fail(Code::invalid_argument, "the trace's row '{}' makes no sense; make it with prepare.py",
                  line);
    const auto [shape, is_new] = shapes.try_emplace({vcpu, memory}, trace.shapes.size());
    if (is_new) trace.shapes.push_back({{vcpu}, {memory}});
    rows.push_back({step += since_last, new_batch != 0, shape->second, from, to, censored != 0, count});
  }
  return rows;
}

// The step of the end, from 0 at the beginning of the trace, or none when it outlives the trace.
std::optional<std::int64_t> draw_end(const Row& row, const Survival& survival, Random& random) {
  if (!row.censored) return row.step + random.between(row.from_steps, row.to_steps);
  if (row.step >= kCutStep) return std::nullopt;
  const auto life = survival.draw(row.from_steps, kCutStep - row.step, random);
  return life ? std::optional(row.step + *life) : std::nullopt;
}

// Equal ones stay in their order.
std::vector<std::size_t> order_by(const std::vector<TraceInstance>& instances,
                                  Seconds TraceInstance::* time) {
  std::vector<std::size_t> order(instances.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {},
                    [&](std::size_t number) { return std::make_pair(instances[number].*time, number); });
  return order;
}

}  // namespace

Result<Trace> read_trace(std::istream& text) {
  Trace trace;
  HANSE_TRY(const std::vector<Row> rows, read_rows(text, trace));
  std::vector<Survival> survival(trace.shapes.size());
  for (const Row& row : rows)
    survival[row.shape].count(row.from_steps, row.to_steps, row.censored, row.count);
  Random random(kSeed);
  Seconds into_step{};
  for (const Row& row : rows) {
    if (row.new_batch) into_step = Seconds(random.between(0, kStep.count() - 1));
    for (std::int64_t i = 0; i < row.count; ++i) {
      const Seconds begins = row.step * kStep + into_step;
      const auto end_step = draw_end(row, survival[row.shape], random);
      const Seconds earliest = end_step == row.step ? into_step + Seconds(1) : Seconds{};
      const Seconds into_last(random.between(earliest.count(), kStep.count()));
      trace.instances.push_back({row.shape, begins, end_step ? *end_step * kStep + into_last : kNever});
    }
  }
  std::vector<TraceInstance> sorted;
  for (const std::size_t number : order_by(trace.instances, &TraceInstance::begins))
    sorted.push_back(trace.instances[number]);
  trace.instances = std::move(sorted);
  return trace;
}

void replay(const Trace& trace, Seconds until, Audience& audience) {
  const auto& instances = trace.instances;
  const std::vector<std::size_t> by_end = order_by(instances, &TraceInstance::ends);
  std::size_t begun = 0;
  std::size_t ended = 0;
  for (Seconds now = kStep; now <= until; now += kStep) {
    while (true) {
      const Seconds next_end = ended < by_end.size() ? instances[by_end[ended]].ends : kNever;
      const Seconds next_begin = begun < instances.size() ? instances[begun].begins : kNever;
      if (std::min(next_end, next_begin) >= now) break;
      if (next_end <= next_begin) {
        audience.end(by_end[ended++], next_end);
      } else {
        audience.begin(begun++, next_begin);
      }
    }
    audience.tick(now);
  }
}

}  // namespace hanse::bench
