// SqliteDatabase and SqliteStatement: SQLite's C interface with owners and errors as values.
//
// Lifecycle: statements go before their database. Thread: any one at a time; every call may block, so only on
// a blocking executor. Failure: resource_exhausted (disk full), failed_precondition (in use), data_loss,
// permission_denied, unavailable, with the path in the message.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hanse::store {

class SqliteDatabase;

class SqliteStatement {
 public:
  void bind_number(int position, std::uint64_t number);
  // Requires: the bytes live until the statement has run.
  void bind_bytes(int position, std::string_view bytes);

  // True when there is a row to read. Errors: as above.
  Result<bool> step();
  // Runs to the end and makes the statement ready for the next run.
  Status run();
  void reset();

  std::uint64_t number(int column) const;
  // Valid until the next step.
  std::string_view bytes(int column) const;

 private:
  friend class SqliteDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  SqliteStatement(const SqliteDatabase& database, sqlite3_stmt* statement)
      : database_(&database), statement_(statement) {}

  const SqliteDatabase* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class SqliteDatabase {
 public:
  // Creates the file when there is none, readable by its owner alone. ":memory:" is none.
  static Result<std::unique_ptr<SqliteDatabase>> open(const std::string& path);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  Status execute(const std::string& statements);
  Result<SqliteStatement> prepare(std::string_view statement) const;
  // The single value that a query or pragma gives, as text; empty when it gives none.
  Result<std::string> query_value(std::string_view query) const;

  // Rows that the last statement has inserted, changed or removed.
  std::uint64_t changes() const;
  bool in_transaction() const;
  const std::string& path() const { return path_; }
  // What the last failed call was about.
  Error error_of(int result) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  SqliteDatabase(std::string path, sqlite3* database) : path_(std::move(path)), database_(database) {}

  std::string path_;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace hanse::store
