// Reading and writing of messages over a BufferedStream: what server and client share.
//
// Failure: that of the stream and of the parser; unavailable when the stream ends too early.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "codec/http_parser.h"
#include "http/buffered_stream.h"
#include "http/message.h"
#include "runtime/scheduler.h"

namespace hanse::http {

inline constexpr std::size_t kPieceBytes = 256 * 1024;  // of a body, on its way out

// Reads until the head is complete.
template <class Head>
Task<Status> read_head(BufferedStream& stream, codec::HttpParser<Head>& parser);

// The next piece of the body, decoded; empty at its end.
template <class Head>
Task<Result<std::string>> read_piece(BufferedStream& stream, codec::HttpParser<Head>& parser);

// The whole body; bounded by the limit that the parser has.
template <class Head>
Task<Result<std::string>> read_body(BufferedStream& stream, codec::HttpParser<Head>& parser);

// Writes piece by piece, each within `limit`. Errors: deadline_exceeded.
Task<Status> write_pieces(Scheduler& scheduler, Stream& stream, std::string data, Nanos limit);

// Writes a body that is produced on the way, in chunks when its length is unknown and `chunked`. Errors: also
// data_loss when the source ends before its length.
Task<Status> write_source(Scheduler& scheduler, Stream& stream, BodySource source, bool chunked, Nanos limit);

}  // namespace hanse::http
