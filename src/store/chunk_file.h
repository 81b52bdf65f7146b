// ChunkFile: the chunks of a host in one SQLite file, read and written. Everything here may block.
//
// The file is opened by the first call. It is a cache: one that is damaged, or of another format, is removed
// and begun anew. Commits are not synced: after a crash of the machine the newest chunks may be missing, and
// none is half there. Lifecycle: closed with the object. Thread: any; calls wait for each other. Failure:
// those of SQLite.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "store/chunk_store.h"
#include "store/sqlite_database.h"

namespace hanse::store {

class ChunkFile {
 public:
  // `limit`: what the file may hold.
  ChunkFile(std::string path, Bytes limit) : path_(std::move(path)), limit_(limit) {}

  // The frame of each, in their order. `day`: counted from 1970, for what is to go first.
  Result<std::vector<std::optional<std::string>>> read(const std::vector<codec::ChunkDigest>& digests,
                                                       std::uint64_t day);
  Result<std::vector<bool>> find(const std::vector<codec::ChunkDigest>& digests);
  Status write(const std::vector<StoredChunk>& chunks, std::uint64_t day);
  Status remove(const codec::ChunkDigest& digest);

 private:
  // Prepared once; go before the database.
  struct Statements {
    SqliteStatement find;
    SqliteStatement touch;
    SqliteStatement put;
    SqliteStatement remove;
    SqliteStatement remove_oldest;
  };

  Status open();
  Status try_to_open();
  Status prepare();
  Status in_transaction(const std::function<Status()>& work);
  Result<Bytes> used() const;
  Status make_room();

  std::string path_;
  Bytes limit_;
  std::mutex mutex_;
  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace hanse::store
