// HTTP requests and responses as values, and the problem documents (RFC 7807) that carry errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "codec/http_head.h"
#include "codec/url.h"
#include "runtime/network.h"

namespace hanse::http {

using codec::Headers;

// A request body that is read while it arrives; see Handler::wants_body_stream().
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // 0 is the end. Errors: resource_exhausted (over the limit), deadline_exceeded, unavailable,
  // invalid_argument.
  virtual Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) = 0;
  // What the client announced, if it did.
  virtual std::optional<std::uint64_t> content_length() const = 0;
};

// A body that is produced while it is sent: fills the buffer with at least one byte, 0 is the end. The
// function must not be a capturing lambda that is itself a coroutine; let it call one.
struct BodySource {
  std::optional<std::uint64_t> length = {};  // unknown: sent in chunks
  std::function<Task<Result<std::size_t>>(std::span<std::byte>)> read;
};

struct Request {
  std::string method = "GET";
  std::string target = "/";  // path and query as they go over the wire
  Headers headers = {};
  std::string body = {};
  // Filled in by the server.
  std::string path = {};                   // of the target, still encoded
  std::vector<std::string> segments = {};  // decoded
  codec::Query query = {};
  PeerIdentity peer = {};
  std::string remote_address = {};
  BodyReader* body_reader = nullptr;  // valid until the handler has returned its Reply
};

struct Response {
  int status = 200;
  Headers headers = {};
  std::string body = {};
};

inline bool is_success(int status) {
  return status >= 200 && status < 300;
}

inline constexpr std::string_view kProblemTypePrefix = "https://hanse.dev/problems/";
inline constexpr std::string_view kProblemMediaType = "application/problem+json";

Response json_response(int status, const json::Value& body);
Response text_response(int status, std::string text);
// `instance` is the path of the request.
Response problem_response(const Error& error, std::string_view instance);
// With a status that no error code stands for: 405, 408, 413, 431.
Response problem_response(int status, const Error& error, std::string_view instance);

// What a client makes of a response that is no success.
Error error_from_response(const Response& response);

}  // namespace hanse::http
