#include "codec/seed_frames.h"

#include <algorithm>

#include "base/json_mapping.h"
#include "codec/big_endian.h"
#include "codec/zstd.h"

namespace hanse::codec {

HANSE_DEFINE_JSON(SeedDisk)
HANSE_DEFINE_JSON(SeedHello)
HANSE_DEFINE_JSON(SeedWelcome)
HANSE_DEFINE_JSON(SeedReady)
HANSE_DEFINE_JSON(SeedFailed)
HANSE_DEFINE_JSON(SeedRejoin)

namespace {

tl::unexpected<Error> bad_payload(const char* what) {
  return fail(Code::invalid_argument, "{} of the seeding is damaged or too long", what);
}

}  // namespace

Frame seed_frame(SeedFrame type, std::string payload) {
  return Frame{static_cast<std::uint8_t>(type), kSeedVersion, std::move(payload)};
}

Frame to_frame(const SeedOffer& offer) {
  std::string payload;
  put_number(payload, offer.window);
  put_number(payload, offer.disk);
  for (const OfferedChunk& chunk : offer.chunks) {
    put_number(payload, chunk.index);
    payload.append(bytes_of(chunk.digest));
  }
  return seed_frame(SeedFrame::offer, std::move(payload));
}

Result<SeedOffer> read_offer(const Frame& frame) {
  ByteReader reader(frame.payload);
  SeedOffer offer{.window = reader.take<std::uint32_t>(), .disk = reader.take<std::uint16_t>()};
  while (reader.good() && !reader.at_end() && offer.chunks.size() < kWindowChunks) {
    OfferedChunk chunk{.index = reader.take<std::uint32_t>()};
    const std::string_view digest = reader.take_bytes(chunk.digest.size());
    std::copy(digest.begin(), digest.end(), chunk.digest.begin());
    offer.chunks.push_back(chunk);
  }
  if (!reader.at_end() || offer.chunks.empty()) return bad_payload("an offer");
  return offer;
}

Frame to_frame(const SeedWant& want) {
  std::string payload;
  put_number(payload, want.window);
  for (const bool wanted : want.wanted) payload += wanted ? '\1' : '\0';
  return seed_frame(SeedFrame::want, std::move(payload));
}

Result<SeedWant> read_want(const Frame& frame) {
  ByteReader reader(frame.payload);
  SeedWant want{.window = reader.take<std::uint32_t>()};
  while (reader.good() && !reader.at_end() && want.wanted.size() < kWindowChunks) {
    const auto wanted = reader.take<std::uint8_t>();
    if (wanted > 1) return bad_payload("an answer");
    want.wanted.push_back(wanted == 1);
  }
  if (!reader.at_end() || want.wanted.empty()) return bad_payload("an answer");
  return want;
}

Frame to_frame(const SeedChunks& chunks) {
  std::size_t size = sizeof chunks.window;
  for (const SentChunk& chunk : chunks.chunks)
    size += sizeof chunk.position + sizeof(std::uint32_t) + chunk.frame.size();
  std::string payload;
  payload.reserve(size);
  put_number(payload, chunks.window);
  for (const SentChunk& chunk : chunks.chunks) {
    put_number(payload, chunk.position);
    put_number(payload, static_cast<std::uint32_t>(chunk.frame.size()));
    payload += chunk.frame;
  }
  return seed_frame(SeedFrame::chunks, std::move(payload));
}

Result<SeedChunks> read_chunks(const Frame& frame) {
  const std::size_t most = compressed_bound(kChunkBytes);
  ByteReader reader(frame.payload);
  SeedChunks chunks{.window = reader.take<std::uint32_t>()};
  while (reader.good() && !reader.at_end() && chunks.chunks.size() < kWindowChunks) {
    SentChunk chunk{.position = reader.take<std::uint16_t>()};
    const auto size = reader.take<std::uint32_t>();
    if (size == 0 || size > most) return bad_payload("a chunk");
    chunk.frame = reader.take_bytes(size);
    chunks.chunks.push_back(std::move(chunk));
  }
  if (!reader.at_end() || chunks.chunks.empty()) return bad_payload("a chunk");
  return chunks;
}

Frame to_frame(const SeedWritten& written) {
  std::string payload;
  put_number(payload, written.window);
  return seed_frame(SeedFrame::written, std::move(payload));
}

Result<SeedWritten> read_written(const Frame& frame) {
  ByteReader reader(frame.payload);
  const SeedWritten written{.window = reader.take<std::uint32_t>()};
  if (!reader.at_end()) return bad_payload("an acknowledgement");
  return written;
}

}  // namespace hanse::codec
