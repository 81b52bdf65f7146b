// The parts of a client's exchange that need no pool.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "codec/http_parser.h"
#include "http/buffered_stream.h"
#include "http/message.h"

namespace hanse::http {

// A request that was sent and whose answer's head was read; the body is still to come.
struct OpenExchange {
  std::unique_ptr<BufferedStream> stream;
  codec::ResponseParser parser;
};

// Passes over interim responses (1xx other than 101).
Task<Result<codec::ResponseParser>> read_response_head(BufferedStream& stream, std::string method);
// Without the body.
Response response_of(const codec::ResponseHead& head);
// May be sent twice without harm.
bool is_idempotent(std::string_view method);

}  // namespace hanse::http
