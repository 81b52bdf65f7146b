// The disk format under reopening, damage, other programs and a disk that is full or fails.
#include "store/sqlite_journal.h"

#include <csignal>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <sys/resource.h>

#include "store/checksum.h"
#include "store/sqlite_database.h"
#include "tests/support/store_fixture.h"

namespace hanse::store {
namespace {

using namespace test_support;

struct SqliteJournalFixture {
  TemporaryFolder folder;
  test::ManualLoop loop;
  std::string path = folder.file("store");

  Result<std::unique_ptr<Store>> open(Bytes size_limit = kMaxSqliteFileBytes) {
    auto journal =
        std::make_unique<SqliteJournal>(loop, loop, SqliteOptions{.path = path, .size_limit = size_limit});
    return run(loop, open_journaled(loop, std::move(journal), silent_logger()));
  }
  std::unique_ptr<Store> must_open(Bytes size_limit = kMaxSqliteFileBytes) {
    auto opened = open(size_limit);
    REQUIRE(opened.has_value());
    return std::move(*opened);
  }
  // As another program would.
  void execute(const std::string& statements) {
    auto database = SqliteDatabase::open(path);
    REQUIRE(database.has_value());
    REQUIRE((*database)->execute(statements).has_value());
  }
  Error open_error() {
    auto opened = open();
    REQUIRE_FALSE(opened.has_value());
    return opened.error();
  }
};

// Makes writes beyond a file size fail in this process, as a broken disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    previous_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &previous_);
    const rlimit limited{bytes, previous_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &previous_);
    std::signal(SIGXFSZ, previous_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit previous_{};
  void (*previous_handler_)(int) = nullptr;
};

TEST_CASE("a reopened store is the same") {
  SqliteJournalFixture fixture;
  const std::string binary("\0\xff\n", 3);
  Page before;
  {
    auto store = fixture.must_open();
    REQUIRE(run(fixture.loop, store->transact({.writes = {{"a", "1"}, {"b", binary}, {binary, ""}}})));
    REQUIRE(run(fixture.loop, store->transact(put("a", "2"))));
    REQUIRE(run(fixture.loop, store->transact(remove("b"))));
    before = store->list("", "", 10);
  }
  auto store = fixture.must_open();
  CHECK(store->list("", "", 10).entries == before.entries);
  CHECK(store->get("a") == Entry{"a", "2", 2, 1});
  CHECK(store->get(binary) == Entry{binary, "", 1, 1});
  CHECK(store->revision() == 3);
  CHECK(run(fixture.loop, store->transact(put("c", ""))) == Result<Revision>(4));
}

TEST_CASE("the file is readable by its owner alone") {
  SqliteJournalFixture fixture;
  auto store = fixture.must_open();
  REQUIRE(run(fixture.loop, store->transact(put("a", "secret"))));
  using std::filesystem::perms;
  for (const auto& file : {fixture.path, fixture.path + "-wal"}) {
    const perms mode = std::filesystem::status(file).permissions();
    CHECK((mode & (perms::group_all | perms::others_all)) == perms::none);
  }
}

TEST_CASE("a value, key or revision that was altered on disk is found and its key named") {
  SqliteJournalFixture fixture;
  {
    REQUIRE(run(fixture.loop, fixture.must_open()->transact({.writes = {{"good", "1"}, {"bad", "12345"}}})));
  }
  SUBCASE("value") {
    fixture.execute("UPDATE entries SET value=CAST('12346' AS BLOB) WHERE value=CAST('12345' AS BLOB)");
  }
  SUBCASE("revision") {
    fixture.execute("UPDATE entries SET revision=0 WHERE key=CAST('bad' AS BLOB)");
  }
  SUBCASE("created") {
    fixture.execute("UPDATE entries SET created=0 WHERE key=CAST('bad' AS BLOB)");
  }
  SUBCASE("checksum") {
    fixture.execute("UPDATE entries SET checksum=checksum+1 WHERE key=CAST('bad' AS BLOB)");
  }
  const Error error = fixture.open_error();
  CHECK(error.code == Code::data_loss);
  CHECK(error.message.find("'bad'") != std::string::npos);
}

TEST_CASE("a flipped bit in the file is found") {
  SqliteJournalFixture fixture;
  const std::string value(100, 'v');
  {
    REQUIRE(run(fixture.loop, fixture.must_open()->transact(put("bad", value))));
  }
  std::fstream file(fixture.path, std::ios::in | std::ios::out | std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), {});
  const std::size_t at = content.find(value);
  REQUIRE(at != std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(at + 50));
  file.put('w');
  file.close();
  const Error error = fixture.open_error();
  CHECK(error.code == Code::data_loss);
  CHECK(error.message.find("'bad'") != std::string::npos);
}

TEST_CASE("what is no store of ours is refused and left as it is") {
  SqliteJournalFixture fixture;
  SUBCASE("not a database") {
    std::ofstream(fixture.path) << std::string(5000, 'x');
    CHECK(fixture.open_error().code == Code::data_loss);
    CHECK(std::filesystem::file_size(fixture.path) == 5000);
  }
  SUBCASE("another program's") {
    fixture.execute("CREATE TABLE theirs(x)");
    CHECK(fixture.open_error().code == Code::failed_precondition);
    fixture.execute("SELECT x FROM theirs; CREATE TABLE entries(y)");
  }
  SUBCASE("a newer format") {
    {
      fixture.must_open();
    }
    fixture.execute("PRAGMA user_version=2");
    const Error error = fixture.open_error();
    CHECK(error.code == Code::failed_precondition);
    CHECK(error.message.find("format 2") != std::string::npos);
  }
  SUBCASE("a folder that does not exist") {
    fixture.path = fixture.folder.file("missing/store");
    CHECK(fixture.open_error().code == Code::unavailable);
  }
}

TEST_CASE("a store can be open once at a time") {
  SqliteJournalFixture fixture;
  auto store = fixture.must_open();
  const Error error = fixture.open_error();
  CHECK(error.code == Code::failed_precondition);
  CHECK(error.message.find("another process") != std::string::npos);
  CHECK(run(fixture.loop, store->transact(put("a", "1"))));
  store.reset();
  CHECK(fixture.must_open()->get("a").has_value());
}

TEST_CASE("a full disk refuses a transaction whole, and what fits is still taken") {
  SqliteJournalFixture fixture;
  auto store = fixture.must_open(Bytes{256 << 10});
  REQUIRE(run(fixture.loop, store->transact(put("a", "1"))));
  const auto full =
      run(fixture.loop, store->transact({.writes = {{"a", "2"}, {"b", std::string(400'000, 'b')}}}));
  REQUIRE_FALSE(full.has_value());
  CHECK(full.error().code == Code::resource_exhausted);
  CHECK(store->get("a") == Entry{"a", "1", 1, 1});
  CHECK(run(fixture.loop, store->transact(put("c", "3"))) == Result<Revision>(2));
  store.reset();
  store = fixture.must_open();
  CHECK(keys_of(store->list("", "", 9)) == std::vector<std::string>{"a", "c"});
  CHECK(store->get("a") == Entry{"a", "1", 1, 1});
}

TEST_CASE("after a failing disk nothing is taken until the store is opened again") {
  SqliteJournalFixture fixture;
  auto store = fixture.must_open();
  REQUIRE(run(fixture.loop, store->transact(put("a", "1"))));
  {
    const FileSizeLimit limit(64 << 10);
    const auto failed = run(fixture.loop, store->transact(put("b", std::string(400'000, 'b'))));
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code == Code::unavailable);
  }
  const auto refused = run(fixture.loop, store->transact(put("c", "3")));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("restart") != std::string::npos);
  CHECK(store->get("a").has_value());
  store.reset();
  store = fixture.must_open();
  CHECK(keys_of(store->list("", "", 9)) == std::vector<std::string>{"a"});
  CHECK(run(fixture.loop, store->transact(put("c", "3"))) == Result<Revision>(2));
}

// The disk format of version 1 must not change by accident: stores out there are read by it.
TEST_CASE("the checksum of an entry is what format 1 says") {
  CHECK(checksum_of("instances/acme/web-1", "{}", 7, 3) == 0xd7e8456d);
}

}  // namespace
}  // namespace hanse::store
