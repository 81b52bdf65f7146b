#include "store/chunk_file.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <system_error>

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
  HANSE_TRY(SqliteStatement put, database_->prepare("INSERT INTO chunks VALUES(?1, ?2, ?3, ?4)"));
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

// Those that are new, in as few pieces as the end of the file allows.
Status ChunkFile::write_now(const std::vector<StoredChunk>& chunks, std::uint64_t day, PageCache cache) {
  std::vector<const StoredChunk*> piece;
  std::set<codec::ChunkDigest> taken;
  std::uint64_t place = head_;
  for (const StoredChunk& chunk : chunks) {
    const std::uint64_t size = slots_bytes(chunk.frame.size());
    if (size > frames_limit_) continue;
    HANSE_TRY(const bool known, has(chunk.digest));
    if (known || !taken.insert(chunk.digest).second) continue;
    if (head_ + size > frames_limit_) {
      HANSE_CHECK(write_piece(piece, place, day, cache));
      piece.clear();
      place = 0;
      head_ = 0;
    }
    piece.push_back(&chunk);
    head_ += size;
  }
  HANSE_CHECK(write_piece(piece, place, day, cache));
  statements_->note_head.bind_number(1, head_);
  return statements_->note_head.run();
}

Status ChunkFile::write_piece(const std::vector<const StoredChunk*>& chunks, std::uint64_t place,
                              std::uint64_t day, PageCache cache) {
  if (chunks.empty()) return {};
  std::vector<std::string_view> frames;
  std::uint64_t end = place;
  for (const StoredChunk* const chunk : chunks) {
    frames.push_back(chunk->frame);
    end += slots_bytes(chunk->frame.size());
  }
  SqliteStatement& remove = statements_->remove_between;
  remove.bind_number(1, place);
  remove.bind_number(2, end);
  remove.bind_number(3, slots_bytes(codec::compressed_bound(codec::kChunkBytes)));
  HANSE_CHECK(remove.run());
  HANSE_CHECK(frames_.write(place, frames, cache));
  for (const StoredChunk* const chunk : chunks) {
    SqliteStatement& put = statements_->put;
    put.bind_number(1, place);
    put.bind_number(2, chunk->frame.size());
    put.bind_bytes(3, codec::bytes_of(chunk->digest));
    put.bind_number(4, day);
    HANSE_CHECK(put.run());
    place += slots_bytes(chunk->frame.size());
  }
  return {};
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
