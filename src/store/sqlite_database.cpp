#include "store/sqlite_database.h"

#include <filesystem>
#include <sqlite3.h>
#include <system_error>
#include <utility>

namespace hanse::store {

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void SqliteStatement::bind_number(int position, std::uint64_t number) {
  sqlite3_bind_int64(statement_.get(), position, static_cast<sqlite3_int64>(number));
}

void SqliteStatement::bind_bytes(int position, std::string_view bytes) {
  const char* start = bytes.empty() ? "" : bytes.data();  // a null pointer would bind NULL
  sqlite3_bind_blob64(statement_.get(), position, start, bytes.size(), SQLITE_STATIC);
}

Result<bool> SqliteStatement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return fail(database_->error_of(result));
}

Status SqliteStatement::run() {
  const Result<bool> stepped = step();
  reset();
  if (!stepped) return fail(stepped.error());
  return {};
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_.get());
}

std::uint64_t SqliteStatement::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

std::string_view SqliteStatement::bytes(int column) const {
  const auto* start = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return start == nullptr ? std::string_view() : std::string_view(start, size);
}

void SqliteDatabase::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const std::string& path) {
  std::error_code failure;
  const bool is_new = path != ":memory:" && !std::filesystem::exists(path, failure);
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  auto database = std::unique_ptr<SqliteDatabase>(new SqliteDatabase(path, handle));
  if (result != SQLITE_OK) return fail(database->error_of(result));
  if (!is_new) return database;
  // Nothing is written yet, and the write-ahead log will take the mode of the database.
  using std::filesystem::perms;
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write, failure);
  if (failure) {
    return fail(Code::permission_denied, "the store '{}' cannot be made private: {}; check who owns it", path,
                failure.message());
  }
  return database;
}

Status SqliteDatabase::execute(const std::string& statements) {
  const int result = sqlite3_exec(database_.get(), statements.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return fail(error_of(result));
  return {};
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view statement) const {
  sqlite3_stmt* prepared = nullptr;
  const int result = sqlite3_prepare_v2(database_.get(), statement.data(), static_cast<int>(statement.size()),
                                        &prepared, nullptr);
  if (result != SQLITE_OK) return fail(error_of(result));
  return SqliteStatement(*this, prepared);
}

Result<std::string> SqliteDatabase::query_value(std::string_view query) const {
  HANSE_TRY(SqliteStatement statement, prepare(query));
  HANSE_TRY(const bool found, statement.step());
  return found ? std::string(statement.bytes(0)) : std::string();
}

std::uint64_t SqliteDatabase::changes() const {
  return static_cast<std::uint64_t>(sqlite3_changes64(database_.get()));
}

bool SqliteDatabase::in_transaction() const {
  return sqlite3_get_autocommit(database_.get()) == 0;
}

Error SqliteDatabase::error_of(int result) const {
  const char* reason = database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(result);
  switch (result & 0xff) {
    case SQLITE_FULL:
      return {
          Code::resource_exhausted,
          fmt::format("the disk of the store '{}' is full, or its size limit is reached; free some space and "
                      "retry",
                      path_)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Code::failed_precondition,
              fmt::format("the store '{}' is open in another process; stop that process or use another path",
                          path_)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Code::data_loss,
              fmt::format("the store '{}' is damaged ({}); restore it from a backup", path_, reason)};
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return {Code::permission_denied,
              fmt::format("the store '{}' cannot be written ({}); check who owns it", path_, reason)};
    default:
      return {Code::unavailable,
              fmt::format("the store '{}' failed ({}); check the path, the disk and its log", path_, reason)};
  }
}

}  // namespace hanse::store
