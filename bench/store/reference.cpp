#include "bench/store/reference.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

namespace hanse::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Those of src/store/sqlite_file.cpp.
constexpr const char* kSettings =
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "PRAGMA wal_autocheckpoint=4096;"
    "CREATE TABLE entries(key BLOB NOT NULL UNIQUE, value BLOB NOT NULL) STRICT;";
constexpr const char* kPut =
    "INSERT INTO entries VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value=excluded.value";

// Calls `write` with 0, 1, … until the time is over.
template <class Write>
double rate_of(Duration time, Write write) {
  const SteadyClock::time_point begin = SteadyClock::now();
  std::size_t count = 0;
  Duration passed{};
  while (passed < time) {
    write(count++);
    passed = SteadyClock::now() - begin;
  }
  return static_cast<double>(count) / passed.count();
}

void require(bool good, sqlite3* database) {
  if (!good) give_up(fmt::format("sqlite: {}", sqlite3_errmsg(database)));
}

}  // namespace

void give_up(const std::string& reason) {
  fmt::print(stderr, "bench_store: {}\n", reason);
  std::exit(1);
}

double fdatasync_rate(const std::string& path, Duration time) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) give_up(fmt::format("{}: {}", path, std::strerror(errno)));
  const std::string value(kValueBytes, 'x');
  const double rate = rate_of(time, [&](std::size_t) {
    const bool written = write(file, value.data(), value.size()) == static_cast<ssize_t>(value.size());
    if (!written || fdatasync(file) != 0) give_up(fmt::format("{}: {}", path, std::strerror(errno)));
  });
  close(file);
  return rate;
}

double sqlite_rate(const std::string& path, Duration time) {
  sqlite3* database = nullptr;
  sqlite3_stmt* put = nullptr;
  require(sqlite3_open(path.c_str(), &database) == SQLITE_OK, database);
  require(sqlite3_exec(database, kSettings, nullptr, nullptr, nullptr) == SQLITE_OK, database);
  require(sqlite3_prepare_v2(database, kPut, -1, &put, nullptr) == SQLITE_OK, database);
  std::string value(kValueBytes, 'x');
  const double rate = rate_of(time, [&](std::size_t number) {
    const std::string key = fmt::format("entries/{}", number % kKeys);
    // SQLite writes nothing, and syncs nothing, when a row gets the value that it has.
    std::memcpy(value.data(), &number, sizeof(number));
    sqlite3_bind_blob(put, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    sqlite3_bind_blob(put, 2, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
    require(sqlite3_step(put) == SQLITE_DONE, database);
    sqlite3_reset(put);
  });
  sqlite3_finalize(put);
  sqlite3_close(database);
  return rate;
}

}  // namespace hanse::bench
