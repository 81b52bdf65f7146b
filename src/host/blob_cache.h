// BlobCache: the BlobSource of a host: files of images, kept by digest and fetched from the zone when
// missing. They are kept within a limit: what no machine of this host uses goes, the longest unused first,
// when there are too many or the disk is short of room. After a restart of the agent, what was not used since
// counts as the longest unused.
//
// One download for each digest at a time; others who want it wait for the same. A download goes on when those
// who wait are gone, so that the next one finds it. Lifecycle: clean_up() first; destroying it ends
// downloads. Thread: the loop. Failure: host/blobs.h; the caller tries again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/scope.h"
#include "host/blobs.h"
#include "http/client.h"
#include "runtime/hashing.h"
#include "runtime/in_progress.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"
#include "store/blob_files.h"

namespace hanse::host {

inline constexpr std::size_t kMaxDownloads = 8;
inline constexpr std::size_t kBlobPiece = std::size_t{1} << 20;  // written to disk at once
// Left free for the disks of the machines that run.
inline constexpr Bytes kSpareSpace{std::int64_t{64} << 20};
inline constexpr Nanos kBlobCacheLook = Seconds{60};

struct BlobCacheOptions {
  std::string folder;
  Bytes limit;
  // Digests that may not go. Errors: then none goes.
  std::function<Result<std::set<std::string>>()> used;
};

class BlobCache final : public BlobSource {
 public:
  BlobCache(Runtime& runtime, Hashing& hashing, http::Client& zone, BlobCacheOptions options);

  Task<Status> clean_up() { return blobs_.clean_up(); }
  // Requires: from before it is asked, and as long as it needs the blob, the caller's machine is among those
  // that options.used tells of.
  Task<Status> ensure(model::Blob blob) override;
  // Looks now and then, for ever.
  Task<void> keep_within_limit();

 private:
  struct Download {
    explicit Download(Scheduler& scheduler) : changed(scheduler) {}
    Signal changed;
    bool done = false;
    Status result;
  };

  Task<Status> wait_for(std::shared_ptr<Download> download);
  Task<void> run(model::Blob blob, std::shared_ptr<Download> download);
  Task<Status> fetch(model::Blob blob);
  Task<Status> check_space(model::Blob blob);
  Task<Status> make_room(Bytes wanted);
  Task<Result<Bytes>> excess(Bytes wanted);
  Task<Result<std::vector<std::string>>> longest_unused_first();
  Task<Status> receive(model::Blob blob, store::BlobFiles::Incoming& incoming);

  Runtime& runtime_;
  Logger log_;
  http::Client& zone_;
  BlobCacheOptions options_;
  store::BlobFiles blobs_;
  KeysInProgress removing_;                        // by digest
  std::map<std::string, MonotonicTime> last_use_;  // by digest, of those that are here
  // shared_ptr: the download and each who waits for it may be the last to go.
  std::map<std::string, std::shared_ptr<Download>> downloads_;  // by digest
  Scope running_;
};

}  // namespace hanse::host
