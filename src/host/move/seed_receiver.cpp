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

OpenedChunks open_all(Hashing& hashing, const std::vector<store::StoredChunk>& chunks) {
  OpenedChunks out;
  codec::ZstdDecompressor zstd;
  for (const store::StoredChunk& chunk : chunks) {
    auto content = store::open_chunk(hashing, zstd, chunk);
    if (!content) {
      out.status = fail(content.error());
      break;
    }
    out.contents.push_back(std::move(*content));
  }
  return out;
}

}  // namespace

SeedReceiver::SeedReceiver(SeedParts parts, std::vector<std::unique_ptr<DiskWriter>>& disks)
    : parts_(parts), disks_(disks), changed_(parts.runtime.scheduler), keeper_(parts.runtime, parts.chunks) {}

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
  auto [promise, ended] = make_promise<Status>(parts_.runtime.scheduler);
  Scope placing(kMaxPlacing);
  Scope halves(2);
  if (!halves.spawn(write_all(stream, promise)) || !halves.spawn(hear_all(stream, placing, promise)))
    co_return fail(Code::internal, "scope is full");
  HANSE_CO_CHECK(co_await std::move(ended));
  for (const std::unique_ptr<DiskWriter>& disk : disks_) HANSE_CO_CHECK(co_await disk->flush());
  co_await placing.wait_idle();  // what is on disk may not be in the store yet
  co_return Status();
}

Task<void> SeedReceiver::hear_all(SeedStream& stream, Scope& placing, Promise<Status> ended) {
  ended.set(co_await hear(stream, placing, ended));
}

// Until the source has offered all and knows that all is written.
Task<Status> SeedReceiver::hear(SeedStream& stream, Scope& placing, Promise<Status> ended) {
  for (;;) {
    // The source may be paused, and one that has gone comes again with another stream.
    HANSE_CO_TRY(const codec::SharedFrame frame, co_await stream.next(std::nullopt));
    if (type_of(frame) == codec::SeedFrame::offer) {
      HANSE_CO_TRY(codec::SeedOffer offer, read_offer(frame));
      HANSE_CO_CHECK(co_await take_offer(std::move(offer), placing, ended));
    } else if (type_of(frame) == codec::SeedFrame::chunks) {
      HANSE_CO_TRY(codec::SeedChunks chunks, read_chunks(frame));
      HANSE_CO_TRY(Chunks came, take_chunks(std::move(chunks)));
      HANSE_CO_CHECK(co_await start_placing(place_chunks(std::move(came)), placing, ended));
    } else if (type_of(frame) == codec::SeedFrame::done && open_.empty()) {
      co_return Status();
    } else {
      co_return fail(Code::invalid_argument, "the source sent a frame of type {} out of turn", frame.type);
    }
  }
}

Task<Status> SeedReceiver::start_placing(Task<Status> work, Scope& placing, Promise<Status> ended) {
  while (placing.running() >= kMaxPlacing) {
    const std::uint64_t seen = changed_.version();
    co_await changed_.changed_since(seen);
  }
  if (!placing.spawn(place(std::move(work), ended))) co_return fail(Code::internal, "scope is full");
  co_return Status();
}

