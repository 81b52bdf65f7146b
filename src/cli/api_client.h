// What client commands need of a zone's API. The real one is made by make_http_api_client(); tests script
// one.
//
// Thread: the loop. Failure: unavailable, deadline_exceeded, unauthenticated, and whatever the zone answers:
// an answer outside 2xx is an error with the zone's code, message and sources.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace hanse::cli {

struct ApiAnswer {
  int status = 200;
  boost::json::value body;
};

struct WatchEvent {
  std::string id;     // to go on behind it
  std::string event;  // put, delete, synced, output
  boost::json::value data;
};

class WatchStream {
 public:
  virtual ~WatchStream() = default;
  // Nothing when the zone ended the stream.
  virtual Task<Result<std::optional<WatchEvent>>> next() = 0;
};

// Fills the buffer with at least one byte; 0 is the end. Not a capturing lambda that is itself a coroutine.
using ReadPiece = std::function<Task<Result<std::size_t>>(std::span<std::byte>)>;

class ApiClient {
 public:
  virtual ~ApiClient() = default;
  // `path` may carry a query.
  virtual Task<Result<ApiAnswer>> call(std::string method, std::string path,
                                       std::optional<boost::json::value> body) = 0;
  Task<Result<ApiAnswer>> call(std::string method, std::string path) {
    return call(std::move(method), std::move(path), std::nullopt);
  }
  virtual Task<Result<std::unique_ptr<WatchStream>>> watch(std::string path, std::string last_event_id) = 0;
  virtual Task<Result<boost::json::value>> upload(std::string path, std::uint64_t length,
                                                  ReadPiece source) = 0;
};

// All pages of a collection; `query` has no '?' and may be empty. Requires: `client` outlives the task.
// Errors: also resource_exhausted beyond kMaxListed.
Task<Result<std::vector<boost::json::value>>> list_all(ApiClient& client, std::string path,
                                                       std::string query);

inline constexpr std::size_t kMaxListed = 1'000'000;
inline constexpr std::size_t kPageSize = 1'000;

}  // namespace hanse::cli
