// SnapshotFile: the snapshots of a host's machines in one SQLite file. A snapshot is a manifest, which says
// for each of its parts which chunk lies where; chunks are kept by digest, each once with the number of
// places that refer to it, and go with the last of these. Everything here may block.
//
// One that is not finished is begun anew; what finish() has been told is on disk when it completes. Nothing
// is ever evicted. Whoever has given up a try may still have work of it under way: what comes from any try
// but the last is refused. Lifecycle: the file is made by the first begin() or set_restored(), and closed
// with the object. Thread: any; calls wait for each other. Failure: those of SQLite; data_loss says that the
// file is damaged, which nothing here mends.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
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

// 16 MiB of chunks: some hundredths of a second on a slow disk.
inline constexpr std::uint64_t kRemovedAtOnce = 256;

class SnapshotFile {
 public:
  // ":memory:" is a file that ends with the object.
  explicit SnapshotFile(std::string path);

  // One that is being written: the uid, and which try it is.
  struct Try {
    std::string uid;
    std::uint64_t number = 0;
  };
  // What an earlier try of the same uid has left goes, unless `keep`.
  Result<Try> begin(const std::string& machine, const std::string& uid,
                    const std::vector<model::SnapshotPart>& parts, bool keep);
  // What is at these places already is replaced. Requires: each frame has been checked against its digest.
  // Errors, as of finish(): aborted for a try that is not the last, or whose snapshot is being removed.
  Status add(const Try& current, std::size_t part, const std::vector<SnapshotPlace>& places);
  Status finish(const Try& current);

  // Nothing of one that is not here, or not finished.
  Result<std::optional<SnapshotSummary>> find(const std::string& uid);
  // Those of a part from `first` on, at most `limit`, in ascending order, without their frames.
  Result<std::vector<SnapshotPlace>> places(const std::string& uid, std::size_t part, std::uint64_t first,
                                            std::size_t limit);
  // The same with frames, empty for zeroes.
  Result<std::vector<SnapshotPlace>> read(const std::string& uid, std::size_t part, std::uint64_t first,
                                          std::size_t limit);

  // Removes at most kRemovedAtOnce places, so that others do not wait for all of them; from the first on the
  // snapshot is not there any more. False: that was the last of it.
  Result<bool> remove_some(const std::string& uid);
  // Also those that are not finished.
  Result<std::vector<std::string>> uids_of(const std::string& machine);
  // What is known of its wishes.
  Status forget_wishes(const std::string& machine);

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
  Status check_try(const Try& current) const;
  Status remove_now(const std::string& uid);
  Result<bool> has_places(const std::string& uid);
  Result<std::vector<SnapshotPlace>> select(std::string_view statement, const std::string& uid,
                                            std::size_t part, std::uint64_t first, std::size_t limit);

  std::string path_;
  std::mutex mutex_;
  std::unique_ptr<SqliteDatabase> database_;
  std::map<std::string, std::uint64_t> tries_;  // by uid, the last of those that are being written
  std::uint64_t last_try_ = 0;
};

}  // namespace hanse::store
