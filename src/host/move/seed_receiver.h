// SeedReceiver: the target's side of seeding, docs/protocols/seeding.md: takes what is offered from the
// host's chunk store where it has it, wants the rest, checks what comes, and writes the disks.
//
// Nothing that the source says is believed: a chunk has the digest that was offered, and lies on its disk.
// While some chunks are written, others are checked and more come: at most kMaxPlacing frames are at it.
// Lifecycle: one for each stream. Thread: the loop; decompressing and hashing run on the blocking executor.
// Failure of run(): invalid_argument and data_loss (the source errs), those of the stream and of the writers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "codec/seed_frames.h"
#include "host/disk_access.h"
#include "host/move/chunk_keeper.h"
#include "host/move/seed_sender.h"
#include "host/move/seed_stream.h"
#include "runtime/future.h"
#include "runtime/signal.h"

namespace hanse::host {

// One is checked while another is written; the content of each is 2 MiB.
inline constexpr std::size_t kMaxPlacing = 2;
// Answers that wait to be sent, beyond those of the windows that are open.
inline constexpr std::size_t kMaxAnswers = 2 * codec::kMaxOpenWindows;

class SeedReceiver {
 public:
  // The writers outlive it.
  SeedReceiver(SeedParts parts, std::vector<std::unique_ptr<DiskWriter>>& disks);

  // Errors: invalid_argument when the hello is not about this transfer and these disks.
  Status check(const codec::SeedHello& hello, const std::string& transfer) const;
  // From after the welcome until the source has offered all and all is on disk. `written`: windows that were
  // written over an earlier stream.
  Task<Status> run(SeedStream& stream, std::uint32_t written);
  // That have been written so far, from the first on.
  std::uint32_t written() const { return written_; }

 private:
  // What is on its way of one offer.
  struct Window {
    std::uint16_t disk = 0;
    std::vector<codec::OfferedChunk> chunks;
    std::set<std::uint16_t> wanted;  // positions that have not come yet
    std::size_t unwritten = 0;       // chunks that are not on the disk yet
  };
  // Where a chunk that is on its way belongs.
  struct Place {
    std::uint32_t window = 0;
    std::uint16_t disk = 0;
    std::uint64_t index = 0;
  };
  using Found = std::vector<std::optional<std::string>>;
  using Chunks = std::vector<store::StoredChunk>;

  Task<void> hear_all(SeedStream& stream, Scope& placing, Promise<Status> ended);
  Task<Status> hear(SeedStream& stream, Scope& placing, Promise<Status> ended);
  Task<Status> take_offer(codec::SeedOffer offer, Scope& placing, Promise<Status> ended);
  Status check_offer(const codec::SeedOffer& offer) const;
  Task<Found> find_here(codec::SeedOffer offer);
  Result<Chunks> take_chunks(codec::SeedChunks chunks);
  // Waits for room, and goes on beside what comes next.
  Task<Status> start_placing(Task<Status> work, Scope& placing, Promise<Status> ended);
  Task<void> place(Task<Status> work, Promise<Status> ended);
  Task<Status> place_found(std::uint32_t window, std::vector<PlacedChunk> chunks);
  Task<Status> place_chunks(Chunks chunks);
  Task<Status> write(std::uint16_t disk, std::vector<PlacedChunk> chunks);
  void tell_written();
  void push(codec::SharedFrame frame);
  Task<void> write_all(SeedStream& stream, Promise<Status> ended);

  SeedParts parts_;
  std::vector<std::unique_ptr<DiskWriter>>& disks_;
  std::uint32_t next_offer_ = 0;
  std::uint32_t written_ = 0;
  std::map<std::uint32_t, Window> open_;  // at most kMaxOpenWindows
  std::map<codec::ChunkDigest, std::vector<Place>> coming_;
  std::deque<codec::SharedFrame> queue_;  // answers: two for each open window, and kMaxAnswers, at the most
  bool writing_ = false;                  // to a disk, which takes one call at a time
  Signal changed_;
  ChunkKeeper keeper_;
};

}  // namespace hanse::host
