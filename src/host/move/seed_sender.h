// SeedSender: the source's side of seeding, docs/protocols/seeding.md: offers the chunks of disks that are
// frozen, and sends those that the target lacks.
//
// What the target has acknowledged stays known from one stream to the next, as long as the target's disks are
// the same. Lifecycle: one for each freeze; run() for each stream. Thread: the loop; reading, hashing and
// compressing run on the blocking executor. Failure of run(): unavailable and deadline_exceeded (the stream;
// try another), what the target says, those of the readers.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "codec/seed_frames.h"
#include "codec/zstd.h"
#include "host/disk_access.h"
#include "host/driver.h"
#include "host/move/chunk_keeper.h"
#include "host/move/limit_gate.h"
#include "host/move/seed_stream.h"
#include "runtime/future.h"
#include "runtime/hashing.h"
#include "runtime/runtime.h"
#include "store/chunk_store.h"

namespace hanse::host {

// How far it has got. Bytes of content but for `sent`, which is what went over the wire.
struct SeedFigures {
  Bytes total;    // of the disks' own chunks
  Bytes settled;  // of those that the target has written
  Bytes saved;    // of those among them that it did not need to be sent
  Bytes sent;
};

enum class SeedPass { ahead, last };

// Windows that are compressed at once: text takes longer than all else that is done with it.
inline constexpr std::size_t kMaxCompressing = 2;
// Frames that wait to be sent: an offer and its chunks of each window that is open.
inline constexpr std::size_t kMaxQueued = 2 * codec::kMaxOpenWindows;
// Buffers of windows, 2 MiB each, that wait to be used again.
inline constexpr std::size_t kMaxSpare = 2;

struct SeedParts {
  Runtime& runtime;
  Hashing& hashing;
  store::ChunkStore& chunks;
};

class SeedSender {
 public:
  SeedSender(SeedParts parts, std::string transfer, std::vector<std::unique_ptr<DiskReader>> disks,
             LimitGate& gate);

  // The last pass completes with where the target's hypervisor listens when all is there, and with nothing
  // where no hypervisor is to be spoken to. One ahead of it completes when all is written.
  Task<Result<IncomingEndpoints>> run(std::unique_ptr<Stream> stream, SeedPass pass);

  // As they are called at the target, if not as here; in their order. Requires: before the first run().
  void call_disks(std::vector<std::string> names) { names_ = std::move(names); }

  // Offers what the first `changing` of these have otherwise than those of the pass ahead; the others are
  // what they were, and are not read again. Requires: that has completed.
  void begin_last_pass(std::vector<std::unique_ptr<DiskReader>> disks, std::size_t changing);

  const SeedFigures& figures() const { return figures_; }
  // A stream got as far as the target's welcome since this was asked last.
  bool take_welcome() { return std::exchange(welcomed_, false); }

 private:
  // Chunks that are offered together, in the order in which they are offered.
  struct Window {
    std::uint16_t disk = 0;
    std::vector<codec::OfferedChunk> chunks;
    std::string content;                // of those that are not of zeroes, one after the other
    std::vector<std::size_t> position;  // of each chunk's content in it; npos: it has none
  };
  struct OpenWindow {
    // shared_ptr: a thread of the pool compresses it, whatever becomes of the stream.
    std::shared_ptr<Window> window;
    bool answered = false;  // the target has said what of it it wants
    Bytes saved;
  };
  // What goes on beside what is heard.
  struct Sending {
    Scope& scope;
    Promise<Status> ended;
  };
  struct Compressed;
  static Compressed compress(const Window& window, const codec::SeedWant& want,
                             std::shared_ptr<codec::ZstdCompressor> zstd);

  Task<Status> greet(SeedStream& link);
  Task<void> offer_all(Promise<Status> ended);
  Task<Status> offer_disk(std::uint16_t disk);
  Task<Status> add_range(std::uint16_t disk, ChunkRange range, Window& window);
  Task<Status> offer(Window window);
  Task<Status> hear_all(SeedStream& link, Sending sending);
  Task<Result<codec::SharedFrame>> hear(SeedStream& link, const Scope& sending);
  Task<Status> take(codec::SharedFrame frame, Sending sending);
  Task<Status> start_sending(codec::SeedWant want, Sending sending);
  Task<void> send(std::shared_ptr<Window> window, codec::SeedWant want, Promise<Status> ended);
  Task<Status> send_wanted(std::shared_ptr<Window> window, codec::SeedWant want);
  Status settle(const codec::SeedWritten& written);
  bool is_there_already(std::size_t disk) const;
  // Takes out what the pass ahead has brought.
  void drop_known(Window& window) const;
  Task<Status> write_all(SeedStream& link);
  std::string take_spare();
  void give_back(std::string memory);
  void push(codec::SharedFrame frame);

  SeedParts parts_;
  std::string transfer_;
  std::vector<std::unique_ptr<DiskReader>> disks_;
  std::vector<std::string> names_;  // empty: as the disks are called here
  LimitGate& gate_;
  SeedFigures figures_;
  bool welcomed_ = false;

  std::string incarnation_;          // of the target's disks
  std::uint32_t written_count_ = 0;  // windows from the first on that it has written
  // By disk and index, what the target has, of a move with more than one pass; 40 bytes for each chunk.
  bool remembers_ = false;
  std::vector<std::unordered_map<std::uint32_t, codec::ChunkDigest>> known_;
  std::string ahead_;         // the incarnation to which the pass ahead has brought all
  std::size_t changing_ = 0;  // disks that may be others in the last pass

  // Of the stream that is open.
  Signal changed_;
  std::uint32_t next_window_ = 0;
  std::map<std::uint32_t, OpenWindow> open_;  // offered and not written; at most kMaxOpenWindows
  std::deque<codec::SharedFrame> queue_;      // at most kMaxQueued, and what is being compressed
  bool all_offered_ = false;
  SeedPass pass_ = SeedPass::last;
  std::optional<IncomingEndpoints> endpoints_;
  ChunkKeeper keeper_;

  // Used again: fresh memory would be cleared before it is filled.
  std::vector<std::string> spare_;                            // content of windows; at most kMaxSpare
  std::vector<std::shared_ptr<codec::ZstdCompressor>> zstd_;  // at most kMaxCompressing
};

}  // namespace hanse::host
