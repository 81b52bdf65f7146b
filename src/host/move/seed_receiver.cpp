#include "host/move/seed_receiver.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/planted_bug.h"

namespace hanse::host {
namespace {

struct OpenedChunks {
  Status status;
  std::vector<std::string> contents;  // in the order of what came
};

}  // namespace

SeedReceiver::SeedReceiver(SeedParts parts, std::vector<std::unique_ptr<DiskWriter>>& disks)
    : parts_(parts), disks_(disks), keeper_(parts.runtime, parts.chunks) {}

Status SeedReceiver::check(const codec::SeedHello& hello, const std::string& transfer) const {
  if (hello.transfer != transfer)
    return fail(Code::invalid_argument, "the source speaks of transfer '{}' and not of '{}'", hello.transfer,
                transfer);
  bool same = hello.disks.size() == disks_.size() && disks_.size() <= codec::kMaxSeedDisks;
  for (std::size_t i = 0; same && i < disks_.size(); ++i)
    same = hello.disks[i] == codec::SeedDisk{disks_[i]->uid(), disks_[i]->chunk_count()};
  if (same) return {};
  return fail(Code::invalid_argument, "the source's disks are not those that transfer '{}' is about",
              transfer);
}

Task<Status> SeedReceiver::run(SeedStream& stream, std::uint32_t written) {
  next_offer_ = written;
  written_ = written;
  for (;;) {
    // The source may be paused, and one that has gone comes again with another stream.
    HANSE_CO_TRY(const codec::Frame frame, co_await stream.next(std::nullopt));
    if (type_of(frame) == codec::SeedFrame::offer) {
      HANSE_CO_TRY(codec::SeedOffer offer, read_offer(frame));
      HANSE_CO_CHECK(co_await take_offer(stream, std::move(offer)));
    } else if (type_of(frame) == codec::SeedFrame::chunks) {
      HANSE_CO_TRY(codec::SeedChunks chunks, read_chunks(frame));
      HANSE_CO_CHECK(co_await take_chunks(stream, std::move(chunks)));
    } else if (type_of(frame) == codec::SeedFrame::done && open_.empty()) {
      break;
    } else {
      co_return fail(Code::invalid_argument, "the source sent a frame of type {} out of turn", frame.type);
    }
  }
  for (const std::unique_ptr<DiskWriter>& disk : disks_) HANSE_CO_CHECK(co_await disk->flush());
  co_return Status();
}

Status SeedReceiver::check_offer(const codec::SeedOffer& offer) const {
  if (offer.window != next_offer_ || open_.size() >= codec::kMaxOpenWindows)
    return fail(Code::invalid_argument, "the source offers window {} out of turn", offer.window);
  if (offer.disk >= disks_.size())
    return fail(Code::invalid_argument, "the source offers chunks of disk {} of {}", offer.disk,
                disks_.size());
  const std::uint64_t count = disks_[offer.disk]->chunk_count();
  const bool inside = std::all_of(offer.chunks.begin(), offer.chunks.end(),
                                  [&](const codec::OfferedChunk& chunk) { return chunk.index < count; });
  if (inside) return {};
  return fail(Code::invalid_argument, "the source offers a chunk beyond the end of disk {}",
              disks_[offer.disk]->uid());
}

// The content of each chunk as far as it is here; empty for zeroes.
Task<SeedReceiver::Found> SeedReceiver::find_here(codec::SeedOffer offer) {
  std::vector<codec::ChunkDigest> asked;
  for (const codec::OfferedChunk& chunk : offer.chunks) {
    if (chunk.digest != codec::kZeroChunk) asked.push_back(chunk.digest);
  }
  Found stored(asked.size());
  // A store that fails has nothing.
  if (!asked.empty()) {
    if (auto read = co_await parts_.chunks.read(std::move(asked))) stored = std::move(*read);
  }
  Found found;
  std::size_t next = 0;
  for (const codec::OfferedChunk& chunk : offer.chunks)
    found.push_back(chunk.digest == codec::kZeroChunk ? std::string() : std::move(stored[next++]));
  co_return found;
}

Task<Status> SeedReceiver::take_offer(SeedStream& stream, codec::SeedOffer offer) {
  HANSE_CO_CHECK(check_offer(offer));
  ++next_offer_;
  Found found = co_await find_here(offer);
  Window window{.disk = offer.disk, .chunks = offer.chunks};
  codec::SeedWant want{.window = offer.window};
  std::vector<PlacedChunk> here;
  for (std::size_t i = 0; i < offer.chunks.size(); ++i) {
    const codec::OfferedChunk& chunk = offer.chunks[i];
    want.wanted.push_back(false);
    if (std::optional<std::string>& content = found[i]; content.has_value()) {
      here.push_back({chunk.index, std::move(*content)});
      continue;
    }
    ++window.unwritten;
    std::vector<Place>& places = coming_[chunk.digest];
    if (places.empty()) {
      want.wanted.back() = true;
      window.wanted.insert(static_cast<std::uint16_t>(i));
    }
    places.push_back({offer.window, offer.disk, chunk.index});
  }
  open_.emplace(offer.window, std::move(window));
  // The answer first: what is wanted comes while this is written.
  HANSE_CO_CHECK(co_await stream.send(to_frame(want)));
  if constexpr (kPlantedBug == PlantedBug::known_chunks_are_not_written) here.clear();
  HANSE_CO_CHECK(co_await write(offer.disk, std::move(here)));
  co_return co_await tell_written(stream);
}

Task<Status> SeedReceiver::take_chunks(SeedStream& stream, codec::SeedChunks chunks) {
  const auto window = open_.find(chunks.window);
  if (window == open_.end())
    co_return fail(Code::invalid_argument, "the source sends chunks of window {}, which it did not offer",
                   chunks.window);
  std::vector<store::StoredChunk> came;
  for (codec::SentChunk& chunk : chunks.chunks) {
    if (window->second.wanted.erase(chunk.position) == 0)
      co_return fail(Code::invalid_argument, "the source sends a chunk of window {} that is not wanted",
                     chunks.window);
    came.push_back({window->second.chunks[chunk.position].digest, std::move(chunk.frame)});
  }
  // shared_ptr: the pool's thread reads it, whatever becomes of the stream.
  const auto shared = std::make_shared<std::vector<store::StoredChunk>>(std::move(came));
  OpenedChunks opened = co_await run_blocking(parts_.runtime.blocking, parts_.runtime.scheduler,
                                              [shared, hashing = &parts_.hashing] {
                                                OpenedChunks out;
                                                codec::ZstdDecompressor zstd;
                                                for (const store::StoredChunk& chunk : *shared) {
                                                  auto content = store::open_chunk(*hashing, zstd, chunk);
                                                  if (!content) {
                                                    out.status = fail(content.error());
                                                    break;
                                                  }
                                                  out.contents.push_back(std::move(*content));
                                                }
                                                return out;
                                              });
  HANSE_CO_CHECK(opened.status);
  std::map<std::uint16_t, std::vector<PlacedChunk>> by_disk;
  std::vector<std::uint32_t> windows;
  for (std::size_t i = 0; i < shared->size(); ++i) {
    const auto places = coming_.extract((*shared)[i].digest);
    if (places.empty()) continue;
    for (const Place& place : places.mapped()) {
      const bool last = &place == &places.mapped().back();
      by_disk[place.disk].push_back(
          {place.index, last ? std::move(opened.contents[i]) : std::string(opened.contents[i])});
      windows.push_back(place.window);
    }
  }
  for (auto& [disk, placed] : by_disk) HANSE_CO_CHECK(co_await write(disk, std::move(placed)));
  for (const std::uint32_t number : windows) --open_.at(number).unwritten;
  co_await keeper_.keep(std::move(*shared));
  co_return co_await tell_written(stream);
}

Task<Status> SeedReceiver::write(std::uint16_t disk, std::vector<PlacedChunk> chunks) {
  if (chunks.empty()) co_return Status();
  co_return co_await disks_[disk]->write(std::move(chunks));
}

// In the order of the offers, as the source counts them.
Task<Status> SeedReceiver::tell_written(SeedStream& stream) {
  while (!open_.empty() && open_.begin()->second.unwritten == 0) {
    const std::uint32_t number = open_.begin()->first;
    open_.erase(open_.begin());
    written_ = number + 1;
    HANSE_CO_CHECK(co_await stream.send(to_frame(codec::SeedWritten{number})));
  }
  co_return Status();
}

}  // namespace hanse::host
