// DiskReader and DiskWriter: the content of a machine's disks by chunks, as the seeding of a move reads it at
// the source and writes it at the target. A driver makes them.
//
// Lifecycle: a reader is good while its disks stay frozen, a writer while its machine waits for its disks.
// Thread: the loop, one call at a time on each. Failure: unavailable (the hypervisor has gone), data_loss,
// resource_exhausted (the disk is full).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "codec/chunk.h"

namespace hanse::host {

// Neighbouring chunks of a disk.
struct ChunkRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  bool zero = false;  // they read as zeroes and have no content
  bool operator==(const ChunkRange&) const = default;
};

class DiskReader {
 public:
  virtual ~DiskReader() = default;
  // As the block storage is called.
  virtual const std::string& uid() const = 0;
  virtual std::uint64_t chunk_count() const = 0;
  // Those that the disk has of its own, above its base, in ascending order.
  virtual const std::vector<ChunkRange>& ranges() const = 0;
  // `memory`: what may hold it, of any size, so that none is cleared for it. Requires: within one range that
  // is not of zeroes.
  virtual Task<Result<std::string>> read(std::uint64_t first, std::uint64_t count, std::string memory) = 0;
};

// Of a machine that has never been made: it has nothing of its own.
class UnmadeDisk final : public DiskReader {
 public:
  UnmadeDisk(std::string uid, std::uint64_t chunk_count) : uid_(std::move(uid)), chunk_count_(chunk_count) {}
  const std::string& uid() const override { return uid_; }
  std::uint64_t chunk_count() const override { return chunk_count_; }
  const std::vector<ChunkRange>& ranges() const override { return ranges_; }
  Task<Result<std::string>> read(std::uint64_t, std::uint64_t, std::string) override {
    co_return fail(Code::internal, "disk {} was never made", uid_);
  }

 private:
  std::string uid_;
  std::uint64_t chunk_count_;
  std::vector<ChunkRange> ranges_;  // none
};

// One chunk and where it belongs.
struct PlacedChunk {
  std::uint64_t index = 0;
  std::string content;  // empty: zeroes
};

class DiskWriter {
 public:
  virtual ~DiskWriter() = default;
  virtual const std::string& uid() const = 0;
  virtual std::uint64_t chunk_count() const = 0;
  // Requires: below chunk_count().
  virtual Task<Status> write(std::vector<PlacedChunk> chunks) = 0;
  // What was written is on the disk.
  virtual Task<Status> flush() = 0;
};

}  // namespace hanse::host
