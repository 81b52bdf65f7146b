#include "codec/seed_frames.h"

#include <doctest/doctest.h>

#include "codec/zstd.h"

namespace hanse::codec {
namespace {

ChunkDigest digest_of_byte(std::uint8_t byte) {
  ChunkDigest digest{};
  digest.fill(byte);
  return digest;
}

TEST_CASE("what is said of chunks is read as it was written") {
  const SeedOffer offer{.window = 7, .disk = 2, .chunks = {{9, digest_of_byte(3)}, {70'000, kZeroChunk}}};
  CHECK(read_offer(to_frame(offer)).value() == offer);
  const SeedWant want{.window = 0x01020304, .wanted = {true, false, true}};
  CHECK(read_want(to_frame(want)).value() == want);
  const SeedChunks chunks{.window = 1, .chunks = {{0, std::string("abc")}, {31, std::string(1000, 'x')}}};
  CHECK(read_chunks(to_frame(chunks)).value() == chunks);
  CHECK(read_written(to_frame(SeedWritten{5})).value() == SeedWritten{5});
}

TEST_CASE("payloads that are cut short, too long or empty are refused") {
  const Frame offer = to_frame(SeedOffer{.window = 7, .chunks = {{9, digest_of_byte(3)}}});
  for (std::size_t size = 0; size < offer.payload.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read_offer(seed_frame(SeedFrame::offer, offer.payload.substr(0, size))));
  }
  SeedOffer many{.window = 1};
  many.chunks.resize(kWindowChunks + 1);
  CHECK_FALSE(read_offer(to_frame(many)));
  CHECK_FALSE(read_want(seed_frame(SeedFrame::want, "abcd")));
  CHECK_FALSE(read_want(seed_frame(SeedFrame::want, "abcd\2")));
  CHECK_FALSE(read_chunks(to_frame(SeedChunks{.chunks = {{0, std::string()}}})));
  CHECK_FALSE(read_chunks(
      to_frame(SeedChunks{.chunks = {{0, std::string(compressed_bound(kChunkBytes) + 1, 'x')}}})));
  CHECK_FALSE(read_written(seed_frame(SeedFrame::written, "12345")));
}

TEST_CASE("zstd gives back what it was given, and refuses what is not of the size that was said") {
  ZstdCompressor compressor;
  ZstdDecompressor decompressor;
  const std::string text = std::string(5'000, 'a') + "the end";
  const std::string frame = compressor.compress(text);
  CHECK(frame.size() < 100);
  CHECK(decompressor.decompress(frame, text.size()).value() == text);
  for (const std::size_t size : {text.size() - 1, text.size() + 1, std::size_t{0}}) {
    CHECK(decompressor.decompress(frame, size).error().code == Code::data_loss);
  }
  CHECK(decompressor.decompress("no frame", text.size()).error().code == Code::data_loss);
  CHECK(decompressor.decompress(frame, text.size()).value() == text);
}

TEST_CASE("a chunk's digest is 64 hexadecimal digits") {
  const std::string hex = "00ff" + std::string(60, 'a');
  const ChunkDigest digest = digest_of_hex(hex).value();
  CHECK((digest[0] == 0 && digest[1] == 0xff && digest[31] == 0xaa));
  CHECK_FALSE(digest_of_hex(hex.substr(1)));
  CHECK_FALSE(digest_of_hex(std::string(64, 'g')));
  CHECK(is_all_zero(std::string(10, '\0')));
  CHECK_FALSE(is_all_zero(std::string(10, '\0') + "x"));
  CHECK_FALSE(is_all_zero("x" + std::string(10, '\0')));
}

}  // namespace
}  // namespace hanse::codec
