#include "http/message_io.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "runtime/timeout.h"

namespace hanse::http {

template <class Head>
Task<Status> read_head(BufferedStream& stream, codec::HttpParser<Head>& parser) {
  for (;;) {
    if (!stream.buffered().empty()) {
      HANSE_CO_TRY(const std::size_t taken, parser.feed(stream.buffered()));
      stream.consume(taken);
      if (parser.head_done()) co_return Status();
    }
    HANSE_CO_TRY(const std::size_t got, co_await stream.fill());
    if (got == 0) co_return fail(Code::unavailable, "the connection was closed by the other end");
  }
}

template <class Head>
Task<Result<std::string>> read_piece(BufferedStream& stream, codec::HttpParser<Head>& parser) {
  for (;;) {
    if (std::string piece = parser.take_body(); !piece.empty() || parser.done()) co_return piece;
    if (!stream.buffered().empty()) {
      HANSE_CO_TRY(const std::size_t taken, parser.feed(stream.buffered()));
      stream.consume(taken);
      if (taken > 0) continue;
    }
    HANSE_CO_TRY(const std::size_t got, co_await stream.fill());
    if (got == 0 && !parser.feed_end()) {
      co_return fail(Code::unavailable, "the connection was closed in the middle of a message");
    }
  }
}

template <class Head>
Task<Result<std::string>> read_body(BufferedStream& stream, codec::HttpParser<Head>& parser) {
  std::string body;
  for (;;) {
    HANSE_CO_TRY(const std::string piece, co_await read_piece(stream, parser));
    if (piece.empty()) co_return body;
    body += piece;
  }
}

template Task<Status> read_head(BufferedStream&, codec::RequestParser&);
template Task<Status> read_head(BufferedStream&, codec::ResponseParser&);
template Task<Result<std::string>> read_piece(BufferedStream&, codec::RequestParser&);
template Task<Result<std::string>> read_piece(BufferedStream&, codec::ResponseParser&);
template Task<Result<std::string>> read_body(BufferedStream&, codec::RequestParser&);
template Task<Result<std::string>> read_body(BufferedStream&, codec::ResponseParser&);

Task<Status> write_pieces(Scheduler& scheduler, Stream& stream, std::string data, Nanos limit) {
  for (std::size_t position = 0; position < data.size(); position += kPieceBytes) {
    const auto piece = as_bytes(std::string_view(data).substr(position, kPieceBytes));
    HANSE_CO_CHECK(co_await with_timeout<void>(scheduler, limit, "writing to " + stream.remote_address(),
                                               stream.write(piece)));
  }
  co_return Status();
}

Task<Status> write_source(Scheduler& scheduler, Stream& stream, BodySource source, bool chunked,
                          Nanos limit) {
  const bool in_chunks = chunked && !source.length;
  std::vector<std::byte> buffer(kPieceBytes);
  std::uint64_t rest = source.length.value_or(std::numeric_limits<std::uint64_t>::max());
  while (rest > 0) {
    const auto room = std::span(buffer).first(std::min<std::uint64_t>(rest, buffer.size()));
    HANSE_CO_TRY(const std::size_t got, co_await source.read(room));
    if (got == 0) break;
    rest -= got;
    std::string piece = in_chunks ? codec::chunk_head(got) : std::string();
    piece.reserve(piece.size() + got + codec::kChunkEnd.size());
    piece.append(reinterpret_cast<const char*>(buffer.data()), got);
    if (in_chunks) piece += codec::kChunkEnd;
    HANSE_CO_CHECK(co_await write_pieces(scheduler, stream, std::move(piece), limit));
  }
  if (source.length && rest > 0) {
    co_return fail(Code::data_loss, "the body ended {} bytes before its length", rest);
  }
  if (in_chunks) co_return co_await write_pieces(scheduler, stream, std::string(codec::kLastChunk), limit);
  co_return Status();
}

}  // namespace hanse::http