Task<void> SeedReceiver::place(Task<Status> work, Promise<Status> ended) {
  const Status placed = co_await std::move(work);
  if (!placed) ended.set(placed);
  changed_.notify();
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

Task<Status> SeedReceiver::take_offer(codec::SeedOffer offer, Scope& placing, Promise<Status> ended) {
  HANSE_CO_CHECK(check_offer(offer));
  // A source that does not read its answers is not heard either.
  while (queue_.size() >= kMaxAnswers) {
    const std::uint64_t seen = changed_.version();
    co_await changed_.changed_since(seen);
  }
  ++next_offer_;
  Found found = co_await find_here(offer);
  Window window{.disk = offer.disk, .chunks = offer.chunks};
  codec::SeedWant want{.window = offer.window};
  std::vector<PlacedChunk> here;
  for (std::size_t i = 0; i < offer.chunks.size(); ++i) {
    const codec::OfferedChunk& chunk = offer.chunks[i];
    want.wanted.push_back(false);
    ++window.unwritten;
    if (std::optional<std::string>& content = found[i]; content.has_value()) {
      here.push_back({chunk.index, std::move(*content)});
      continue;
    }
    std::vector<Place>& places = coming_[chunk.digest];
    if (places.empty()) {
      want.wanted.back() = true;
      window.wanted.insert(static_cast<std::uint16_t>(i));
    }
    places.push_back({offer.window, offer.disk, chunk.index});
  }
  open_.emplace(offer.window, std::move(window));
  // The answer first: what is wanted comes while this is written.
  push(to_frame(want));
  if (here.empty()) co_return Status();
  co_return co_await start_placing(place_found(offer.window, std::move(here)), placing, ended);
}

Task<Status> SeedReceiver::place_found(std::uint32_t window, std::vector<PlacedChunk> chunks) {
  const std::size_t count = chunks.size();
  if constexpr (kPlantedBug == PlantedBug::known_chunks_are_not_written) chunks.clear();
  HANSE_CO_CHECK(co_await write(open_.at(window).disk, std::move(chunks)));
  open_.at(window).unwritten -= count;
  tell_written();
  co_return Status();
}

// Those that came with the digests that they were offered by.
Result<SeedReceiver::Chunks> SeedReceiver::take_chunks(codec::SeedChunks chunks) {
  const auto window = open_.find(chunks.window);
  if (window == open_.end())
    return fail(Code::invalid_argument, "the source sends chunks of window {}, which it did not offer",
                chunks.window);
  Chunks came;
  for (codec::SentChunk& chunk : chunks.chunks) {
    if (window->second.wanted.erase(chunk.position) == 0)
      return fail(Code::invalid_argument, "the source sends a chunk of window {} that is not wanted",
                  chunks.window);
    came.push_back({window->second.chunks[chunk.position].digest, std::move(chunk.frame)});
  }
  return came;
}

Task<Status> SeedReceiver::place_chunks(Chunks chunks) {
  // shared_ptr: the pool's thread reads it, whatever becomes of the stream.
  const auto shared = std::make_shared<Chunks>(std::move(chunks));
  OpenedChunks opened =
      co_await run_blocking(parts_.runtime.blocking, parts_.runtime.scheduler,
                            [shared, hashing = &parts_.hashing] { return open_all(*hashing, *shared); });
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
  tell_written();
  co_await keeper_.keep(std::move(*shared));
  co_return Status();
}

Task<Status> SeedReceiver::write(std::uint16_t disk, std::vector<PlacedChunk> chunks) {
  if (chunks.empty()) co_return Status();
  while (writing_) {
    const std::uint64_t seen = changed_.version();
    co_await changed_.changed_since(seen);
  }
  writing_ = true;
  const Status written = co_await disks_[disk]->write(std::move(chunks));
  writing_ = false;
  changed_.notify();
  co_return written;
}

// In the order of the offers, as the source counts them.
void SeedReceiver::tell_written() {
  while (!open_.empty() && open_.begin()->second.unwritten == 0) {
    const std::uint32_t number = open_.begin()->first;
    open_.erase(open_.begin());
    written_ = number + 1;
    push(to_frame(codec::SeedWritten{number}));
  }
}

void SeedReceiver::push(codec::SharedFrame frame) {
  queue_.push_back(std::move(frame));
  changed_.notify();
}

Task<void> SeedReceiver::write_all(SeedStream& stream, Promise<Status> ended) {
  for (;;) {
    const std::uint64_t seen = changed_.version();
    if (queue_.empty()) {
      co_await changed_.changed_since(seen);
      continue;
    }
    codec::SharedFrame frame = std::move(queue_.front());
    queue_.pop_front();
    changed_.notify();
    const Status sent = co_await stream.send(std::move(frame));
    if (!sent) {
      ended.set(sent);
      co_return;
    }
  }
}

}  // namespace hanse::host
