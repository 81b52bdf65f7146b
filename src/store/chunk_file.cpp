#include "store/chunk_file.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace hanse::store {
namespace {

constexpr int kChunkFormat = 1;
// Chunks are some ten kilobytes: larger pages, and so fewer of them for each.
constexpr int kChunkPageBytes = 16384;
constexpr int kChunkLogPages = 1024;  // 16 MiB, then the log is written back
constexpr int kChunkCacheKib = 512;   // an agent has few moves and little memory
// How many go at once when room is made, and the part of the bound that is free then.
constexpr std::uint64_t kEvictedAtOnce = 256;
constexpr std::int64_t kFreePart = 20;

constexpr const char* kChunkSchema =
    "CREATE TABLE chunks(digest BLOB NOT NULL UNIQUE, frame BLOB NOT NULL, day INTEGER NOT NULL) STRICT;"
    "CREATE INDEX chunks_by_day ON chunks(day);";

std::string_view key_of_digest(const codec::ChunkDigest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

void remove_chunk_file(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    std::filesystem::remove(path + suffix, ignored);
  }
}

}  // namespace

Status ChunkFile::open() {
  if (database_) return {};
  const Status opened = try_to_open();
  if (opened || opened.error().code != Code::data_loss) return opened;
  statements_.reset();
  database_.reset();
  remove_chunk_file(path_);
  return try_to_open();
}

Status ChunkFile::try_to_open() {
  HANSE_TRY(std::unique_ptr<SqliteDatabase> database, SqliteDatabase::open(path_));
  HANSE_CHECK(
      database->execute(fmt::format("PRAGMA page_size={}; PRAGMA locking_mode=EXCLUSIVE; PRAGMA "
                                    "journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                                    "PRAGMA wal_autocheckpoint={}; PRAGMA cache_size=-{};",
                                    kChunkPageBytes, kChunkLogPages, kChunkCacheKib)));
  HANSE_TRY(const std::string version, database->query_value("PRAGMA user_version"));
  if (version == "0") {
    HANSE_CHECK(database->execute(
        fmt::format("BEGIN IMMEDIATE; {} PRAGMA user_version={}; COMMIT;", kChunkSchema, kChunkFormat)));
  } else if (std::atoi(version.c_str()) != kChunkFormat) {
    return fail(Code::data_loss, "the chunk store '{}' has format {}", path_, version);
  }
  database_ = std::move(database);
  const Status prepared = prepare();
  if (!prepared) database_.reset();
  return prepared;
}

Status ChunkFile::prepare() {
  HANSE_TRY(SqliteStatement find, database_->prepare("SELECT frame, day FROM chunks WHERE digest=?1"));
  HANSE_TRY(SqliteStatement touch, database_->prepare("UPDATE chunks SET day=?2 WHERE digest=?1"));
  HANSE_TRY(SqliteStatement put, database_->prepare("INSERT OR IGNORE INTO chunks VALUES(?1, ?2, ?3)"));
  HANSE_TRY(SqliteStatement remove, database_->prepare("DELETE FROM chunks WHERE digest=?1"));
  HANSE_TRY(SqliteStatement remove_oldest,
            database_->prepare("DELETE FROM chunks WHERE rowid IN"
                               " (SELECT rowid FROM chunks ORDER BY day, rowid LIMIT ?1)"));
  statements_ = std::make_unique<Statements>(std::move(find), std::move(touch), std::move(put),
                                             std::move(remove), std::move(remove_oldest));
  return {};
}

Status ChunkFile::in_transaction(const std::function<Status()>& work) {
  HANSE_CHECK(database_->execute("BEGIN IMMEDIATE"));
  Status done = work();
  if (done) done = database_->execute("COMMIT");
  if (!done && database_->in_transaction()) (void)database_->execute("ROLLBACK");
  return done;
}

Result<std::vector<bool>> ChunkFile::find(const std::vector<codec::ChunkDigest>& digests) {
  const std::lock_guard lock(mutex_);
  HANSE_CHECK(open());
  std::vector<bool> found;
  for (const codec::ChunkDigest& digest : digests) {
    SqliteStatement& find = statements_->find;
    find.bind_bytes(1, key_of_digest(digest));
    const Result<bool> row = find.step();
    find.reset();
    if (!row) return fail(row.error());
    found.push_back(*row);
  }
  return found;
}

Result<std::vector<std::optional<std::string>>> ChunkFile::read(
    const std::vector<codec::ChunkDigest>& digests, std::uint64_t day) {
  const std::lock_guard lock(mutex_);
  HANSE_CHECK(open());
  std::vector<std::optional<std::string>> found;
  std::vector<const codec::ChunkDigest*> older;
  for (const codec::ChunkDigest& digest : digests) {
    SqliteStatement& find = statements_->find;
    find.bind_bytes(1, key_of_digest(digest));
    const Result<bool> row = find.step();
    found.emplace_back();
    if (row && *row) {
      found.back() = std::string(find.bytes(0));
      if (find.number(1) < day) older.push_back(&digest);
    }
    find.reset();
    if (!row) return fail(row.error());
  }
  if (older.empty()) return found;
  HANSE_CHECK(in_transaction([&]() -> Status {
    for (const codec::ChunkDigest* const digest : older) {
      statements_->touch.bind_bytes(1, key_of_digest(*digest));
      statements_->touch.bind_number(2, day);
      HANSE_CHECK(statements_->touch.run());
    }
    return {};
  }));
  return found;
}

Status ChunkFile::write(const std::vector<StoredChunk>& chunks, std::uint64_t day) {
  const std::lock_guard lock(mutex_);
  HANSE_CHECK(open());
  return in_transaction([&]() -> Status {
    for (const StoredChunk& chunk : chunks) {
      SqliteStatement& put = statements_->put;
      put.bind_bytes(1, key_of_digest(chunk.digest));
      put.bind_bytes(2, chunk.frame);
      put.bind_number(3, day);
      HANSE_CHECK(put.run());
    }
    return make_room();
  });
}

Status ChunkFile::remove(const codec::ChunkDigest& digest) {
  const std::lock_guard lock(mutex_);
  HANSE_CHECK(open());
  statements_->remove.bind_bytes(1, key_of_digest(digest));
  return statements_->remove.run();
}

// What was removed is used again, so that the file does not grow beyond the bound.
Result<Bytes> ChunkFile::used() const {
  HANSE_TRY(const std::string pages, database_->query_value("PRAGMA page_count"));
  HANSE_TRY(const std::string free, database_->query_value("PRAGMA freelist_count"));
  return Bytes{(std::atoll(pages.c_str()) - std::atoll(free.c_str())) * kChunkPageBytes};
}

Status ChunkFile::make_room() {
  HANSE_TRY(Bytes now, used());
  if (now <= limit_) return {};
  const Bytes goal{limit_.value - limit_.value / kFreePart};
  while (now > goal) {
    statements_->remove_oldest.bind_number(1, kEvictedAtOnce);
    HANSE_CHECK(statements_->remove_oldest.run());
    const Bytes before = now;
    HANSE_TRY(now, used());
    if (now >= before) break;  // all are gone; what is left is the file's own
  }
  return {};
}

}  // namespace hanse::store
