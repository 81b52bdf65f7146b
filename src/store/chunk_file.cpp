#include "store/chunk_file.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace hanse::store {
namespace {

constexpr int kChunkFormat = 2;
constexpr int kChunkCacheKib = 512;  // an agent has few moves and little memory
// The part of the bound that is the index': it takes some 150 bytes for each chunk, which has a slot at
// least.
constexpr std::uint64_t kIndexPart = 16;

constexpr const char* kChunkSchema =
    "CREATE TABLE chunks(place INTEGER PRIMARY KEY, size INTEGER NOT NULL, digest BLOB NOT NULL UNIQUE,"
    " day INTEGER NOT NULL) STRICT;"
    "CREATE TABLE head(place INTEGER NOT NULL) STRICT; INSERT INTO head VALUES(0);";

std::string frames_path(const std::string& path) {
  return path + ".frames";
}

void remove_chunk_files(const std::string& path) {
  for (const std::string& file : {path, path + "-wal", path + "-shm", frames_path(path)}) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }
}

}  // namespace

ChunkFile::ChunkFile(std::string path, Bytes limit)
    : path_(std::move(path)), frames_limit_(static_cast<std::uint64_t>(limit.value)) {
  frames_limit_ -= frames_limit_ / kIndexPart;
  frames_limit_ -= frames_limit_ % kFrameSlot;
}

Status ChunkFile::settle(Status status) {
  if (status || status.error().code != Code::data_loss) return status;
  statements_.reset();
  database_.reset();
  frames_.close();
  remove_chunk_files(path_);
  return status;
}

Status ChunkFile::open() {
  if (database_) return {};
  const Status opened = settle(try_to_open());
  if (opened || opened.error().code != Code::data_loss) return opened;
  return try_to_open();
}

Status ChunkFile::try_to_open() {
  HANSE_TRY(std::unique_ptr<SqliteDatabase> database, SqliteDatabase::open(path_));
  HANSE_CHECK(database->execute(
      fmt::format("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
                  "PRAGMA cache_size=-{};",
                  kChunkCacheKib)));
  HANSE_TRY(const std::string version, database->query_value("PRAGMA user_version"));
  if (version == "0") {
    HANSE_CHECK(database->execute(
        fmt::format("BEGIN IMMEDIATE; {} PRAGMA user_version={}; COMMIT;", kChunkSchema, kChunkFormat)));
  } else if (std::atoi(version.c_str()) != kChunkFormat) {
    return fail(Code::data_loss, "the chunk store '{}' has format {}", path_, version);
  }
  HANSE_TRY(const std::string head, database->query_value("SELECT place FROM head"));
  head_ = std::strtoull(head.c_str(), nullptr, 10);
  HANSE_CHECK(frames_.open(frames_path(path_), frames_limit_));
  database_ = std::move(database);
  const Status prepared = prepare();
  if (!prepared) database_.reset();
  return prepared;
}

Status ChunkFile::prepare() {
  // The bound may have been larger.
  HANSE_CHECK(database_->execute(fmt::format("DELETE FROM chunks WHERE place + size > {}", frames_limit_)));
  HANSE_TRY(SqliteStatement find, database_->prepare("SELECT place, size, day FROM chunks WHERE digest=?1"));
  HANSE_TRY(SqliteStatement put,
            database_->prepare("INSERT INTO chunks VALUES(?1, ?2, ?3, ?4) ON CONFLICT(digest) DO NOTHING"));
  HANSE_TRY(SqliteStatement remove, database_->prepare("DELETE FROM chunks WHERE digest=?1"));
  // ?3: no frame is longer, so that none before it reaches so far.
  HANSE_TRY(
      SqliteStatement remove_between,
      database_->prepare("DELETE FROM chunks WHERE place > ?1 - ?3 AND place < ?2 AND place + size > ?1"));
  HANSE_TRY(SqliteStatement note_head, database_->prepare("UPDATE head SET place=?1"));
  statements_ = std::make_unique<Statements>(std::move(find), std::move(put), std::move(remove),
                                             std::move(remove_between), std::move(note_head));
  return {};
}

Status ChunkFile::in_transaction(const std::function<Status()>& work) {
  const std::uint64_t head = head_;
  HANSE_CHECK(database_->execute("BEGIN IMMEDIATE"));
  Status done = work();
  if (done) done = database_->execute("COMMIT");
  if (done) return done;
  head_ = head;
  if (database_->in_transaction()) (void)database_->execute("ROLLBACK");
  return done;
}

Result<std::vector<bool>> ChunkFile::find(const std::vector<codec::ChunkDigest>& digests) {
  const std::lock_guard lock(mutex_);
  HANSE_CHECK(open());
  std::vector<bool> found;
  for (const codec::ChunkDigest& digest : digests) {
    const Result<bool> here = has(digest);
    if (!here) {
      static_cast<void>(settle(fail(here.error())));
      return fail(here.error());
    }
    found.push_back(*here);
  }
  return found;
}

