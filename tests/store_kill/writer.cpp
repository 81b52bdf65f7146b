// store_kill_writer PATH: opens the store, goes on where its last run was killed, and prints each number
// when its transaction is acknowledged, until it is killed. Writer `w` takes the numbers that leave `w` when
// divided by kWriters.
#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <utility>

#include "base/scope.h"
#include "store/journaled_store.h"
#include "store/sqlite_journal.h"
#include "tests/store_kill/keys.h"
#include "tests/support/manual_loop.h"

namespace hanse::store_kill {
namespace {

// Straight to the pipe: what is printed is what was acknowledged, with no buffer between.
void print(const std::string& line) {
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::exit(1);
}

[[noreturn]] void give_up(const Error& error) {
  fmt::print(stderr, "store_kill_writer: {}\n", error.message);
  std::exit(1);
}

std::uint64_t next_number(const store::Store& store, std::uint64_t writer) {
  const auto last = store.get(last_left_key(writer));
  return last ? std::strtoull(last->value.c_str(), nullptr, 10) + kWriters : kWriters + writer;
}

store::Transaction transaction_of(std::uint64_t number) {
  const std::uint64_t writer = number % kWriters;
  const std::string text = text_of(number);
  store::Transaction transaction{.compares = {{left_key(number), store::kNoRevision}},
                                 .writes = {{left_key(number), text},
                                            {last_left_key(writer), text},
                                            {right_key(number), text},
                                            {last_right_key(writer), text}}};
  if (number > kKeptNumbers) {
    transaction.writes.push_back({left_key(number - kKeptNumbers), std::nullopt});
    transaction.writes.push_back({right_key(number - kKeptNumbers), std::nullopt});
  }
  return transaction;
}

Task<void> write_for_ever(store::Store& store, std::uint64_t writer) {
  for (std::uint64_t number = next_number(store, writer);; number += kWriters) {
    const auto written = co_await store.transact(transaction_of(number));
    if (!written) give_up(written.error());
    print(fmt::format("{}\n", number));
  }
}

Task<void> open_and_write(test::ManualLoop& loop, std::string path, Scope& writers,
                          std::unique_ptr<store::Store>& store) {
  SilentLog log;
  auto journal = std::make_unique<store::SqliteJournal>(loop, loop, store::SqliteOptions{.path = path});
  auto opened = co_await store::open_journaled(loop, std::move(journal), Logger(log, "store"));
  if (!opened) give_up(opened.error());
  store = std::move(*opened);
  print("open\n");
  for (std::uint64_t writer = 0; writer < kWriters; ++writer) {
    if (!writers.spawn(write_for_ever(*store, writer))) std::exit(1);
  }
}

}  // namespace
}  // namespace hanse::store_kill

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: store_kill_writer PATH\n");
    return 2;
  }
  hanse::test::ManualLoop loop;
  std::unique_ptr<hanse::store::Store> store;
  hanse::Scope scope;
  if (!scope.spawn(hanse::store_kill::open_and_write(loop, arguments[1], scope, store))) return 1;
  loop.run();
  return 1;
}
