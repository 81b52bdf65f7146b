#include "store/sqlite_file.h"

#include <cstdlib>
#include <utility>

#include "store/checksum.h"

namespace hanse::store {
namespace {

constexpr int kApplicationId = 0x48414e53;  // "HANS"
constexpr int kPageBytes = 4096;
// How long another process, which may be on its way out, can keep the file from us.
constexpr int kBusyMillis = 200;
// The log is written back into the database when it has this many pages (16 MiB), inside the commit that
// reaches it, and when the store is closed; after that it is cut to the size limit.
constexpr int kCheckpointPages = 4096;
constexpr int kKeptLogBytes = 64 << 20;

constexpr const char* kSchema =
    "CREATE TABLE entries(key BLOB NOT NULL UNIQUE, value BLOB NOT NULL, revision INTEGER NOT NULL,"
    " created INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT;"
    "CREATE TABLE state(name TEXT NOT NULL PRIMARY KEY, number INTEGER NOT NULL) STRICT;"
    "INSERT INTO state VALUES('revision', 0);";

}  // namespace

Result<JournalImage> SqliteFile::load() {
  HANSE_TRY(database_, SqliteDatabase::open(options_.path));
  HANSE_CHECK(lock());
  HANSE_TRY(const bool is_new, identify());
  HANSE_CHECK(configure());
  if (is_new) HANSE_CHECK(create());
  HANSE_CHECK(prepare());
  return read_all();
}

// The exclusive locking mode keeps the lock of this first transaction until the file is closed, and the
// index of the log in our own memory instead of in a shared file.
Status SqliteFile::lock() {
  return database_->execute(
      fmt::format("PRAGMA busy_timeout={}; PRAGMA locking_mode=EXCLUSIVE;"
                  "BEGIN EXCLUSIVE; COMMIT;",
                  kBusyMillis));
}

// True when the file holds nothing yet. Changes nothing: the file may be another program's.
Result<bool> SqliteFile::identify() const {
  HANSE_TRY(const std::string application, database_->query_value("PRAGMA application_id"));
  HANSE_TRY(const std::string version_text, database_->query_value("PRAGMA user_version"));
  HANSE_TRY(const std::string tables, database_->query_value("SELECT count(*) FROM sqlite_master"));
  const int version = std::atoi(version_text.c_str());
  if (tables == "0" && version == 0) return true;
  if (application != std::to_string(kApplicationId)) {
    return fail(Code::failed_precondition,
                "'{}' is a database of another program, not a Hanse store; use another path", options_.path);
  }
  if (version > kSqliteSchemaVersion) {
    return fail(
        Code::failed_precondition,
        "the store '{}' has format {}, this program knows up to {}; use the newer program that wrote it",
        options_.path, version, kSqliteSchemaVersion);
  }
  return false;
}

Status SqliteFile::configure() {
  HANSE_CHECK(database_->execute(fmt::format("PRAGMA page_size={}", kPageBytes)));
  HANSE_TRY(const std::string mode, database_->query_value("PRAGMA journal_mode=WAL"));
  if (mode != "wal") {
    return fail(Code::unavailable,
                "the store '{}' cannot use a write-ahead log on this file system; put it on a local disk",
                options_.path);
  }
  const std::int64_t pages = options_.size_limit.value / kPageBytes;
  return database_->execute(
      fmt::format("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint={};"
                  "PRAGMA journal_size_limit={}; PRAGMA max_page_count={};",
                  kCheckpointPages, kKeptLogBytes, pages));
}

Status SqliteFile::create() {
  return database_->execute(
      fmt::format("BEGIN IMMEDIATE; {} PRAGMA application_id={}; PRAGMA user_version={};"
                  "COMMIT;",
                  kSchema, kApplicationId, kSqliteSchemaVersion));
}

Status SqliteFile::prepare() {
  HANSE_TRY(SqliteStatement put,
            database_->prepare("INSERT INTO entries VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(key) DO UPDATE SET"
                               " value=excluded.value, revision=excluded.revision, created=excluded.created,"
                               " checksum=excluded.checksum"));
  HANSE_TRY(SqliteStatement remove, database_->prepare("DELETE FROM entries WHERE key=?1"));
  HANSE_TRY(SqliteStatement set_revision,
            database_->prepare("UPDATE state SET number=?1 WHERE name='revision'"));
  statements_ = std::make_unique<Statements>(std::move(put), std::move(remove), std::move(set_revision));
  return {};
}

Result<JournalImage> SqliteFile::read_all() const {
  JournalImage image;
  HANSE_TRY(SqliteStatement state, database_->prepare("SELECT number FROM state WHERE name='revision'"));
  HANSE_TRY(const bool found, state.step());
  if (!found)
    return fail(Code::data_loss, "the store '{}' has lost its revision; restore it from a backup",
                options_.path);
  image.revision = state.number(0);
  HANSE_TRY(SqliteStatement rows,
            database_->prepare("SELECT key, value, revision, created, checksum FROM entries"));
  for (;;) {
    HANSE_TRY(const bool more, rows.step());
    if (!more) return image;
    Entry entry{std::string(rows.bytes(0)), std::string(rows.bytes(1)), rows.number(2), rows.number(3)};
    const bool intact =
        checksum_of(entry.key, entry.value, entry.revision, entry.created) == rows.number(4) &&
        entry.revision <= image.revision;
    if (!intact) {
      return fail(Code::data_loss,
                  "the entry '{}' in the store '{}' does not match its checksum; restore the store from a "
                  "backup",
                  entry.key, options_.path);
    }
    image.entries.push_back(std::move(entry));
  }
}

Status SqliteFile::append(const std::vector<JournalRecord>& batch) {
  if (broken_) {
    return fail(Code::unavailable,
                "the store '{}' takes no writes after an earlier failure ({}); restart to recover",
                options_.path, broken_->message);
  }
  Status written = write(batch);
  if (written) return written;
  // Whatever SQLite did not roll back itself. A full disk is found before the last frame of the log is
  // written, so nothing of the batch counts; after any other failure, of a sync for one, it may.
  const bool undone = !database_->in_transaction() || database_->execute("ROLLBACK").has_value();
  if (!undone || written.error().code != Code::resource_exhausted) broken_ = written.error();
  return written;
}

Status SqliteFile::write(const std::vector<JournalRecord>& batch) {
  HANSE_CHECK(database_->execute("BEGIN IMMEDIATE"));
  for (const JournalRecord& record : batch) HANSE_CHECK(write_record(record));
  statements_->set_revision.bind_number(1, batch.back().revision);
  HANSE_CHECK(statements_->set_revision.run());
  return database_->execute("COMMIT");
}

Status SqliteFile::write_record(const JournalRecord& record) {
  for (const JournalWrite& write : record.writes) {
    if (!write.value) {
      statements_->remove.bind_bytes(1, write.key);
      HANSE_CHECK(statements_->remove.run());
      continue;
    }
    SqliteStatement& put = statements_->put;
    put.bind_bytes(1, write.key);
    put.bind_bytes(2, *write.value);
    put.bind_number(3, record.revision);
    put.bind_number(4, write.created);
    put.bind_number(5, checksum_of(write.key, *write.value, record.revision, write.created));
    HANSE_CHECK(put.run());
  }
  return {};
}

}  // namespace hanse::store
