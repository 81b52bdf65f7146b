// bench_store FOLDER [SECONDS [ROUNDS]]: durable transactions a second of the store, from one writer and from
// several at once, beside what the disk and SQLite do alone. Prints a JSON object a round; all take turns, so
// that a busy machine hits all of them. Ends with 1 when what was acknowledged is not there afterwards.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <utility>

#include "base/scope.h"
#include "bench/store/reference.h"
#include "io/real_runtime.h"
#include "store/open.h"

namespace hanse::bench {
namespace {

constexpr std::array<std::size_t, 3> kWriters{1, 16, 64};

struct Load {
  store::Store& store;
  Clock& clock;
  MonotonicTime end;
  std::size_t writers;
  std::size_t written = 0;
};

std::string key_of(std::size_t number) {
  return fmt::format("entries/{}", number % kKeys);
}

// Each writer has keys of its own and writes only over what it has seen, as the zone does.
Task<void> write_until_end(Load& load, std::size_t writer) {
  const std::string value(kValueBytes, 'x');
  for (std::size_t number = writer; load.clock.now() < load.end; number += load.writers) {
    const std::string key = key_of(number);
    const auto seen = load.store.get(key);
    const store::Revision revision = seen ? seen->revision : store::kNoRevision;
    store::Transaction transaction{.compares = {{key, revision}}, .writes = {{key, value}}};
    const auto done = co_await load.store.transact(std::move(transaction));
    if (!done) give_up(done.error().message);
    ++load.written;
  }
}

Task<Result<double>> measure(Runtime& runtime, store::Store& store, std::size_t writers, Duration time) {
  const store::Revision before = store.revision();
  const MonotonicTime begin = runtime.clock.now();
  Load load{.store = store,
            .clock = runtime.clock,
            .end = begin + std::chrono::duration_cast<Nanos>(time),
            .writers = writers};
  Scope scope(writers);
  for (std::size_t writer = 0; writer < writers; ++writer) {
    if (!scope.spawn(write_until_end(load, writer))) co_return fail(Code::internal, "the scope is full");
  }
  co_await scope.wait_idle();
  if (store.revision() != before + load.written)
    co_return fail(Code::internal, "{} were acknowledged, the store says {}", load.written,
                   store.revision() - before);
  co_return static_cast<double>(load.written) / Duration(runtime.clock.now() - begin).count();
}

double run(io::RealRuntime& real, const std::string& path, std::size_t writers, Duration time) {
  store::Revision last = store::kNoRevision;
  double rate = 0;
  for (const bool reopened : {false, true}) {
    auto store = real.run_task(store::open_sqlite(real.runtime(), path));
    if (!store) give_up(store.error().message);
    if (reopened && (*store)->revision() != last) give_up("what was acknowledged is gone after a restart");
    if (reopened) break;
    const auto measured = real.run_task(measure(real.runtime(), **store, writers, time));
    if (!measured) give_up(measured.error().message);
    rate = *measured;
    last = (*store)->revision();
  }
  return rate;
}

void run_round(io::RealRuntime& real, const std::filesystem::path& folder, Duration time) {
  const auto fresh = [&folder](const char* name) {
    const std::filesystem::path place = folder / "bench_store.data";
    std::filesystem::remove_all(place);
    std::filesystem::create_directories(place);
    return (place / name).string();
  };
  const double disk = fdatasync_rate(fresh("append"), time);
  const double sqlite = sqlite_rate(fresh("sqlite"), time);
  std::string line = fmt::format(R"({{"fdatasync": {:.0f}, "sqlite": {:.0f})", disk, sqlite);
  for (const std::size_t writers : kWriters)
    line += fmt::format(R"(, "store_{}": {:.0f})", writers, run(real, fresh("store"), writers, time));
  std::filesystem::remove_all(folder / "bench_store.data");
  fmt::print("{}}}\n", line);
}

}  // namespace
}  // namespace hanse::bench

int main(int count, char** arguments) {
  if (count < 2 || count > 4) {
    fmt::print(stderr, "usage: bench_store FOLDER [SECONDS [ROUNDS]]\n");
    return 2;
  }
  const hanse::bench::Duration time(count > 2 ? std::atof(arguments[2]) : 2.0);
  const int rounds = count > 3 ? std::atoi(arguments[3]) : 10;
  hanse::io::RealRuntime real({.log_level = hanse::LogLevel::warning});
  for (int round = 0; round < rounds; ++round) hanse::bench::run_round(real, arguments[1], time);
  return 0;
}