Result<std::vector<std::optional<std::string>>> ChunkFile::read(
    const std::vector<codec::ChunkDigest>& digests, std::uint64_t day) {
  const std::lock_guard lock(mutex_);
  HANSE_CHECK(open());
  auto found = read_now(digests, day);
  if (!found) static_cast<void>(settle(fail(found.error())));
  return found;
}

Result<std::vector<std::optional<std::string>>> ChunkFile::read_now(
    const std::vector<codec::ChunkDigest>& digests, std::uint64_t day) {
  std::vector<std::optional<std::string>> found;
  std::vector<StoredChunk> older;
  for (const codec::ChunkDigest& digest : digests) {
    SqliteStatement& find = statements_->find;
    find.bind_bytes(1, codec::bytes_of(digest));
    const Result<bool> row = find.step();
    const bool here = row && *row;
    const std::uint64_t place = here ? find.number(0) : 0;
    const std::uint64_t size = here ? find.number(1) : 0;
    const bool is_older = here && find.number(2) < day;
    find.reset();
    if (!row) return fail(row.error());
    found.emplace_back();
    if (!here) continue;
    auto frame = frames_.read(place, size);
    if (frame) {
      if (is_older) older.push_back({digest, *frame});
      found.back() = std::move(*frame);
    } else if (frame.error().code == Code::data_loss) {
      HANSE_CHECK(remove_now(digest));  // the index alone is on disk since a crash
    } else {
      return fail(frame.error());
    }
  }
  if (older.empty()) return found;
  HANSE_CHECK(in_transaction([&]() -> Status {
    for (const StoredChunk& chunk : older) HANSE_CHECK(remove_now(chunk.digest));
    return write_now(older, day, PageCache::used);  // they were just read into it
  }));
  return found;
}

Status ChunkFile::write(const std::vector<StoredChunk>& chunks, std::uint64_t day, PageCache cache) {
  const std::lock_guard lock(mutex_);
  HANSE_CHECK(open());
  return settle(in_transaction([&] { return write_now(chunks, day, cache); }));
}

Result<bool> ChunkFile::has(const codec::ChunkDigest& digest) {
  statements_->find.bind_bytes(1, codec::bytes_of(digest));
  Result<bool> row = statements_->find.step();
  statements_->find.reset();
  return row;
}

// Those that are new, in as few pieces as the end of the file allows. The index says which are when it is
// told of them: asking it before would cost as much again.
Status ChunkFile::write_now(const std::vector<StoredChunk>& chunks, std::uint64_t day, PageCache cache) {
  std::uint64_t rest = 0;
  for (const StoredChunk& chunk : chunks) rest += slots_bytes(chunk.frame.size());
  std::vector<std::string_view> piece;
  std::uint64_t place = head_;
  std::uint64_t cleared = head_;
  for (const StoredChunk& chunk : chunks) {
    const std::uint64_t size = slots_bytes(chunk.frame.size());
    const std::uint64_t coming = rest;  // with this one
    rest -= size;
    if (size > frames_limit_) continue;
    if (head_ + size > frames_limit_) {
      // One that is here already is no reason to begin anew.
      HANSE_TRY(const bool known, has(chunk.digest));
      if (known) continue;
      HANSE_CHECK(frames_.write(place, std::exchange(piece, {}), cache));
      place = 0;
      head_ = 0;
      cleared = 0;
    }
    if (head_ + size > cleared) {
      cleared = std::min(head_ + coming, frames_limit_);
      HANSE_CHECK(clear(head_, cleared));
    }
    HANSE_TRY(const bool is_new, note(chunk, day));
    if (!is_new) continue;
    piece.push_back(chunk.frame.view());
    head_ += size;
  }
  HANSE_CHECK(frames_.write(place, piece, cache));
  statements_->note_head.bind_number(1, head_);
  return statements_->note_head.run();
}

// No chunk lies there any more.
Status ChunkFile::clear(std::uint64_t begin, std::uint64_t end) {
  SqliteStatement& remove = statements_->remove_between;
  remove.bind_number(1, begin);
  remove.bind_number(2, end);
  remove.bind_number(3, slots_bytes(codec::compressed_bound(codec::kChunkBytes)));
  return remove.run();
}

// That it lies at the head; false when it lies elsewhere.
Result<bool> ChunkFile::note(const StoredChunk& chunk, std::uint64_t day) {
  SqliteStatement& put = statements_->put;
  put.bind_number(1, head_);
  put.bind_number(2, chunk.frame.size());
  put.bind_bytes(3, codec::bytes_of(chunk.digest));
  put.bind_number(4, day);
  HANSE_CHECK(put.run());
  return database_->changes() > 0;
}

Status ChunkFile::remove_now(const codec::ChunkDigest& digest) {
  statements_->remove.bind_bytes(1, codec::bytes_of(digest));
  return statements_->remove.run();
}

Status ChunkFile::remove(const codec::ChunkDigest& digest) {
  const std::lock_guard lock(mutex_);
  HANSE_CHECK(open());
  return settle(remove_now(digest));
}

}  // namespace hanse::store
