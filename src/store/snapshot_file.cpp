#include "store/snapshot_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace hanse::store {
namespace {

// A chunk of 64 KiB takes few pages, and one that compresses well not much more than it needs.
constexpr const char* kSnapshotSettings =
    "PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA "
    "synchronous=NORMAL;"
    "PRAGMA cache_size=-2048; PRAGMA busy_timeout=2000;";

// The triggers count; whoever writes a place writes its chunk before.
constexpr const char* kSnapshotSchema =
    "CREATE TABLE IF NOT EXISTS snapshots(uid BLOB PRIMARY KEY, machine BLOB NOT NULL, ready INTEGER NOT "
    "NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS parts(uid BLOB, number INTEGER, name BLOB NOT NULL, chunks INTEGER NOT NULL,"
    " PRIMARY KEY(uid, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS places(uid BLOB, part INTEGER, chunk INTEGER, digest BLOB NOT NULL,"
    " PRIMARY KEY(uid, part, chunk)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS chunks(digest BLOB NOT NULL UNIQUE, places INTEGER NOT NULL, frame BLOB NOT "
    "NULL)"
    " STRICT;"
    "CREATE TABLE IF NOT EXISTS restored(machine BLOB, done INTEGER, wish BLOB NOT NULL,"
    " PRIMARY KEY(machine, done)) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER IF NOT EXISTS one_more AFTER INSERT ON places BEGIN"
    " UPDATE chunks SET places = places + 1 WHERE digest = new.digest; END;"
    "CREATE TRIGGER IF NOT EXISTS one_less AFTER DELETE ON places BEGIN"
    " UPDATE chunks SET places = places - 1 WHERE digest = old.digest;"
    " DELETE FROM chunks WHERE digest = old.digest AND places <= 0; END;";

constexpr const char* kSizeOfSnapshot =
    "SELECT COALESCE(SUM(LENGTH(chunks.frame)), 0) FROM places JOIN chunks ON chunks.digest = places.digest"
    " WHERE places.uid = ?1";

constexpr const char* kRemoveSome =
    "DELETE FROM places WHERE uid = ?1 AND (part, chunk) IN"
    " (SELECT part, chunk FROM places WHERE uid = ?1 LIMIT ?2)";

codec::ChunkDigest digest_of_bytes(std::string_view bytes) {
  codec::ChunkDigest digest{};
  if (bytes.size() == digest.size()) std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace

SnapshotFile::SnapshotFile(std::string path) : path_(std::move(path)) {}

Result<bool> SnapshotFile::open(Missing missing) {
  if (database_) return true;
  std::error_code ignored;
  if (missing == Missing::leave && !std::filesystem::exists(path_, ignored)) return false;
  const Status ready = prepare();
  if (ready) return true;
  database_.reset();
  return fail(ready.error());
}

Status SnapshotFile::prepare() {
  HANSE_TRY(database_, SqliteDatabase::open(path_));
  HANSE_CHECK(database_->execute(kSnapshotSettings));
  return database_->execute(kSnapshotSchema);
}

Status SnapshotFile::in_transaction(const std::function<Status()>& work) {
  HANSE_CHECK(database_->execute("BEGIN IMMEDIATE"));
  Status done = work();
  if (done) done = database_->execute("COMMIT");
  if (!done && database_->in_transaction()) static_cast<void>(database_->execute("ROLLBACK"));
  return done;
}

Status SnapshotFile::run(std::string_view text, const std::vector<std::string>& values) {
  HANSE_TRY(SqliteStatement statement, database_->prepare(text));
  for (std::size_t i = 0; i < values.size(); ++i) statement.bind_bytes(static_cast<int>(i) + 1, values[i]);
  return statement.run();
}

Result<SnapshotFile::Try> SnapshotFile::begin(const std::string& machine, const std::string& uid,
                                              const std::vector<model::SnapshotPart>& parts, bool keep) {
  const std::lock_guard guard(mutex_);
  HANSE_CHECK(open(Missing::make));
  HANSE_CHECK(in_transaction([&]() -> Status {
    if (!keep) HANSE_CHECK(remove_now(uid));
    HANSE_CHECK(
        run("INSERT INTO snapshots VALUES(?1, ?2, 0) ON CONFLICT DO UPDATE SET ready = 0", {uid, machine}));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      HANSE_TRY(SqliteStatement insert,
                database_->prepare("INSERT INTO parts VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"));
      insert.bind_bytes(1, uid);
      insert.bind_number(2, i);
      insert.bind_bytes(3, parts[i].name);
      insert.bind_number(4, static_cast<std::uint64_t>(parts[i].chunks));
      HANSE_CHECK(insert.run());
    }
    return {};
  }));
  tries_[uid] = ++last_try_;
  return Try{.uid = uid, .number = last_try_};
}

Status SnapshotFile::check_try(const Try& current) const {
  const auto known = tries_.find(current.uid);
  if (known != tries_.end() && known->second == current.number) return {};
  return fail(Code::aborted, "snapshot {} was begun anew or removed meanwhile", current.uid);
}

Status SnapshotFile::add(const Try& current, std::size_t part, const std::vector<SnapshotPlace>& places) {
  const std::lock_guard guard(mutex_);
  HANSE_CHECK(check_try(current));
  HANSE_CHECK(open(Missing::make));
  const std::string& uid = current.uid;
  return in_transaction([&]() -> Status {
    HANSE_TRY(SqliteStatement keep,
              database_->prepare("INSERT INTO chunks VALUES(?1, 0, ?2) ON CONFLICT DO NOTHING"));
    // What stood there before may be the last that refers to the same chunk.
    HANSE_TRY(SqliteStatement set, database_->prepare("INSERT INTO places VALUES(?1, ?2, ?3, ?4)"));
    HANSE_TRY(SqliteStatement clear,
              database_->prepare("DELETE FROM places WHERE uid = ?1 AND part = ?2 AND chunk = ?3"));
    for (const SnapshotPlace& place : places) {
      const std::string_view digest = codec::bytes_of(place.digest);
      for (SqliteStatement* statement : {&clear, &set}) {
        statement->bind_bytes(1, uid);
        statement->bind_number(2, part);
        statement->bind_number(3, place.index);
      }
      HANSE_CHECK(clear.run());
      if (place.digest != codec::kZeroChunk) {
        keep.bind_bytes(1, digest);
        keep.bind_bytes(2, place.frame);
        HANSE_CHECK(keep.run());
      }
      set.bind_bytes(4, digest);
      HANSE_CHECK(set.run());
    }
    return {};
  });
}

Status SnapshotFile::finish(const Try& current) {
  const std::lock_guard guard(mutex_);
  HANSE_CHECK(check_try(current));
  HANSE_CHECK(open(Missing::make));
  HANSE_CHECK(run("UPDATE snapshots SET ready = 1 WHERE uid = ?1", {current.uid}));
  // The write-ahead log and then the file go to the disk.
  HANSE_CHECK(database_->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  tries_.erase(current.uid);
  return {};
}

Result<std::optional<SnapshotSummary>> SnapshotFile::find(const std::string& uid) {
  const std::lock_guard guard(mutex_);
  HANSE_TRY(const bool here, open(Missing::leave));
  if (!here) return std::optional<SnapshotSummary>();
  HANSE_TRY(SqliteStatement known,
            database_->prepare("SELECT ready FROM snapshots WHERE uid = ?1 AND ready = 1"));
  known.bind_bytes(1, uid);
  HANSE_TRY(const bool ready, known.step());
  if (!ready) return std::optional<SnapshotSummary>();
  SnapshotSummary summary;
  HANSE_TRY(SqliteStatement parts,
            database_->prepare("SELECT name, chunks FROM parts WHERE uid = ?1 ORDER BY number"));
  parts.bind_bytes(1, uid);
  for (;;) {
    HANSE_TRY(const bool more, parts.step());
    if (!more) break;
    summary.parts.push_back({std::string(parts.bytes(0)), static_cast<std::int64_t>(parts.number(1))});
  }
  HANSE_TRY(SqliteStatement size, database_->prepare(kSizeOfSnapshot));
  size.bind_bytes(1, uid);
  HANSE_CHECK(size.step());
  summary.size = Bytes{static_cast<std::int64_t>(size.number(0))};
  return std::optional<SnapshotSummary>(std::move(summary));
}

Result<std::vector<SnapshotPlace>> SnapshotFile::places(const std::string& uid, std::size_t part,
                                                        std::uint64_t first, std::size_t limit) {
  return select(
      "SELECT chunk, digest, x'' FROM places WHERE uid = ?1 AND part = ?2 AND chunk >= ?3 ORDER BY chunk "
      "LIMIT ?4",
      uid, part, first, limit);
}

Result<std::vector<SnapshotPlace>> SnapshotFile::read(const std::string& uid, std::size_t part,
                                                      std::uint64_t first, std::size_t limit) {
  return select(
      "SELECT places.chunk, places.digest, COALESCE(chunks.frame, x'') FROM places LEFT JOIN chunks"
      " ON chunks.digest = places.digest"
      " WHERE uid = ?1 AND part = ?2 AND chunk >= ?3 ORDER BY chunk LIMIT ?4",
      uid, part, first, limit);
}

Result<std::vector<SnapshotPlace>> SnapshotFile::select(std::string_view text, const std::string& uid,
                                                        std::size_t part, std::uint64_t first,
                                                        std::size_t limit) {
  const std::lock_guard guard(mutex_);
  std::vector<SnapshotPlace> found;
  HANSE_TRY(const bool here, open(Missing::leave));
  if (!here) return found;
  HANSE_TRY(SqliteStatement statement, database_->prepare(text));
  statement.bind_bytes(1, uid);
  statement.bind_number(2, part);
  statement.bind_number(3, first);
  statement.bind_number(4, limit);
  for (;;) {
    HANSE_TRY(const bool more, statement.step());
    if (!more) return found;
    found.push_back(
        {statement.number(0), digest_of_bytes(statement.bytes(1)), std::string(statement.bytes(2))});
  }
}

Status SnapshotFile::remove_now(const std::string& uid) {
  HANSE_CHECK(run("DELETE FROM places WHERE uid = ?1", {uid}));
  HANSE_CHECK(run("DELETE FROM parts WHERE uid = ?1", {uid}));
  return run("DELETE FROM snapshots WHERE uid = ?1", {uid});
}

Result<bool> SnapshotFile::has_places(const std::string& uid) {
  HANSE_TRY(SqliteStatement left, database_->prepare("SELECT 1 FROM places WHERE uid = ?1 LIMIT 1"));
  left.bind_bytes(1, uid);
  return left.step();
}

Result<bool> SnapshotFile::remove_some(const std::string& uid) {
  const std::lock_guard guard(mutex_);
  tries_.erase(uid);
  HANSE_TRY(const bool here, open(Missing::leave));
  if (!here) return false;
  bool more = false;
  HANSE_CHECK(in_transaction([&]() -> Status {
    HANSE_CHECK(run("UPDATE snapshots SET ready = 0 WHERE uid = ?1", {uid}));
    HANSE_TRY(SqliteStatement some, database_->prepare(kRemoveSome));
    some.bind_bytes(1, uid);
    some.bind_number(2, kRemovedAtOnce);
    HANSE_CHECK(some.run());
    HANSE_TRY(more, has_places(uid));
    return more ? Status() : remove_now(uid);
  }));
  // What these places had at most, and a bit of what is left from before.
  HANSE_CHECK(database_->execute("PRAGMA incremental_vacuum(4096)"));
  if (!more) HANSE_CHECK(database_->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  return more;
}

Result<std::vector<std::string>> SnapshotFile::uids_of(const std::string& machine) {
  const std::lock_guard guard(mutex_);
  std::vector<std::string> uids;
  HANSE_TRY(const bool here, open(Missing::leave));
  if (!here) return uids;
  HANSE_TRY(SqliteStatement known, database_->prepare("SELECT uid FROM snapshots WHERE machine = ?1"));
  known.bind_bytes(1, machine);
  for (;;) {
    HANSE_TRY(const bool more, known.step());
    if (!more) return uids;
    uids.emplace_back(known.bytes(0));
  }
}

Status SnapshotFile::forget_wishes(const std::string& machine) {
  const std::lock_guard guard(mutex_);
  HANSE_TRY(const bool here, open(Missing::leave));
  if (!here) return {};
  return run("DELETE FROM restored WHERE machine = ?1", {machine});
}

Result<std::string> SnapshotFile::restored(const std::string& machine, Mark mark) {
  const std::lock_guard guard(mutex_);
  HANSE_TRY(const bool here, open(Missing::leave));
  if (!here) return std::string();
  HANSE_TRY(SqliteStatement known,
            database_->prepare("SELECT wish FROM restored WHERE machine = ?1 AND done = ?2"));
  known.bind_bytes(1, machine);
  known.bind_number(2, mark == Mark::done ? 1 : 0);
  HANSE_TRY(const bool found, known.step());
  return found ? std::string(known.bytes(0)) : std::string();
}

Status SnapshotFile::set_restored(const std::string& machine, Mark mark, const std::string& wish) {
  const std::lock_guard guard(mutex_);
  HANSE_CHECK(open(Missing::make));
  {
    HANSE_TRY(SqliteStatement set, database_->prepare("INSERT INTO restored VALUES(?1, ?2, ?3)"
                                                      " ON CONFLICT DO UPDATE SET wish = excluded.wish"));
    set.bind_bytes(1, machine);
    set.bind_number(2, mark == Mark::done ? 1 : 0);
    set.bind_bytes(3, wish);
    HANSE_CHECK(set.run());
  }
  return database_->execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace hanse::store
