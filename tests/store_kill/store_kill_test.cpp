// Kills a real process that writes to a store, at random moments, again and again: whatever it acknowledged
// is there, and no transaction is there in part. HANSE_KILL_SEED replays the moments of a run.
#include <array>
#include <chrono>
#include <cstdlib>
#include <doctest/doctest.h>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <utility>

#include "store/sqlite_journal.h"
#include "tests/store_kill/keys.h"
#include "tests/store_kill/writer_process.h"
#include "tests/support/store_fixture.h"

namespace hanse::store_kill {
namespace {

using std::chrono::microseconds;
using store::test_support::run;

constexpr int kRounds = 20;
constexpr int kRoundsAtStart = 4;  // of each so many rounds one is killed while it opens the store
constexpr microseconds kMaxLife{250'000};
constexpr microseconds kMaxStart{60'000};

unsigned seed_of_run() {
  const char* given = std::getenv("HANSE_KILL_SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device()();
}

// The highest number of each writer that it acknowledged or that was found on disk, and how many were
// acknowledged.
struct Known {
  std::array<std::uint64_t, kWriters> last{};
  std::uint64_t acknowledged = 0;

  void add(const std::string& output) {
    std::istringstream lines(output.substr(0, output.rfind('\n') + 1));
    for (std::string line; std::getline(lines, line);) {
      if (line == "open") continue;
      const std::uint64_t number = std::stoull(line);
      last[number % kWriters] = number;
      ++acknowledged;
    }
  }
};

std::unique_ptr<store::Store> open(test::ManualLoop& loop, const std::string& path) {
  auto journal = std::make_unique<store::SqliteJournal>(loop, loop, store::SqliteOptions{.path = path});
  auto opened =
      run(loop, store::open_journaled(loop, std::move(journal), store::test_support::silent_logger()));
  REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
  return std::move(*opened);
}

std::string value_at(const store::Store& store, const std::string& key) {
  const auto entry = store.get(key);
  return entry ? entry->value : std::string("(missing)");
}

// A writer's numbers are there without a gap from the oldest kept one to its last, which is the last known
// one or the one that was being written when it was killed. Gives the number of pairs; updates `known`.
std::size_t check_writer(const store::Store& store, std::uint64_t writer, std::uint64_t& known) {
  const std::string last_text = value_at(store, last_left_key(writer));
  CHECK(value_at(store, last_right_key(writer)) == last_text);
  const std::uint64_t last = std::strtoull(last_text.c_str(), nullptr, 10);
  CHECK(last >= known);
  CHECK(last <= (known == 0 ? writer : known) + kWriters);
  known = last;
  std::size_t found = 0;
  for (std::uint64_t number = last; number >= kWriters && number + kKeptNumbers > last; number -= kWriters) {
    CHECK(value_at(store, left_key(number)) == text_of(number));
    CHECK(value_at(store, right_key(number)) == text_of(number));
    ++found;
  }
  return found;
}

void check(const store::Store& store, Known& known) {
  std::size_t found = 0;
  for (std::uint64_t writer = 0; writer < kWriters; ++writer)
    found += check_writer(store, writer, known.last[writer]);
  // Nothing else is there: no half of a removed pair, nothing beyond the last.
  CHECK(store.list("left/", "", store::kMaxPageEntries).entries.size() == found);
  CHECK(store.list("right/", "", store::kMaxPageEntries).entries.size() == found);
}

void run_round(int round, std::mt19937& random, const std::string& path, Known& known) {
  WriterProcess writer(path);
  if (round % kRoundsAtStart == 0) {
    writer.read_for(microseconds(random() % kMaxStart.count()));
  } else {
    writer.read_until_open();
    writer.read_for(microseconds(random() % kMaxLife.count()));
  }
  writer.kill();
  known.add(writer.output());
  test::ManualLoop loop;
  check(*open(loop, path), known);
}

TEST_CASE("a store that is killed at any moment keeps what it acknowledged, and no half of a transaction") {
  const unsigned seed = seed_of_run();
  MESSAGE("HANSE_KILL_SEED=" << seed);
  std::mt19937 random(seed);
  const store::test_support::TemporaryFolder folder;
  Known known;
  for (int round = 1; round <= kRounds; ++round) {
    CAPTURE(round);
    run_round(round, random, folder.file("store"), known);
  }
  MESSAGE(known.acknowledged << " acknowledged transactions in " << kRounds << " rounds");
  CHECK(known.acknowledged > 0);
}

}  // namespace
}  // namespace hanse::store_kill
