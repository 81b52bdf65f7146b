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

// The position of a chunk and the size of its frame.
constexpr std::size_t kChunkHeadBytes = sizeof(std::uint16_t) + sizeof(std::uint32_t);

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

Result<SeedOffer> read_offer(const SharedFrame& frame) {
  ByteReader reader(frame.payload.view());
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

Result<SeedWant> read_want(const SharedFrame& frame) {
  ByteReader reader(frame.payload.view());
  SeedWant want{.window = reader.take<std::uint32_t>()};
  while (reader.good() && !reader.at_end() && want.wanted.size() < kWindowChunks) {
    const auto wanted = reader.take<std::uint8_t>();
    if (wanted > 1) return bad_payload("an answer");
    want.wanted.push_back(wanted == 1);
  }
  if (!reader.at_end() || want.wanted.empty()) return bad_payload("an answer");
  return want;
}

SeedChunksWriter::SeedChunksWriter(std::uint32_t window, std::size_t most) {
  payload_.reserve(sizeof window + most * (kChunkHeadBytes + compressed_bound(kChunkBytes)));
  put_number(payload_, window);
}

void SeedChunksWriter::add(std::uint16_t position, std::string_view frame) {
  put_number(payload_, position);
  put_number(payload_, static_cast<std::uint32_t>(frame.size()));
  payload_ += frame;
}

Frame SeedChunksWriter::finish() {
  return seed_frame(SeedFrame::chunks, std::move(payload_));
}

Frame to_frame(const SeedChunks& chunks) {
  SeedChunksWriter writer(chunks.window, chunks.chunks.size());
  for (const SentChunk& chunk : chunks.chunks) writer.add(chunk.position, chunk.frame.view());
  return writer.finish();
}

Result<SeedChunks> read_chunks(const SharedFrame& frame) {
  const std::size_t most = compressed_bound(kChunkBytes);
  ByteReader reader(frame.payload.view());
  SeedChunks chunks{.window = reader.take<std::uint32_t>()};
  while (reader.good() && !reader.at_end() && chunks.chunks.size() < kWindowChunks) {
    SentChunk chunk{.position = reader.take<std::uint16_t>()};
    const auto size = reader.take<std::uint32_t>();
    if (size == 0 || size > most) return bad_payload("a chunk");
    chunk.frame = frame.payload.part(reader.take_bytes(size));
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

Result<SeedWritten> read_written(const SharedFrame& frame) {
  ByteReader reader(frame.payload.view());
  const SeedWritten written{.window = reader.take<std::uint32_t>()};
  if (!reader.at_end()) return bad_payload("an acknowledgement");
  return written;
}

}  // namespace hanse::codec
