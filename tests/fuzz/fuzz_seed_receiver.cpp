// A source of a move that says anything, against the target's SeedReceiver: whatever frames come, in whatever
// order, a disk takes only chunks within its bounds that have the digest which was offered for that place,
// and a window is said to be written when it is.
//
// The input is a text of operations, one after the other; a digit or letter stands for a number (number_of):
//   o DISK COUNT (INDEX CONTENT)…          offers the next window
//   O WINDOW DISK COUNT (INDEX CONTENT)…   offers a window by its number
//   c WINDOW COUNT (POSITION CONTENT)…     sends chunks of a window
//   d                                      done
//   f TYPE COUNT bytes…                    a frame of any type
//   x COUNT bytes…                         bytes that need not be a frame
//   t                                      time passes
//   h                                      the source reads the answers that are there
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "host/move/seed_receiver.h"
#include "runtime/sleep.h"
#include "store/memory_chunks.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/http_service.h"

namespace {

using namespace hanse;

constexpr std::uint64_t kDiskChunks = 8;
constexpr std::size_t kDisks = 2;
constexpr std::size_t kMaxOperations = 200;

void require(bool holds) {
  if (!holds) std::abort();
}

std::uint8_t number_of(std::uint8_t byte) {
  if (byte >= '0' && byte <= '9') return static_cast<std::uint8_t>(byte - '0');
  if (byte >= 'a' && byte <= 'z') return static_cast<std::uint8_t>(byte - 'a' + 10);
  return byte;
}

// What can be offered and sent, by number: 0 is zeroes, of the others some are at the target already, one
// is too short, and one is no frame of zstd.
struct Contents {
  static constexpr std::uint8_t kCount = 8;
  static constexpr std::uint8_t kFirstStored = 6;
  std::array<codec::ChunkDigest, kCount> digests;
  std::array<std::string, kCount + 2> frames;

  Contents() {
    test::FakeFiles files;
    test::FakeHashing hashing(files);
    codec::ZstdCompressor zstd;
    for (std::uint8_t i = 0; i < kCount; ++i) {
      const std::string content(codec::kChunkBytes, static_cast<char>(i));
      digests[i] = i == 0 ? codec::kZeroChunk : store::digest_of_chunk(hashing, content);
      frames[i] = zstd.compress(content);
    }
    frames[kCount] = zstd.compress(std::string(codec::kChunkBytes - 1, 'x'));
    frames[kCount + 1] = "no frame";
  }
  codec::ChunkDigest digest(std::uint8_t number) const {
    codec::ChunkDigest none;
    none.fill(number);
    return number < kCount ? digests[number] : none;
  }
  const std::string& frame(std::uint8_t number) const { return frames[number % frames.size()]; }
};

const Contents& contents() {
  static const Contents all;
  return all;
}

// What the source has offered so far, and what is on the disks.
struct Ledger {
  using Place = std::tuple<std::size_t, std::uint64_t, codec::ChunkDigest>;  // disk, index, what
  std::vector<codec::SeedOffer> offers;                                      // by window
  std::set<Place> offered;
  std::set<Place> on_disk;
  std::uint32_t told = 0;  // windows that the target has said are written

  void offer(const codec::SeedOffer& offer) {
    if (offer.window != offers.size()) return;  // it is out of turn
    offers.push_back(offer);
    for (const codec::OfferedChunk& chunk : offer.chunks)
      offered.emplace(offer.disk, chunk.index, chunk.digest);
  }
  void answer(const codec::Frame& frame) {
    if (host::type_of(frame) == codec::SeedFrame::want) {
      const codec::SeedWant want = read_want(frame).value();
      require(want.window < offers.size());
      require(want.wanted.size() == offers[want.window].chunks.size());
      return;
    }
    require(host::type_of(frame) == codec::SeedFrame::written);
    require(read_written(frame).value().window == told);
    const codec::SeedOffer& offer = offers.at(told++);
    for (const codec::OfferedChunk& chunk : offer.chunks)
      require(on_disk.contains({offer.disk, chunk.index, chunk.digest}));
  }
};

class WatchedDisk final : public host::DiskWriter {
 public:
  WatchedDisk(test::TestRuntime& world, Hashing& hashing, Ledger& ledger, std::size_t number)
      : world_(world), hashing_(hashing), ledger_(ledger), number_(number) {}
  const std::string& uid() const override { return uid_; }
  std::uint64_t chunk_count() const override { return kDiskChunks; }
  Task<Status> write(std::vector<host::PlacedChunk> chunks) override {
    require(!busy_);
    busy_ = true;
    co_await sleep_for(world_.loop, Micros{100});
    busy_ = false;
    for (const host::PlacedChunk& chunk : chunks) {
      require(chunk.index < kDiskChunks);
      require(chunk.content.empty() || chunk.content.size() == codec::kChunkBytes);
      const codec::ChunkDigest digest =
          chunk.content.empty() ? codec::kZeroChunk : store::digest_of_chunk(hashing_, chunk.content);
      const Ledger::Place place{number_, chunk.index, digest};
      require(ledger_.offered.contains(place));
      ledger_.on_disk.insert(place);
    }
    co_return Status();
  }
  Task<Status> flush() override { co_return Status(); }

