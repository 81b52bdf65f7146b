// What a host says of chunks: any bytes, as a frame of each kind; and any bytes as a compressed chunk.
#include <cstdint>
#include <string>

#include "codec/seed_frames.h"
#include "codec/zstd.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hanse::codec;
  const std::string payload(reinterpret_cast<const char*>(data), size);
  const Frame frame = seed_frame(SeedFrame::offer, payload);
  // What can be read is written again as it was.
  if (const auto offer = read_offer(frame); offer && to_frame(*offer).payload != payload) __builtin_trap();
  if (const auto want = read_want(frame); want && to_frame(*want).payload != payload) __builtin_trap();
  if (const auto chunks = read_chunks(frame); chunks && to_frame(*chunks).payload != payload)
    __builtin_trap();
  if (const auto written = read_written(frame); written && to_frame(*written).payload != payload)
    __builtin_trap();
  ZstdDecompressor decompressor;
  if (const auto text = decompressor.decompress(payload, kChunkBytes); text && text->size() != kChunkBytes)
    __builtin_trap();
  return 0;
}
