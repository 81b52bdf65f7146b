// bench_audit FOLDER [SECONDS [ROUNDS]]: what a record in the audit log adds to a durable write, from one
// writer and from several at once: writes of 1 KiB to the store alone, the same each followed by its record,
// and records alone. Prints a JSON object a round. Ends with 1 when what was acknowledged is not there
// afterwards.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "base/scope.h"
#include "io/openssl_hashing.h"
#include "io/real_runtime.h"
#include "store/open.h"
#include "zone/audit/audit_log.h"

namespace hanse::bench {
namespace {

using Duration = std::chrono::duration<double>;

constexpr std::array<std::size_t, 3> kWriters{1, 16, 64};
constexpr std::size_t kValueBytes = 1024;

[[noreturn]] void give_up(const std::string& reason) {
  fmt::print(stderr, "bench_audit: {}\n", reason);
  std::exit(1);
}

struct Load {
  store::Store* store = nullptr;
  zone::AuditLog* log = nullptr;
  const Clock* clock = nullptr;
  MonotonicTime end = {};
  std::size_t written = 0;
};

zone::AuditRecord record_of(std::size_t writer) {
  return {.caller = {.kind = zone::AuditCallerKind::user,
                     .name = "somebody",
                     .issuer = "hanse://zone/north",
                     .address = "192.0.2.9:41000"},
          .method = "PUT",
          .path = fmt::format(
              "/providers/seca.compute/v1/tenants/default/workspaces/default/instances/web-{}", writer),
          .resource = fmt::format("instances/default/default/web-{}", writer),
          .revision = 1'234'567,
          .status = 201};
}

Task<void> write_until_end(Load& load, std::size_t writer) {
  const std::string key = fmt::format("entries/{}", writer);
  while (load.clock->now() < load.end) {
    if (load.store != nullptr) {
      store::Transaction transaction{.writes = {{key, std::string(kValueBytes, 'x')}}};
      const auto done = co_await load.store->transact(std::move(transaction));
      if (!done) give_up(done.error().message);
    }
    if (load.log != nullptr) {
      const Status done = co_await load.log->add(record_of(writer));
      if (!done) give_up(done.error().message);
    }
    ++load.written;
  }
}

Task<Status> write_all(Load& load, std::size_t writers) {
  Scope scope(writers);
  for (std::size_t writer = 0; writer < writers; ++writer) {
    if (!scope.spawn(write_until_end(load, writer))) co_return fail(Code::internal, "the scope is full");
  }
  co_await scope.wait_idle();
  co_return Status();
}

enum class Part { store, both, log };

double measure(io::RealRuntime& real, const std::filesystem::path& folder, Part part, std::size_t writers,
               Duration time) {
  const std::filesystem::path place = folder / "bench_audit.data";
  std::filesystem::remove_all(place);
  std::filesystem::create_directories(place);
  Runtime& runtime = real.runtime();
  io::OpensslHashing hashing(runtime.blocking, runtime.scheduler);
  auto store = real.run_task(store::open_sqlite(runtime, (place / "store").string()));
  if (!store) give_up(store.error().message);
  const zone::AuditOptions options{"bench", (place / "audit").string()};
  auto log = std::make_unique<zone::AuditLog>(runtime, hashing, options);
  if (const Status started = real.run_task(log->start(0)); !started) give_up(started.error().message);

  const MonotonicTime begin = runtime.clock.now();
  Load load{.clock = &runtime.clock, .end = begin + std::chrono::duration_cast<Nanos>(time)};
  if (part != Part::log) load.store = store->get();
  if (part != Part::store) load.log = log.get();
  if (const Status done = real.run_task(write_all(load, writers)); !done) give_up(done.error().message);
  const double rate = static_cast<double>(load.written) / Duration(runtime.clock.now() - begin).count();

  const std::int64_t last = log->head().sequence;
  log = std::make_unique<zone::AuditLog>(runtime, hashing, options);
  if (const Status started = real.run_task(log->start(0)); !started) give_up(started.error().message);
  if (log->head().sequence != last + 1) give_up("what was acknowledged is gone after a restart");
  return rate;
}

void run_round(io::RealRuntime& real, const std::filesystem::path& folder, Duration time) {
  std::string line;
  for (const std::size_t writers : kWriters) {
    for (const auto& [name, part] :
         {std::pair{"store", Part::store}, {"store_and_record", Part::both}, {"record", Part::log}})
      line += fmt::format(R"({}"{}_{}": {:.0f})", line.empty() ? "{" : ", ", name, writers,
                          measure(real, folder, part, writers, time));
  }
  std::filesystem::remove_all(folder / "bench_audit.data");
  fmt::print("{}}}\n", line);
}

}  // namespace
}  // namespace hanse::bench

int main(int count, char** arguments) {
  if (count < 2 || count > 4) {
    fmt::print(stderr, "usage: bench_audit FOLDER [SECONDS [ROUNDS]]\n");
    return 2;
  }
  const hanse::bench::Duration time(count > 2 ? std::atof(arguments[2]) : 2.0);
  const int rounds = count > 3 ? std::atoi(arguments[3]) : 10;
  hanse::io::RealRuntime real({.log_level = hanse::LogLevel::warning});
  for (int round = 0; round < rounds; ++round) hanse::bench::run_round(real, arguments[1], time);
  return 0;
}
