#include "zone/images/blob_fetch.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <utility>

#include "codec/zstd.h"
#include "runtime/blocking.h"

namespace hanse::zone {
namespace {

std::string blob_target(const model::Blob& blob) {
  return "/providers/hanse.storage/v1/blobs/" + blob.digest;
}

// Errors: data_loss when it is not what the manifest says. Thread: any.
Result<std::string> open_image_chunk(Hashing& hashing, const std::string& body, std::size_t length,
                                     const std::string& digest) {
  HANSE_TRY(std::string content, codec::ZstdDecompressor().decompress(body, length));
  if (hex_digest(hashing, content) == digest) return content;
  return fail(Code::data_loss, "a chunk of it is not what its digest says");
}

}  // namespace

BlobFetch::BlobFetch(BlobFetchParts parts, model::Blob blob, std::vector<BlobSource> sources, Bytes& fetched)
    : parts_(parts),
      log_(parts.runtime.log, "images"),
      blob_(std::move(blob)),
      sources_(std::move(sources)),
      fetched_(fetched),
      folder_(parts.blobs.coming_folder(blob_.digest)) {}

std::string BlobFetch::chunk_path(std::size_t index) const {
  return folder_ + "/" + manifest_.chunks[index];
}

Task<Status> BlobFetch::run() {
  HANSE_CO_CHECK(co_await find_manifest());
  HANSE_CO_CHECK(co_await list_missing());
  while (!missing_.empty()) {
    if (sources_.empty()) co_return fail(last_);
    HANSE_CO_CHECK(co_await fetch_missing());
  }
  co_return co_await assemble();
}

// As far as the first zones get with it; those that fail are asked no more.
Task<Status> BlobFetch::fetch_missing() {
  const std::size_t count = std::min(sources_.size(), kMaxBlobSources);
  failed_.clear();
  Scope scope(count * kChunksInFlight);
  for (std::size_t source = 0; source < count; ++source) {
    for (std::size_t i = 0; i < kChunksInFlight; ++i) {
      if (!scope.spawn(work(source))) co_return fail(Code::internal, "scope is full");
    }
  }
  co_await scope.wait_idle();
  for (auto source = failed_.rbegin(); source != failed_.rend(); ++source)
    sources_.erase(sources_.begin() + static_cast<std::ptrdiff_t>(*source));
  co_return Status();
}

Task<Result<BlobManifest>> BlobFetch::ask_manifest(const BlobSource& source) {
  http::Request request{.method = "GET", .target = blob_target(blob_) + "/manifest"};
  HANSE_CO_TRY(const http::Response response, co_await source.send(std::move(request)));
  if (!http::is_success(response.status)) co_return fail(http::error_from_response(response));
  HANSE_CO_TRY(const json::Value value, json::parse(response.body));
  HANSE_CO_TRY(BlobManifest manifest, json::from_json<BlobManifest>(value));
  HANSE_CO_CHECK(check(manifest, blob_));
  co_return manifest;
}

Task<void> BlobFetch::ask_into(std::size_t source, Result<BlobManifest>& answer) {
  answer = co_await ask_manifest(sources_[source]);
}

// All of these at once: together they take as long as the slowest of them.
Task<BlobFetch::Manifests> BlobFetch::ask_manifests(std::size_t first, std::size_t count) {
  Manifests answers(count, fail(Code::internal, "scope is full"));
  Scope scope(count);
  for (std::size_t i = 0; i < count; ++i) static_cast<void>(scope.spawn(ask_into(first + i, answers[i])));
  co_await scope.wait_idle();
  co_return answers;
}

// Of the first zone in their order that gives one; those that do not have the file are asked no more.
Task<Status> BlobFetch::find_manifest() {
  std::vector<BlobSource> having;
  for (std::size_t first = 0; first < sources_.size() && having.size() < kMaxBlobSources;
       first += kMaxBlobSources) {
    Manifests answers = co_await ask_manifests(first, std::min(kMaxBlobSources, sources_.size() - first));
    for (std::size_t i = 0; i < answers.size() && having.size() < kMaxBlobSources; ++i) {
      const BlobSource& source = sources_[first + i];
      Result<BlobManifest>& manifest = answers[i];
      if (!manifest && manifest.error().code != Code::not_found)
        last_ = {manifest.error().code, "from zone '" + source.zone + "': " + manifest.error().message};
      if (!manifest) continue;
      if (having.empty()) manifest_ = std::move(*manifest);
      // Another manifest of the same file is a lie, of one of the two.
      else if (*manifest != manifest_)
        continue;
      having.push_back(source);
    }
  }
  sources_ = std::move(having);
  // Not by chunks, then: whoever makes a manifest of a large file for the first time may take too long for
  // it.
  if (sources_.empty()) co_return fail(Code::not_found, "{}", last_.message);
  co_return Status();
}

Task<Status> BlobFetch::list_missing() {
  HANSE_CO_CHECK(co_await parts_.runtime.files.make_directories(folder_));
  HANSE_CO_TRY(const std::vector<std::string> names, co_await parts_.runtime.files.list(folder_));
  HANSE_CO_TRY(here_, co_await parts_.manifests.index(
                          std::set<std::string>(manifest_.chunks.begin(), manifest_.chunks.end())));
  std::set<std::string> known(names.begin(), names.end());
  for (const auto& [digest, place] : here_) known.insert(digest);
  for (std::size_t index = 0; index < manifest_.chunks.size(); ++index) {
    if (known.insert(manifest_.chunks[index]).second) missing_.push_back(index);
  }
  co_return Status();
}

Task<void> BlobFetch::work(std::size_t source) {
  while (!missing_.empty() && !failed_.contains(source)) {
    const std::size_t index = missing_.front();
    missing_.pop_front();
    const Status got = co_await fetch_chunk(source, index);
    if (got) continue;
    missing_.push_front(index);
    last_ = {got.error().code, "from zone '" + sources_[source].zone + "': " + got.error().message};
    if (failed_.insert(source).second) log_.warning("blob {}: {}", blob_.digest, last_.message);
    co_return;
  }
}

Task<Status> BlobFetch::fetch_chunk(std::size_t source, std::size_t index) {
  http::Request request{.method = "GET", .target = fmt::format("{}/chunks/{}", blob_target(blob_), index)};
  HANSE_CO_TRY(http::Response response, co_await sources_[source].send(std::move(request)));
  if (!http::is_success(response.status)) co_return fail(http::error_from_response(response));
  fetched_ += Bytes{static_cast<std::int64_t>(response.body.size())};
  const std::size_t length = length_of_chunk(blob_.size, index);
  HANSE_CO_TRY(std::string content,
               co_await run_blocking(parts_.runtime.blocking, parts_.runtime.scheduler,
                                     [body = std::move(response.body), length, hashing = &parts_.hashing,
                                      digest = manifest_.chunks[index]] {
                                       return open_image_chunk(*hashing, body, length, digest);
                                     }));
  // Whole or not at all: what has its name counts as here.
  const std::string unfinished = chunk_path(index) + ".new";
  HANSE_CO_CHECK(co_await parts_.runtime.files.remove_all(unfinished));
  HANSE_CO_CHECK(co_await parts_.runtime.files.append(unfinished, std::move(content)));
  co_return co_await parts_.runtime.files.rename(unfinished, chunk_path(index));
}

// Not looked at once more: the digest of the whole says whether all of it is good.
Task<Result<std::string>> BlobFetch::read_chunk(std::size_t index) {
  if (const auto place = here_.find(manifest_.chunks[index]); place != here_.end())
    co_return co_await parts_.runtime.files.read_at(place->second.path, place->second.offset,
                                                    place->second.length);
  co_return co_await parts_.runtime.files.read_at(chunk_path(index), 0, length_of_chunk(blob_.size, index));
}

Task<Status> BlobFetch::assemble() {
  store::BlobFiles::Incoming incoming = parts_.blobs.receive();
  Status whole;
  for (std::size_t index = 0; whole && index < manifest_.chunks.size(); ++index) {
    const auto content = co_await read_chunk(index);
    whole = content ? co_await incoming.write(as_bytes(*content)) : Status(fail(content.error()));
  }
  if (!whole) {
    HANSE_CO_CHECK(co_await incoming.abandon());
    co_return whole;
  }
  const auto placed = co_await incoming.finish(blob_.role, blob_.digest);
  // If it is not: the manifest was another file's, or a chunk was damaged here.
  HANSE_CO_CHECK(co_await parts_.runtime.files.remove_all(folder_));
  if (!placed) co_return fail(placed.error());
  co_return co_await parts_.manifests.keep(blob_.digest, std::move(manifest_));
}

}  // namespace hanse::zone
