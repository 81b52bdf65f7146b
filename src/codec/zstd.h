// zstd with its working memory kept from text to text: one for each that compresses many.
//
// Thread: one at a time. Failure of compressing: none but a lack of memory, which ends the program.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace hanse::codec {

// The most that `size` bytes can become.
std::size_t compressed_bound(std::size_t size);

class ZstdCompressor {
 public:
  ZstdCompressor();
  // One frame.
  std::string compress(std::string_view text) { return std::string(compress_for_now(text)); }
  // The same, valid until the next call.
  std::string_view compress_for_now(std::string_view text);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::string scratch_;  // as long as the longest frame may be
};

class ZstdDecompressor {
 public:
  ZstdDecompressor();
  // Errors: data_loss when it is not one frame of exactly `size` bytes; never more than that is written.
  Result<std::string> decompress(std::string_view frame, std::size_t size);

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

}  // namespace hanse::codec
