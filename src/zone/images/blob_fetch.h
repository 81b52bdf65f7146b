// BlobFetch: fetches one file of an image from the zones that have it, by chunks: several at once, each from
// whichever zone is free, and none that this zone has already in another file. What has come stays for the
// next try, also after a restart of the zone.
//
// Nothing that a zone says is believed: a chunk has the digest of the manifest, and the whole the digest of
// the image; a zone that errs is asked no more. Lifecycle: one run(). Thread: the loop. Failure: not_found
// (no zone has the file, or none gives it by chunks), data_loss, resource_exhausted, those of the last zone.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/scope.h"
#include "http/message.h"
#include "runtime/runtime.h"
#include "store/blob_files.h"
#include "zone/images/blob_manifests.h"

namespace hanse::zone {

struct BlobSource {
  std::string zone;
  // A status other than 2xx is no error.
  std::function<Task<Result<http::Response>>(http::Request)> send;
};

// Requests to one zone at once, and zones that are asked at once.
inline constexpr std::size_t kChunksInFlight = 3;
inline constexpr std::size_t kMaxBlobSources = 4;

struct BlobFetchParts {
  Runtime& runtime;
  Hashing& hashing;
  store::BlobFiles& blobs;
  BlobManifests& manifests;
};

class BlobFetch {
 public:
  // `fetched` counts what comes over the wire.
  BlobFetch(BlobFetchParts parts, model::Blob blob, std::vector<BlobSource> sources, Bytes& fetched);

  Task<Status> run();

 private:
  Task<Status> find_manifest();
  Task<Status> list_missing();
  Task<Status> fetch_missing();
  Task<void> work(std::size_t source);
  using Manifests = std::vector<Result<BlobManifest>>;
  Task<Manifests> ask_manifests(std::size_t first, std::size_t count);
  Task<void> ask_into(std::size_t source, Result<BlobManifest>& answer);
  Task<Result<BlobManifest>> ask_manifest(const BlobSource& source);
  Task<Status> fetch_chunk(std::size_t source, std::size_t index);
  Task<Status> assemble();
  Task<Result<std::string>> read_chunk(std::size_t index);
  std::string chunk_path(std::size_t index) const;

  BlobFetchParts parts_;
  Logger log_;
  model::Blob blob_;
  std::vector<BlobSource> sources_;
  Bytes& fetched_;
  std::string folder_;  // of the chunks that have come
  BlobManifest manifest_;
  std::map<std::string, BlobManifests::Place> here_;
  std::deque<std::size_t> missing_;  // one for each digest
  std::set<std::size_t> failed_;     // of the sources, this round
  Error last_{Code::not_found, "no zone has it"};
};

}  // namespace hanse::zone
