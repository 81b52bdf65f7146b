// Routes requests to functions by method and path: "GET /a/{name}/b". A literal segment is preferred to a
// parameter. The routes form a trie, so matching takes the length of the path, not the number of routes.
//
// Lifecycle: add all routes, then use it. HEAD is answered by GET's route. What has no route is answered with
// 404, or 405 with Allow.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/handler.h"

namespace hanse::http {

using PathParameters = std::map<std::string, std::string>;
using RouteFunction = std::function<Task<Reply>(Request, PathParameters)>;

struct RouteOptions {
  std::uint64_t body_limit = 0;  // 0: the server's
  bool body_stream = false;      // the request comes with a body_reader
};

// "GET", "/a/{name}/b"
struct RouteName {
  std::string method;
  std::string pattern;
  auto operator<=>(const RouteName&) const = default;
};

class Router final : public Handler {
 public:
  Router();
  ~Router() override;

  // Requires: `route` is "METHOD /path" and is not yet there.
  void add(std::string_view route, RouteFunction function, RouteOptions options = {});
  // All of them, in order of pattern and method.
  std::vector<RouteName> routes() const;

  struct Match {
    const RouteName* route = nullptr;  // null: no route for this method
    const RouteOptions* options = nullptr;
    const RouteFunction* function = nullptr;
    PathParameters parameters;
    std::vector<std::string> allowed;  // the methods of this path; empty: no such path
  };
  Match match(std::string_view method, const std::vector<std::string>& segments) const;

  Task<Reply> handle(Request request) override;
  std::uint64_t body_limit(const Request& head) override;
  bool wants_body_stream(const Request& head) override;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace hanse::http
