// ChunkFile: the chunks of a host in two files, read and written. `path` is an SQLite file which knows where
// in the other, `path`.frames, each lies. Everything here may block.
//
// Frames go one after the other round the second file, so that new ones take the places of the oldest; one
// that is used again on a later day is written anew. The files are opened by the first call. They are a
// cache: what is damaged, or of another format, is removed and begun anew. Nothing is synced: an agent that
// is killed loses nothing that was written, and after a crash of the machine a place may hold something else
// than the index says, which the reader knows by its digest. Lifecycle: closed with the object. Thread: any;
// calls wait for each other. Failure: those of SQLite and of FrameFile.
#pragma once

#include <cstddef>
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
#include "store/frame_file.h"
#include "store/sqlite_database.h"

namespace hanse::store {

class ChunkFile {
 public:
  // `limit`: what both may hold.
  ChunkFile(std::string path, Bytes limit);

  // The frame of each, in their order. `day`: counted from 1970, for what is to go first.
  Result<std::vector<std::optional<std::string>>> read(const std::vector<codec::ChunkDigest>& digests,
                                                       std::uint64_t day);
  Result<std::vector<bool>> find(const std::vector<codec::ChunkDigest>& digests);
  Status write(const std::vector<StoredChunk>& chunks, std::uint64_t day, PageCache cache);
  Status remove(const codec::ChunkDigest& digest);

 private:
  // Prepared once; go before the database.
  struct Statements {
    SqliteStatement find;
    SqliteStatement put;
    SqliteStatement remove;
    SqliteStatement remove_between;
    SqliteStatement note_head;
  };

  Status open();
  Status try_to_open();
  Status prepare();
  // Begins anew next time when that is what it takes.
  Status settle(Status status);
  Status in_transaction(const std::function<Status()>& work);
  Status write_now(const std::vector<StoredChunk>& chunks, std::uint64_t day, PageCache cache);
  Status clear(std::uint64_t begin, std::uint64_t end);
  Result<bool> note(const StoredChunk& chunk, std::uint64_t day);
  Result<std::vector<std::optional<std::string>>> read_now(const std::vector<codec::ChunkDigest>& digests,
                                                           std::uint64_t day);
  Result<bool> has(const codec::ChunkDigest& digest);
  Status remove_now(const codec::ChunkDigest& digest);

  std::string path_;
  std::uint64_t frames_limit_;
  std::mutex mutex_;
  FrameFile frames_;
  std::uint64_t head_ = 0;  // where the next one goes
  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace hanse::store
