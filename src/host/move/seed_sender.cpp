#include "host/move/seed_sender.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/scope.h"
#include "codec/zstd.h"

namespace hanse::host {
namespace {

// The target writes its disks to the end, and its hypervisor opens its streams.
constexpr Nanos kReadyLimit = Seconds{600};

Bytes bytes_of_chunks(std::uint64_t count) {
  return Bytes{static_cast<std::int64_t>(count * codec::kChunkBytes)};
}

Task<void> forward_half(Task<Status> half, Promise<Status> ended) {
  const Status status = co_await std::move(half);
  if (!status) ended.set(status);
}

Task<void> forward_end(Task<Status> half, Promise<Status> ended) {
  ended.set(co_await std::move(half));
}

}  // namespace

struct SeedSender::Compressed {
  codec::SharedFrame frame;
  std::size_t count = 0;  // of its chunks
  // shared_ptr: the work that uses it is copyable.
  std::shared_ptr<codec::ZstdCompressor> zstd;
};

SeedSender::Compressed SeedSender::compress(const Window& window, const codec::SeedWant& want,
                                            std::shared_ptr<codec::ZstdCompressor> zstd) {
  if (!zstd) zstd = std::make_shared<codec::ZstdCompressor>();
  const auto wanted = std::count(want.wanted.begin(), want.wanted.end(), true);
  codec::SeedChunksWriter writer(want.window, static_cast<std::size_t>(wanted));
  std::size_t count = 0;
  for (std::size_t i = 0; i < want.wanted.size(); ++i) {
    if (!want.wanted[i] || window.position[i] == std::string::npos) continue;
    const auto content = std::string_view(window.content).substr(window.position[i], codec::kChunkBytes);
    writer.add(static_cast<std::uint16_t>(i), zstd->compress_for_now(content));
    ++count;
  }
  return {writer.finish(), count, std::move(zstd)};
}

SeedSender::SeedSender(SeedParts parts, std::string transfer, std::vector<std::unique_ptr<DiskReader>> disks,
                       LimitGate& gate)
    : parts_(parts),
      transfer_(std::move(transfer)),
      disks_(std::move(disks)),
      gate_(gate),
      changed_(parts.runtime.scheduler),
      keeper_(parts.runtime, parts.chunks) {
  for (const auto& disk : disks_) {
    for (const ChunkRange& range : disk->ranges()) figures_.total += bytes_of_chunks(range.count);
  }
}

void SeedSender::begin_last_pass(std::vector<std::unique_ptr<DiskReader>> disks, std::size_t changing) {
  disks_ = std::move(disks);
  changing_ = changing;
}

// A target that has made its disks anew since then has none of it.
bool SeedSender::is_there_already(std::size_t disk) const {
  return pass_ == SeedPass::last && disk >= changing_ && !ahead_.empty() && ahead_ == incarnation_;
}

Task<Result<IncomingEndpoints>> SeedSender::run(std::unique_ptr<Stream> stream, SeedPass pass) {
  Scheduler& scheduler = parts_.runtime.scheduler;
  pass_ = pass;
  if (pass == SeedPass::ahead) remembers_ = true;
  open_.clear();
  queue_.clear();
  all_offered_ = false;
  endpoints_.reset();
  SeedStream link(scheduler, std::move(stream));
  HANSE_CO_CHECK(co_await greet(link));
  // What is known of single chunks is not counted by windows.
  next_window_ = remembers_ && pass == SeedPass::last ? written_count_ : 0;
  auto [promise, ended] = make_promise<Status>(scheduler);
  Scope sending(kMaxCompressing);
  Scope halves(3);
  const bool started = halves.spawn(forward_half(write_all(link), promise)) &&
                       halves.spawn(forward_end(hear_all(link, {sending, promise}), promise)) &&
                       halves.spawn(offer_all(promise));
  if (!started) co_return fail(Code::internal, "scope is full");
  HANSE_CO_CHECK(co_await std::move(ended));
  co_await sending.wait_idle();  // what has gone may not be with the keeper yet
  co_return endpoints_.value_or(IncomingEndpoints());
}

Task<Status> SeedSender::greet(SeedStream& link) {
  codec::SeedHello hello{.transfer = transfer_, .incarnation = incarnation_, .written = written_count_};
  for (std::size_t i = 0; i < disks_.size(); ++i)
    hello.disks.push_back({i < names_.size() ? names_[i] : disks_[i]->uid(), disks_[i]->chunk_count()});
  HANSE_CO_CHECK(co_await link.send(seed_frame(codec::SeedFrame::hello, json::dump(to_json(hello)))));
  HANSE_CO_TRY(const codec::SharedFrame answer, co_await link.next(kReadyLimit));
  if (type_of(answer) == codec::SeedFrame::failed) {
    HANSE_CO_TRY(const auto failed, read_seed_json<codec::SeedFailed>(answer));
    co_return fail(code_of_name(failed.code), "{}", failed.error);
  }
  if (type_of(answer) != codec::SeedFrame::welcome)
    co_return fail(Code::invalid_argument, "the target's first frame is no welcome but of type {}",
                   answer.type);
  HANSE_CO_TRY(auto welcome, read_seed_json<codec::SeedWelcome>(answer));
  welcomed_ = true;
  if (welcome.incarnation == incarnation_ && !incarnation_.empty()) co_return Status();
  // Its disks are new: all of them is offered again, and what it has kept it will not want.
  incarnation_ = std::move(welcome.incarnation);
  written_count_ = 0;
  known_.clear();
  figures_.settled = {};
  figures_.saved = {};
  co_return Status();
}

Task<void> SeedSender::offer_all(Promise<Status> ended) {
  for (std::size_t disk = 0; disk < disks_.size(); ++disk) {
    if (is_there_already(disk)) continue;
    const Status offered = co_await offer_disk(static_cast<std::uint16_t>(disk));
    if (!offered) {
      ended.set(offered);
      co_return;
    }
  }
  while (!open_.empty()) {
    const std::uint64_t seen = changed_.version();
    co_await changed_.changed_since(seen);
  }
  all_offered_ = true;
  if (pass_ == SeedPass::last) {
    push(seed_frame(codec::SeedFrame::done));
  } else {
    ahead_ = incarnation_;
    ended.set(Status());
  }
}

Task<Status> SeedSender::offer_disk(std::uint16_t disk) {
  Window window{.disk = disk};
  for (const ChunkRange& range : disks_[disk]->ranges()) {
    ChunkRange rest = range;
    while (rest.count > 0) {
      const std::uint64_t room = codec::kWindowChunks - window.chunks.size();
      const ChunkRange part{rest.first, std::min(rest.count, room), rest.zero};
      HANSE_CO_CHECK(co_await add_range(disk, part, window));
      rest.first += part.count;
      rest.count -= part.count;
      if (window.chunks.size() < codec::kWindowChunks) continue;
      HANSE_CO_CHECK(co_await offer(std::exchange(window, Window{.disk = disk})));
    }
  }
  if (!window.chunks.empty()) HANSE_CO_CHECK(co_await offer(std::move(window)));
  co_return Status();
}

// Of a window that the target has written already only its size counts.
Task<Status> SeedSender::add_range(std::uint16_t disk, ChunkRange range, Window& window) {
  const bool known = next_window_ < written_count_;
  std::string content;
  if (!range.zero && !known) {
    HANSE_CO_TRY(content, co_await disks_[disk]->read(range.first, range.count, take_spare()));
    if (content.size() != range.count * codec::kChunkBytes)
      co_return fail(Code::data_loss, "disk {} is shorter than it should be", disks_[disk]->uid());
  }
  for (std::uint64_t i = 0; i < range.count; ++i) {
    window.chunks.push_back({.index = static_cast<std::uint32_t>(range.first + i)});
    window.position.push_back(range.zero ? std::string::npos
                                         : window.content.size() + i * codec::kChunkBytes);
  }
  if (window.content.empty()) {
    window.content = std::move(content);
  } else {
    window.content += content;
    give_back(std::move(content));
  }
  co_return Status();
}

// Waits for room, finds the digests, and queues the offer.
Task<Status> SeedSender::offer(Window window) {
  if (next_window_ < written_count_) {
    ++next_window_;
    co_return Status();
  }
  // A target that says of chunks that they are written, and does not read them, is offered no more either.
  while (open_.size() >= codec::kMaxOpenWindows || queue_.size() >= kMaxQueued) {
    const std::uint64_t seen = changed_.version();
    co_await changed_.changed_since(seen);
  }
  // shared_ptr: see OpenWindow.
  auto hashed = co_await run_blocking(
      parts_.runtime.blocking, parts_.runtime.scheduler,
      [window = std::make_shared<Window>(std::move(window)), hashing = &parts_.hashing] {
        for (std::size_t i = 0; i < window->chunks.size(); ++i) {
          if (window->position[i] == std::string::npos) continue;
          const auto content =
              std::string_view(window->content).substr(window->position[i], codec::kChunkBytes);
          if (codec::is_all_zero(content)) {
            window->position[i] = std::string::npos;
          } else {
            window->chunks[i].digest = store::digest_of_chunk(*hashing, content);
          }
        }
        return window;
      });
  drop_known(*hashed);
  if (hashed->chunks.empty()) co_return Status();
  const std::uint32_t number = next_window_++;
  push(to_frame(codec::SeedOffer{.window = number, .disk = hashed->disk, .chunks = hashed->chunks}));
  open_.emplace(number, OpenWindow{.window = std::move(hashed)});
  co_return Status();
}

// A target owes nothing to which nothing is offered, as reading the disks may take its time, or which waits
// for chunks, as the move may be paused.
Task<Result<codec::SharedFrame>> SeedSender::hear(SeedStream& link, const Scope& sending) {
  for (;;) {
    const Bytes sent = figures_.sent;
    auto frame = co_await link.next(all_offered_ ? kReadyLimit : kSeedSilence);
    const bool silent = !frame && frame.error().code == Code::deadline_exceeded;
    const bool owes = !open_.empty() && sending.running() == 0 && figures_.sent == sent;
    if (!silent || all_offered_ || owes) co_return frame;
  }
}

Task<Status> SeedSender::hear_all(SeedStream& link, Sending sending) {
  while (!endpoints_) {
    HANSE_CO_TRY(codec::SharedFrame frame, co_await hear(link, sending.scope));
    HANSE_CO_CHECK(co_await take(std::move(frame), sending));
  }
  co_return Status();
}

Task<Status> SeedSender::take(codec::SharedFrame frame, Sending sending) {
  switch (type_of(frame)) {
    case codec::SeedFrame::want: {
      HANSE_CO_TRY(codec::SeedWant want, read_want(frame));
      co_return co_await start_sending(std::move(want), sending);
    }
    case codec::SeedFrame::written: {
      HANSE_CO_TRY(const codec::SeedWritten written, read_written(frame));
      co_return settle(written);
    }
    case codec::SeedFrame::ready: {
      HANSE_CO_TRY(const auto ready, read_seed_json<codec::SeedReady>(frame));
      if (!all_offered_) co_return fail(Code::invalid_argument, "the target was ready before its time");
      endpoints_ = IncomingEndpoints{.memory = ready.memory_endpoint, .disk = ready.disk_endpoint};
      co_return Status();
    }
    case codec::SeedFrame::failed: {
      HANSE_CO_TRY(const auto failed, read_seed_json<codec::SeedFailed>(frame));
      co_return fail(code_of_name(failed.code), "{}", failed.error);
    }
    default:
      co_return fail(Code::invalid_argument, "the target sent a frame of type {}", frame.type);
  }
}

// Waits for room, and goes on beside what comes next.
Task<Status> SeedSender::start_sending(codec::SeedWant want, Sending sending) {
  const auto found = open_.find(want.window);
  if (found == open_.end() || want.wanted.size() != found->second.window->chunks.size())
    co_return fail(Code::invalid_argument, "the target wants chunks of window {}, which was not offered so",
                   want.window);
  // Each answer costs a window's compression and its place in the queue.
  if (std::exchange(found->second.answered, true))
    co_return fail(Code::invalid_argument, "the target says twice what it wants of window {}", want.window);
  const std::size_t unwanted =
      static_cast<std::size_t>(std::count(want.wanted.begin(), want.wanted.end(), false));
  found->second.saved = bytes_of_chunks(unwanted);
  const std::shared_ptr<Window> window = found->second.window;
  while (sending.scope.running() >= kMaxCompressing) {
    const std::uint64_t seen = changed_.version();
    co_await changed_.changed_since(seen);
  }
  if (!sending.scope.spawn(send(window, std::move(want), sending.ended)))
    co_return fail(Code::internal, "scope is full");
  co_return Status();
}

Task<void> SeedSender::send(std::shared_ptr<Window> window, codec::SeedWant want, Promise<Status> ended) {
  const Status sent = co_await send_wanted(std::move(window), std::move(want));
  if (!sent) ended.set(sent);
  changed_.notify();
}

Task<Status> SeedSender::send_wanted(std::shared_ptr<Window> window, codec::SeedWant want) {
  std::shared_ptr<codec::ZstdCompressor> zstd;
  if (!zstd_.empty()) {
    zstd = std::move(zstd_.back());
    zstd_.pop_back();
  }
  Compressed made = co_await run_blocking(
      parts_.runtime.blocking, parts_.runtime.scheduler,
      [window, want = std::move(want), zstd = std::move(zstd)] { return compress(*window, want, zstd); });
  if (zstd_.size() < kMaxCompressing) zstd_.push_back(std::move(made.zstd));
  give_back(std::move(window->content));
  if (made.count == 0) co_return Status();
  HANSE_CO_TRY(codec::SeedChunks sent, read_chunks(made.frame));
  std::vector<store::StoredChunk> stored;
  Bytes bytes;
  for (codec::SentChunk& chunk : sent.chunks) {
    bytes += Bytes{static_cast<std::int64_t>(chunk.frame.size())};
    stored.push_back({window->chunks[chunk.position].digest, std::move(chunk.frame)});
  }
  co_await gate_.pass(bytes);
  figures_.sent += bytes;
  push(std::move(made.frame));
  // A move back will find them here.
  co_await keeper_.keep(std::move(stored));
  co_return Status();
}

void SeedSender::give_back(std::string memory) {
  if (!memory.empty() && spare_.size() < kMaxSpare) spare_.push_back(std::move(memory));
}

std::string SeedSender::take_spare() {
  if (spare_.empty()) return {};
  std::string memory = std::move(spare_.back());
  spare_.pop_back();
  return memory;
}

Status SeedSender::settle(const codec::SeedWritten& written) {
  const auto found = open_.find(written.window);
  if (found == open_.end() || written.window != written_count_)
    return fail(Code::invalid_argument, "the target says that window {} is written, out of turn",
                written.window);
  figures_.settled += bytes_of_chunks(found->second.window->chunks.size());
  figures_.saved += found->second.saved;
  if (remembers_) {
    const Window& window = *found->second.window;
    if (known_.size() <= window.disk) known_.resize(window.disk + 1U);
    for (const codec::OfferedChunk& chunk : window.chunks)
      known_[window.disk].insert_or_assign(chunk.index, chunk.digest);
  }
  open_.erase(found);
  ++written_count_;
  changed_.notify();
  return {};
}

void SeedSender::drop_known(Window& window) const {
  if (pass_ != SeedPass::last || window.disk >= known_.size()) return;
  const auto& known = known_[window.disk];
  Window rest{.disk = window.disk, .content = std::move(window.content)};
  for (std::size_t i = 0; i < window.chunks.size(); ++i) {
    const auto found = known.find(window.chunks[i].index);
    if (found != known.end() && found->second == window.chunks[i].digest) continue;
    rest.chunks.push_back(window.chunks[i]);
    rest.position.push_back(window.position[i]);
  }
  window = std::move(rest);
}

void SeedSender::push(codec::SharedFrame frame) {
  queue_.push_back(std::move(frame));
  changed_.notify();
}

Task<Status> SeedSender::write_all(SeedStream& link) {
  for (;;) {
    const std::uint64_t seen = changed_.version();
    if (queue_.empty()) {
      co_await changed_.changed_since(seen);
      continue;
    }
    codec::SharedFrame frame = std::move(queue_.front());
    queue_.pop_front();
    changed_.notify();
    HANSE_CO_CHECK(co_await link.send(std::move(frame)));
  }
}

}  // namespace hanse::host