 private:
  test::TestRuntime& world_;
  Hashing& hashing_;
  Ledger& ledger_;
  std::size_t number_;
  bool busy_ = false;
  std::string uid_ = "d1";
};

class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const char first = bytes_.front();
    bytes_.remove_prefix(1);
    return static_cast<std::uint8_t>(first);
  }
  std::uint8_t number() { return number_of(byte()); }
  std::string bytes() {
    const std::string taken(bytes_.substr(0, number()));
    bytes_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view bytes_;
};

class Source {
 public:
  Source() {
    std::vector<store::StoredChunk> stored;
    for (std::uint8_t i = Contents::kFirstStored; i < Contents::kCount; ++i)
      stored.push_back({contents().digest(i), contents().frame(i)});
    require(test::complete(world_.loop, chunks_.write(std::move(stored))).value().has_value());
    for (std::size_t i = 0; i < kDisks; ++i)
      disks_.push_back(std::make_unique<WatchedDisk>(world_, hashing_, ledger_, i));
    receiver_ =
        std::make_unique<host::SeedReceiver>(host::SeedParts{world_.runtime, hashing_, chunks_}, disks_);
    require(receiving_.spawn(receive()));
  }

  void run(Input input) {
    for (std::size_t i = 0; i < kMaxOperations && !input.empty() && !ended_; ++i) operate(input);
    world_.loop.run(Seconds{1});
    hear();
    // It has taken all that it was offered.
    if (ended_ && *ended_) require(ledger_.told == receiver_->written());
    require(receiver_->written() >= ledger_.told);
  }

 private:
  Task<void> receive() { ended_ = co_await receiver_->run(target_, 0); }

  void operate(Input& input) {
    switch (input.byte()) {
      case 'o':
        return send(to_frame(offer(input, static_cast<std::uint32_t>(ledger_.offers.size()))));
      case 'O':
        return send(to_frame(offer(input, input.number())));
      case 'c':
        return send(to_frame(sent_chunks(input)));
      case 'd':
        return send(codec::seed_frame(codec::SeedFrame::done));
      case 'f': {
        const std::uint8_t type = input.number();
        return send({.type = type, .version = codec::kSeedVersion, .payload = input.bytes()});
      }
      case 'x':
        return send_bytes(input.bytes());
      case 't':
        return world_.loop.run(Millis{1});
      case 'h':
        return hear();
      default:
        return;
    }
  }
  static codec::SeedOffer offer(Input& input, std::uint32_t window) {
    codec::SeedOffer offer{.window = window, .disk = input.number()};
    const std::uint8_t count = input.number();
    for (std::uint8_t i = 0; i < count && !input.empty(); ++i) {
      const std::uint8_t index = input.number();
      offer.chunks.push_back({index, contents().digest(input.number())});
    }
    return offer;
  }
  static codec::SeedChunks sent_chunks(Input& input) {
    codec::SeedChunks chunks{.window = input.number()};
    const std::uint8_t count = input.number();
    for (std::uint8_t i = 0; i < count && !input.empty(); ++i) {
      const std::uint8_t position = input.number();
      chunks.chunks.push_back({position, contents().frame(input.number())});
    }
    return chunks;
  }

  void send(const codec::Frame& frame) { send_bytes(encode_frame(frame).value()); }
  // What it offers so is written down here too, however it is sent.
  void send_bytes(const std::string& bytes) {
    said_.feed(std::as_bytes(std::span(bytes)));
    for (;;) {
      const auto frame = said_.next();
      if (!frame || !*frame) break;
      if (host::type_of(**frame) != codec::SeedFrame::offer) continue;
      if (const auto offer = read_offer(**frame)) ledger_.offer(*offer);
    }
    to_target_->data += bytes;
    to_target_->changed.notify();
  }
  void hear() {
    const std::string bytes = std::exchange(to_source_->data, {});
    to_source_->changed.notify();
    heard_.feed(std::as_bytes(std::span(bytes)));
    while (const auto frame = heard_.next().value()) ledger_.answer(*frame);
  }

  test::TestRuntime world_;
  test::FakeHashing hashing_{world_.files};
  store::MemoryChunks chunks_{hashing_};
  Ledger ledger_;
  std::vector<std::unique_ptr<host::DiskWriter>> disks_;
  std::shared_ptr<test::MemoryPipe> to_target_ = std::make_shared<test::MemoryPipe>(world_.loop);
  std::shared_ptr<test::MemoryPipe> to_source_ = std::make_shared<test::MemoryPipe>(world_.loop);
  host::SeedStream target_{
      world_.loop, std::make_unique<test::MemoryStream>(to_target_, to_source_, PeerIdentity(), "source")};
  codec::FrameDecoder said_;
  codec::FrameDecoder heard_;
  std::optional<Status> ended_;
  std::unique_ptr<host::SeedReceiver> receiver_;
  Scope receiving_{1};  // declared last: its task uses all of the above
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Source().run(Input({reinterpret_cast<const char*>(data), size}));
  return 0;
}
