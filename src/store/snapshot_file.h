// SnapshotFile: the snapshots of a host's machines in one SQLite file. A snapshot is a manifest, which says
// for each of its parts which chunk lies where; chunks are kept by digest, each once with the number of
// places that refer to it, and go with the last of these. Everything here may block.
//
// One that is not finished is begun anew; what finish() has been told is on disk when it completes. Nothing
// is ever evicted. Lifecycle: the file is made by the first begin() or set_restored(), and closed with the
// object. Thread: any; calls wait for each other. Failure: those of SQLite; data_loss says that the file is
// damaged, which nothing here mends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "codec/chunk.h"
#include "model/snapshot.h"
#include "store/sqlite_database.h"

namespace hanse::store {

// Where a chunk lies in a part.
struct SnapshotPlace {
  std::uint64_t index = 0;
  codec::ChunkDigest digest = codec::kZeroChunk;
  std::string frame;  // zstd; may be empty when the chunk is of zeroes
};

struct SnapshotSummary {
  std::vector<model::SnapshotPart> parts;
  Bytes size;  // of the frames that it refers to
};

class SnapshotFile {
 public:
  // ":memory:" is a file that ends with the object.
  explicit SnapshotFile(std::string path);

  // What an earlier try of the same uid has left goes, unless `keep`.
  Status begin(const std::string& machine, const std::string& uid,
               const std::vector<model::SnapshotPart>& parts, bool keep);
  // What is at these places already is replaced. Requires: each frame has been checked against its digest.
  Status add(const std::string& uid, std::size_t part, const std::vector<SnapshotPlace>& places);
  Status finish(const std::string& uid);

  // Nothing of one that is not here, or not finished.
  Result<std::optional<SnapshotSummary>> find(const std::string& uid);
  // Those of a part from `first` on, at most `limit`, in ascending order, without their frames.
  Result<std::vector<SnapshotPlace>> places(const std::string& uid, std::size_t part, std::uint64_t first,
                                            std::size_t limit);
  // The same with frames, empty for zeroes.
  Result<std::vector<SnapshotPlace>> read(const std::string& uid, std::size_t part, std::uint64_t first,
                                          std::size_t limit);

  Status remove(const std::string& uid);
  // All of a machine, and what is known of its wishes.
  Status remove_machine(const std::string& machine);

  // Of the wishes of a machine to be restored the last that was begun, and the last that was fulfilled;
  // empty: none.
  enum class Mark { begun, done };
  Result<std::string> restored(const std::string& machine, Mark mark);
  Status set_restored(const std::string& machine, Mark mark, const std::string& wish);

 private:
  enum class Missing { make, leave };

  // False when there is no file and none is to be made.
  Result<bool> open(Missing missing);
  Status prepare();
  Status run(std::string_view statement, const std::vector<std::string>& texts);
  Status in_transaction(const std::function<Status()>& work);
  Status remove_now(const std::string& uid);
  Result<std::vector<SnapshotPlace>> select(std::string_view statement, const std::string& uid,
                                            std::size_t part, std::uint64_t first, std::size_t limit);

  std::string path_;
  std::mutex mutex_;
  std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace hanse::store
