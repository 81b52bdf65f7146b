// What every store must do, run against each backend.
#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/memory_journal.h"
#include "store/sqlite_journal.h"
#include "tests/support/store_fixture.h"

namespace hanse::store {
namespace {

using namespace test_support;

struct Memory {
  test::ManualLoop loop;
  std::unique_ptr<Store> store;

  explicit Memory(StoreLimits limits = {}) {
    auto opened = run(loop, open_journaled(loop, std::make_unique<MemoryJournal>(), silent_logger(), limits));
    REQUIRE(opened.has_value());
    store = std::move(*opened);
  }
};

struct Sqlite {
  TemporaryFolder folder;
  test::ManualLoop loop;
  std::unique_ptr<Store> store;

  explicit Sqlite(StoreLimits limits = {}) {
    auto journal = std::make_unique<SqliteJournal>(loop, loop, SqliteOptions{.path = folder.file("store")});
    auto opened = run(loop, open_journaled(loop, std::move(journal), silent_logger(), limits));
    REQUIRE(opened.has_value());
    store = std::move(*opened);
  }
};

TEST_CASE_TEMPLATE("each transaction has the next revision, and an entry keeps the one it was made at",
                   Backend, Memory, Sqlite) {
  Backend backend;
  Store& store = *backend.store;
  CHECK(store.revision() == kNoRevision);
  CHECK(run(backend.loop, store.transact(put("a", "1"))) == Result<Revision>(1));
  CHECK(run(backend.loop, store.transact({.writes = {{"a", "2"}, {"b", ""}}})) == Result<Revision>(2));
  CHECK(store.get("a") == Entry{"a", "2", 2, 1});
  CHECK(store.get("b") == Entry{"b", "", 2, 2});
  CHECK_FALSE(store.get("c").has_value());
  CHECK(run(backend.loop, store.transact(remove("a"))) == Result<Revision>(3));
  CHECK_FALSE(store.get("a").has_value());
  CHECK(run(backend.loop, store.transact(put("a", "3"))) == Result<Revision>(4));
  CHECK(store.get("a") == Entry{"a", "3", 4, 4});
  CHECK(store.revision() == 4);
}

TEST_CASE_TEMPLATE("what changes nothing has no revision of its own", Backend, Memory, Sqlite) {
  Backend backend;
  REQUIRE(run(backend.loop, backend.store->transact(put("a", "1"))));
  CHECK(run(backend.loop, backend.store->transact(remove("missing"))) == Result<Revision>(1));
  CHECK(run(backend.loop, backend.store->transact({.compares = {{"a", 1}}})) == Result<Revision>(1));
  CHECK(backend.store->revision() == 1);
}

TEST_CASE_TEMPLATE("a transaction whose compare fails changes nothing and names the key", Backend, Memory,
                   Sqlite) {
  Backend backend;
  Store& store = *backend.store;
  REQUIRE(run(backend.loop, store.transact(put("a", "1"))));
  for (const Compare& compare : std::vector<Compare>{{"a", 0}, {"a", 7}, {"b", 1}}) {
    const auto refused =
        run(backend.loop, store.transact({.compares = {{"c", 0}, compare}, .writes = {{"d", "x"}}}));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::aborted);
    CHECK(refused.error().message.find("'" + compare.key + "'") != std::string::npos);
  }
  CHECK_FALSE(store.get("d").has_value());
  CHECK(run(backend.loop, store.transact({.compares = {{"a", 1}, {"b", 0}}, .writes = {{"d", "x"}}})));
  CHECK(store.revision() == 2);
}

TEST_CASE_TEMPLATE("compares see the transactions that still wait for the disk", Backend, Memory, Sqlite) {
  Backend backend;
  Store& store = *backend.store;
  Concurrent concurrent(store);
  concurrent.start({.compares = {{"lock", 0}}, .writes = {{"lock", "first"}}});
  concurrent.start({.compares = {{"lock", 0}}, .writes = {{"lock", "second"}}});
  concurrent.start({.compares = {{"lock", 1}}, .writes = {{"lock", std::nullopt}}});
  concurrent.start({.compares = {{"lock", 0}}, .writes = {{"lock", "third"}}});
  CHECK_FALSE(store.get("lock").has_value());
  backend.loop.run();
  CHECK(**concurrent.results[0] == Result<Revision>(1));
  CHECK((*concurrent.results[1])->error().code == Code::aborted);
  CHECK(**concurrent.results[2] == Result<Revision>(2));
  CHECK(**concurrent.results[3] == Result<Revision>(3));
  CHECK(store.get("lock") == Entry{"lock", "third", 3, 3});
}

TEST_CASE_TEMPLATE("a list is sorted by bytes and paged", Backend, Memory, Sqlite) {
  Backend backend;
  Store& store = *backend.store;
  Transaction all;
  const std::string highest = "a/\xff";
  for (const std::string key : {"a", "a/", "a/1", "a/10", "a/2", "a0", "b", "A"})
    all.writes.push_back({key, key});
  all.writes.push_back({highest, "ff"});
  REQUIRE(run(backend.loop, store.transact(all)));

  using Keys = std::vector<std::string>;
  CHECK(keys_of(store.list("a/", "", 100)) == Keys{"a/", "a/1", "a/10", "a/2", highest});
  CHECK(keys_of(store.list("", "", 3)) == Keys{"A", "a", "a/"});
  CHECK(keys_of(store.list("a/1", "", 9)) == Keys{"a/1", "a/10"});
  CHECK(keys_of(store.list(highest, "", 9)) == Keys{highest});
  CHECK(store.list("c", "", 9).entries.empty());
  CHECK(keys_of(store.list("a/", "A", 2)) == Keys{"a/", "a/1"});
  CHECK(store.list("a/", "b", 9).entries.empty());

  const Page first = store.list("a/", "", 2);
  CHECK(first.more);
  const Page second = store.list("a/", first.entries.back().key, 3);
  CHECK(keys_of(second) == Keys{"a/10", "a/2", highest});
  CHECK_FALSE(second.more);
  CHECK(store.list("a/", "", 0).more);
  CHECK(keys_of(store.list("a/", "a/15", 1)) == Keys{"a/2"});
}

TEST_CASE_TEMPLATE("a watch gives whole transactions below its prefix, in order", Backend, Memory, Sqlite) {
  Backend backend;
  Store& store = *backend.store;
  REQUIRE(run(backend.loop, store.transact(put("x/0", "before"))));
  auto watch = store.watch("x/", store.revision());
  REQUIRE(watch.has_value());

  std::optional<Result<std::vector<Change>>> changes;
  Scope scope;
  REQUIRE(scope.spawn(keep_result((*watch)->next(), changes)));
  REQUIRE(run(backend.loop, store.transact(put("y/1", "elsewhere"))));
  CHECK_FALSE(changes.has_value());
  REQUIRE(run(backend.loop, store.transact({.writes = {{"x/1", "1"}, {"y/2", ""}, {"x/0", std::nullopt}}})));
  REQUIRE(changes.has_value());
  CHECK(**changes == std::vector<Change>{{"x/1", "1", 3}, {"x/0", std::nullopt, 3}});

  REQUIRE(run(backend.loop, store.transact(put("x/2", "2"))));
  REQUIRE(run(backend.loop, store.transact(put("x/2", "3"))));
  const auto rest = run(backend.loop, (*watch)->next());
  CHECK(*rest == std::vector<Change>{{"x/2", "2", 4}, {"x/2", "3", 5}});
}

TEST_CASE_TEMPLATE("a watch resumes after the revision it is given", Backend, Memory, Sqlite) {
  Backend backend;
  Store& store = *backend.store;
  for (const std::string key : {"a", "b", "c"}) REQUIRE(run(backend.loop, store.transact(put(key, key))));
  auto watch = store.watch("", 1);
  REQUIRE(watch.has_value());
  CHECK(*run(backend.loop, (*watch)->next()) == std::vector<Change>{{"b", "b", 2}, {"c", "c", 3}});
  const auto future = store.watch("", 4);
  REQUIRE_FALSE(future.has_value());
  CHECK(future.error().code == Code::out_of_range);
}

TEST_CASE_TEMPLATE("a watch gives the keys alone to whoever asks for no more", Backend, Memory, Sqlite) {
  Backend backend;
  Store& store = *backend.store;
  auto watch = store.watch("x/", 0);
  REQUIRE(watch);
  REQUIRE(run(backend.loop, store.transact({.writes = {{"x/1", "1"}, {"y/2", ""}}})));
  REQUIRE(run(backend.loop, store.transact(remove("x/1"))));
  CHECK(*run(backend.loop, (*watch)->next_keys()) == std::vector<std::string>{"x/1", "x/1"});
  REQUIRE(run(backend.loop, store.transact(put("x/3", "3"))));
  CHECK(*run(backend.loop, (*watch)->next()) == std::vector<Change>{{"x/3", "3", 3}});
}

TEST_CASE_TEMPLATE("a watch that falls behind the history is told so, a quick one is not", Backend, Memory,
                   Sqlite) {
  Backend backend(StoreLimits{.history = {.changes = 3}});
  Store& store = *backend.store;
  auto slow = store.watch("", 0);
  for (int i = 1; i <= 3; ++i) REQUIRE(run(backend.loop, store.transact(put("k", std::to_string(i)))));
  auto quick = store.watch("", 1);
  REQUIRE(run(backend.loop, store.transact(put("k", "4"))));

  const auto behind = run(backend.loop, (*slow)->next());
  REQUIRE_FALSE(behind.has_value());
  CHECK(behind.error().code == Code::out_of_range);
  CHECK(run(backend.loop, (*slow)->next()) == behind);
  CHECK(run(backend.loop, (*quick)->next())->size() == 3);
  CHECK(store.watch("", 0).error().code == Code::out_of_range);
}

TEST_CASE_TEMPLATE("what is too large or written twice is refused", Backend, Memory, Sqlite) {
  Backend backend;
  Store& store = *backend.store;
  const auto code_of = [&](Transaction transaction) {
    const auto done = run(backend.loop, store.transact(std::move(transaction)));
    return done ? std::optional<Code>() : done.error().code;
  };
  CHECK(code_of(put(std::string(kMaxKeyBytes + 1, 'k'), "")) == Code::invalid_argument);
  CHECK(code_of(put("", "")) == Code::invalid_argument);
  CHECK(code_of(put("k", std::string(kMaxValueBytes + 1, 'v'))) == Code::invalid_argument);
  CHECK(code_of({.writes = {{"k", "1"}, {"k", "2"}}}) == Code::invalid_argument);
  CHECK(code_of({.compares = {{"k", 0}, {"k", 1}}}) == Code::invalid_argument);
  Transaction many;
  for (std::size_t i = 0; i <= kMaxWritesPerTransaction; ++i) many.writes.push_back({std::to_string(i), ""});
  CHECK(code_of(many) == Code::invalid_argument);
  Transaction heavy;
  for (int i = 0; i < 17; ++i) heavy.writes.push_back({std::to_string(i), std::string(kMaxValueBytes, 'v')});
  CHECK(code_of(heavy) == Code::invalid_argument);
  CHECK(store.revision() == kNoRevision);

  many.writes.pop_back();
  CHECK(code_of(many) == std::nullopt);
  CHECK(code_of(put(std::string(kMaxKeyBytes, 'k'), std::string(kMaxValueBytes, 'v'))) == std::nullopt);
}

TEST_CASE_TEMPLATE("above the limit of pending transactions one is refused, and those accepted go on",
                   Backend, Memory, Sqlite) {
  Backend backend(StoreLimits{.pending_transactions = 2});
  Concurrent concurrent(*backend.store);
  for (const std::string key : {"a", "b", "c"}) concurrent.start(put(key, key));
  backend.loop.run();
  CHECK(**concurrent.results[0] == Result<Revision>(1));
  CHECK(**concurrent.results[1] == Result<Revision>(2));
  CHECK((*concurrent.results[2])->error().code == Code::resource_exhausted);
  CHECK(run(backend.loop, backend.store->transact(put("c", "c"))) == Result<Revision>(3));
}

TEST_CASE_TEMPLATE("above the limit of pending bytes one is refused", Backend, Memory, Sqlite) {
  Backend backend(StoreLimits{.pending_bytes = 10});
  Concurrent concurrent(*backend.store);
  concurrent.start(put("a", "0123456789"));
  concurrent.start(put("b", ""));
  backend.loop.run();
  CHECK(**concurrent.results[0] == Result<Revision>(1));
  CHECK((*concurrent.results[1])->error().code == Code::resource_exhausted);
  CHECK(run(backend.loop, backend.store->transact(put("b", ""))) == Result<Revision>(2));
}

}  // namespace
}  // namespace hanse::store
