#include "http/buffered_stream.h"

#include <algorithm>
#include <cstring>

namespace hanse::http {

Task<Result<std::size_t>> BufferedStream::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    if (buffer_.size() >= kMostBytes) {
      co_return fail(Code::resource_exhausted, "more than {} bytes came unread", kMostBytes);
    }
    buffer_.resize(std::max(kFirstBytes, buffer_.size() * 2));
  }
  Result<std::size_t> got = co_await stream_->read_some(std::span(buffer_).subspan(end_));
  if (got) {
    end_ += *got;
    bytes_read_ += *got;
  }
  co_return got;
}

Task<Result<std::size_t>> BufferedStream::read_some(std::span<std::byte> buffer) {
  if (begin_ == end_) {
    std::vector<std::byte>().swap(buffer_);
    begin_ = end_ = 0;
    co_return co_await stream_->read_some(buffer);
  }
  const std::size_t size = std::min(buffer.size(), end_ - begin_);
  std::memcpy(buffer.data(), buffer_.data() + begin_, size);
  begin_ += size;
  co_return size;
}

}  // namespace hanse::http
