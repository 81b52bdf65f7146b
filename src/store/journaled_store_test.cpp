// Group commit and the failing disk, over a journal that the test holds back and breaks.
#include "store/journaled_store.h"

#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

#include "runtime/sleep.h"
#include "tests/support/store_fixture.h"

namespace hanse::store {
namespace {

using namespace test_support;

constexpr Nanos kAppendTime = Millis{10};

// What the test sees and steers; outlives the store.
struct Disk {
  std::vector<std::vector<Revision>> batches;
  int failing_append = 0;  // the how manieth one fails; 0: none
  Error failure{Code::resource_exhausted, "disk full"};
};

class FaultyJournal final : public Journal {
 public:
  FaultyJournal(Scheduler& scheduler, Disk& disk) : scheduler_(scheduler), disk_(disk) {}
  Task<Result<JournalImage>> load() override {
    JournalImage image;
    image.entries = {{"old", "1", 3, 2}};
    image.revision = 5;
    co_return image;
  }
  Task<Status> append(std::vector<JournalRecord> batch) override {
    co_await sleep_for(scheduler_, kAppendTime);
    std::vector<Revision> revisions;
    for (const JournalRecord& record : batch) revisions.push_back(record.revision);
    disk_.batches.push_back(std::move(revisions));
    if (static_cast<int>(disk_.batches.size()) == disk_.failing_append) co_return fail(disk_.failure);
    co_return Status();
  }

 private:
  Scheduler& scheduler_;
  Disk& disk_;
};

struct JournaledStoreFixture {
  test::ManualLoop loop;
  Disk disk;
  std::unique_ptr<Store> store;
  JournaledStoreFixture() {
    auto opened =
        run(loop, open_journaled(loop, std::make_unique<FaultyJournal>(loop, disk), silent_logger()));
    REQUIRE(opened.has_value());
    store = std::move(*opened);
  }
};

TEST_CASE("a store begins with what its journal holds") {
  JournaledStoreFixture fixture;
  CHECK(fixture.store->revision() == 5);
  CHECK(fixture.store->get("old") == Entry{"old", "1", 3, 2});
  CHECK(fixture.store->watch("", 5).has_value());
  CHECK(fixture.store->watch("", 4).error().code == Code::out_of_range);
}

TEST_CASE("nothing is visible, watched or acknowledged before it is durable") {
  JournaledStoreFixture fixture;
  Concurrent concurrent(*fixture.store);
  auto watch = fixture.store->watch("", 5);
  std::optional<Result<std::vector<Change>>> changes;
  Scope scope;
  REQUIRE(scope.spawn(keep_result((*watch)->next(), changes)));
  concurrent.start(put("a", "1"));
  fixture.loop.run(kAppendTime - Nanos{1});
  CHECK_FALSE(fixture.store->get("a").has_value());
  CHECK(fixture.store->revision() == 5);
  CHECK_FALSE(changes.has_value());
  CHECK_FALSE(concurrent.results[0]->has_value());
  fixture.loop.run();
  CHECK(fixture.store->get("a") == Entry{"a", "1", 6, 6});
  CHECK(changes.has_value());
  CHECK(**concurrent.results[0] == Result<Revision>(6));
}

TEST_CASE("transactions that arrive while a batch is written form the next, in order") {
  JournaledStoreFixture fixture;
  Concurrent concurrent(*fixture.store);
  concurrent.start(put("a", "1"));
  concurrent.start(put("b", "1"));
  fixture.loop.run(kAppendTime / 2);
  for (const std::string key : {"c", "a", "d"}) concurrent.start(put(key, "2"));
  fixture.loop.run();
  CHECK(fixture.disk.batches == std::vector<std::vector<Revision>>{{6, 7}, {8, 9, 10}});
  for (std::size_t i = 0; i < 5; ++i) CHECK(**concurrent.results[i] == Result<Revision>(6 + i));
}

TEST_CASE("who loses against a transaction that is not durable yet hears of it when it is") {
  JournaledStoreFixture fixture;
  Concurrent concurrent(*fixture.store);
  concurrent.start({.compares = {{"a", kNoRevision}}, .writes = {{"a", "first"}}});
  concurrent.start({.compares = {{"a", kNoRevision}}, .writes = {{"a", "second"}}});
  fixture.loop.run(kAppendTime - Nanos{1});
  CHECK_FALSE(concurrent.results[1]->has_value());
  fixture.loop.run();
  CHECK((*concurrent.results[1])->error().code == Code::aborted);
  CHECK(fixture.store->get("a") == Entry{"a", "first", 6, 6});
  CHECK(fixture.disk.batches == std::vector<std::vector<Revision>>{{6}});
}

TEST_CASE("a failed append fails its batch and those behind it, and leaves no trace") {
  JournaledStoreFixture fixture;
  fixture.disk.failing_append = 2;
  Store& store = *fixture.store;
  REQUIRE(run(fixture.loop, store.transact(put("a", "kept"))));
  auto watch = store.watch("", store.revision());
  Concurrent concurrent(store);
  concurrent.start({.compares = {{"a", 6}}, .writes = {{"a", "lost"}, {"old", std::nullopt}}});
  fixture.loop.run(kAppendTime / 2);
  concurrent.start({.compares = {{"a", 7}}, .writes = {{"b", "lost"}}});
  fixture.loop.run();
  for (const auto& result : concurrent.results) CHECK((*result)->error() == fixture.disk.failure);
  CHECK(fixture.disk.batches.size() == 2);
  CHECK(store.revision() == 6);
  CHECK(store.get("a") == Entry{"a", "kept", 6, 6});
  CHECK(store.get("old").has_value());

  CHECK(run(fixture.loop, store.transact({.compares = {{"a", 6}, {"b", 0}}, .writes = {{"b", "new"}}})) ==
        Result<Revision>(7));
  CHECK(*run(fixture.loop, (*watch)->next()) == std::vector<Change>{{"b", "new", 7}});
}

TEST_CASE("a caller who leaves does not stop its transaction") {
  JournaledStoreFixture fixture;
  {
    Concurrent leaving(*fixture.store);
    leaving.start(put("a", "1"));
  }
  fixture.loop.run();
  CHECK(fixture.store->get("a").has_value());
}

TEST_CASE("a store that is destroyed while it writes acknowledges nothing") {
  JournaledStoreFixture fixture;
  Concurrent concurrent(*fixture.store);
  concurrent.start(put("a", "1"));
  fixture.loop.run(kAppendTime / 2);
  fixture.store.reset();
  fixture.loop.run();
  CHECK_FALSE(concurrent.results[0]->has_value());
}

}  // namespace
}  // namespace hanse::store
