// The frames by which the content of disks goes from the host that has them to the one that will, before the
// hypervisors speak to each other; docs/protocols/seeding.md. Pure.
//
// Reading is strict: what is too long, out of bounds or does not add up is invalid_argument, and the stream
// is of no use after it.
#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "codec/chunk.h"
#include "codec/frames.h"

namespace hanse::codec {

enum class SeedFrame : std::uint8_t {
  hello = 1,    // source: SeedHello
  welcome = 2,  // target: SeedWelcome
  offer = 3,    // source: SeedOffer
  want = 4,     // target: SeedWant
  chunks = 5,   // source: SeedChunks
  written = 6,  // target: SeedWritten
  done = 7,     // source: all has been offered and written; empty
  ready = 8,    // target: SeedReady
  failed = 9,   // target: SeedFailed, and the end
  rejoin = 10,  // source, in place of hello: SeedRejoin; the answer is ready or failed
};

inline constexpr std::uint8_t kSeedVersion = 1;
// Chunks that are offered at once, and offers that wait to be written at once.
inline constexpr std::size_t kWindowChunks = 32;
inline constexpr std::size_t kMaxOpenWindows = 8;
// With the parts of snapshots.
inline constexpr std::size_t kMaxSeedDisks = 192;

struct SeedDisk {
  std::string uid;
  std::uint64_t chunks = 0;  // of its whole size
  bool operator==(const SeedDisk&) const = default;
};
BOOST_DESCRIBE_STRUCT(SeedDisk, (), (uid, chunks))
HANSE_DECLARE_JSON(SeedDisk);

struct SeedHello {
  std::string transfer;
  std::vector<SeedDisk> disks;
  std::string incarnation;    // of the disks that were written to before; empty: none were
  std::uint32_t written = 0;  // windows of which it is known; the offers go on from there
  bool operator==(const SeedHello&) const = default;
};
BOOST_DESCRIBE_STRUCT(SeedHello, (), (transfer, disks, incarnation, written))
HANSE_DECLARE_JSON(SeedHello);

// When it is the incarnation of the hello, what was written before is there; else the disks are new.
struct SeedWelcome {
  std::string incarnation;
  bool operator==(const SeedWelcome&) const = default;
};
BOOST_DESCRIBE_STRUCT(SeedWelcome, (), (incarnation))
HANSE_DECLARE_JSON(SeedWelcome);

struct OfferedChunk {
  std::uint32_t index = 0;  // on the disk
  ChunkDigest digest{};
  bool operator==(const OfferedChunk&) const = default;
};

struct SeedOffer {
  std::uint32_t window = 0;
  std::uint16_t disk = 0;  // of those in the hello
  std::vector<OfferedChunk> chunks;
  bool operator==(const SeedOffer&) const = default;
};

struct SeedWant {
  std::uint32_t window = 0;
  std::vector<bool> wanted;  // of the offer's chunks, in their order
  bool operator==(const SeedWant&) const = default;
};

struct SentChunk {
  std::uint16_t position = 0;  // in the offer
  SharedBytes frame;           // zstd
  bool operator==(const SentChunk&) const = default;
};

struct SeedChunks {
  std::uint32_t window = 0;
  std::vector<SentChunk> chunks;
  bool operator==(const SeedChunks&) const = default;
};

struct SeedWritten {
  std::uint32_t window = 0;
  bool operator==(const SeedWritten&) const = default;
};

// Where the target's hypervisor listens now.
struct SeedReady {
  std::string memory_endpoint;
  std::string disk_endpoint;
  bool operator==(const SeedReady&) const = default;
};
BOOST_DESCRIBE_STRUCT(SeedReady, (), (memory_endpoint, disk_endpoint))
HANSE_DECLARE_JSON(SeedReady);

// The stream by which memory follows a guest that runs at the target has broken: it is to listen again.
struct SeedRejoin {
  std::string transfer;
  bool operator==(const SeedRejoin&) const = default;
};
BOOST_DESCRIBE_STRUCT(SeedRejoin, (), (transfer))
HANSE_DECLARE_JSON(SeedRejoin);

struct SeedFailed {
  std::string code;  // as base/error.h names it
  std::string error;
  bool operator==(const SeedFailed&) const = default;
};
BOOST_DESCRIBE_STRUCT(SeedFailed, (), (code, error))
HANSE_DECLARE_JSON(SeedFailed);

// The frame of chunks, one by one as they are compressed.
class SeedChunksWriter {
 public:
  // Memory for so many that do not shrink.
  SeedChunksWriter(std::uint32_t window, std::size_t most);
  void add(std::uint16_t position, std::string_view frame);
  Frame finish();

 private:
  std::string payload_;
};

// Of those that are JSON: the frame of a text.
Frame seed_frame(SeedFrame type, std::string payload = {});

Frame to_frame(const SeedOffer& offer);
Frame to_frame(const SeedWant& want);
Frame to_frame(const SeedChunks& chunks);
Frame to_frame(const SeedWritten& written);

Result<SeedOffer> read_offer(const SharedFrame& frame);
Result<SeedWant> read_want(const SharedFrame& frame);
// Its chunks are parts of the payload.
Result<SeedChunks> read_chunks(const SharedFrame& frame);
Result<SeedWritten> read_written(const SharedFrame& frame);

}  // namespace hanse::codec
