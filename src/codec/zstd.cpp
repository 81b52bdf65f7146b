#include "codec/zstd.h"

#include <algorithm>
#include <new>
#include <zstd.h>

namespace hanse::codec {
namespace {

// The quickest that still finds repetitions: the link is rarely slower than a core at a higher one.
constexpr int kZstdLevel = 1;

}  // namespace

std::size_t compressed_bound(std::size_t size) {
  return ZSTD_compressBound(size);
}

void ZstdCompressor::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}
void ZstdDecompressor::Free::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

ZstdCompressor::ZstdCompressor() : context_(ZSTD_createCCtx()) {
  if (!context_) throw std::bad_alloc();
}

std::string_view ZstdCompressor::compress_for_now(std::string_view text) {
  scratch_.resize(std::max(scratch_.size(), compressed_bound(text.size())));
  const std::size_t size = ZSTD_compressCCtx(context_.get(), scratch_.data(), scratch_.size(), text.data(),
                                             text.size(), kZstdLevel);
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();  // with room for the bound there is no other reason
  return std::string_view(scratch_).substr(0, size);
}

ZstdDecompressor::ZstdDecompressor() : context_(ZSTD_createDCtx()) {
  if (!context_) throw std::bad_alloc();
}

Result<std::string> ZstdDecompressor::decompress(std::string_view frame, std::size_t size) {
  std::string text(size, '\0');
  const std::size_t got =
      ZSTD_decompressDCtx(context_.get(), text.data(), text.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0)
    return fail(Code::data_loss, "the compressed data is damaged: {}", ZSTD_getErrorName(got));
  if (got != size) return fail(Code::data_loss, "the compressed data has {} bytes instead of {}", got, size);
  return text;
}

}  // namespace hanse::codec
