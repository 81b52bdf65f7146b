#include "http/router.h"

#include <doctest/doctest.h>
#include <string>

#include "tests/support/http_service.h"

namespace hanse::http {
namespace {

Task<Reply> nothing(Request, PathParameters) {
  co_return Reply();
}

struct Paths {
  Router router;
  Paths() {
    for (const char* route : {"GET /", "GET /a", "PUT /a/{name}", "GET /a/{name}", "GET /a/{name}/b",
                              "GET /a/self", "GET /a/{other}/c/{more}", "DELETE /a/self/b"})
      router.add(route, nothing);
  }
  std::string pattern(std::string_view method, const std::vector<std::string>& segments) const {
    const Router::Match match = router.match(method, segments);
    return match.route == nullptr ? "" : match.route->pattern;
  }
};

TEST_CASE("paths find their routes, literals first") {
  const Paths paths;
  CHECK(paths.pattern("GET", {}) == "/");
  CHECK(paths.pattern("GET", {"a"}) == "/a");
  CHECK(paths.pattern("GET", {"a", "self"}) == "/a/self");
  CHECK(paths.pattern("GET", {"a", "x"}) == "/a/{name}");
  CHECK(paths.pattern("HEAD", {"a", "x"}) == "/a/{name}");
  CHECK(paths.pattern("GET", {"a", "x", "b"}) == "/a/{name}/b");
  CHECK(paths.pattern("GET", {"a", "self", "c", "y"}) == "/a/{other}/c/{more}");  // back from the literal
}

TEST_CASE("parameters have the names of their own route") {
  const Paths paths;
  CHECK(paths.router.match("GET", {"a", "x y", "b"}).parameters == PathParameters{{"name", "x y"}});
  CHECK(paths.router.match("GET", {"a", "1", "c", "2"}).parameters ==
        PathParameters{{"other", "1"}, {"more", "2"}});
}

TEST_CASE("no path and no method are told apart") {
  const Paths paths;
  for (const std::vector<std::string>& path :
       {std::vector<std::string>{"b"}, {"a", ""}, {"a", "x", "b", "d"}, {"a", "x", "c"}, {""}}) {
    CHECK(paths.router.match("GET", path).allowed.empty());
  }
  const Router::Match match = paths.router.match("DELETE", {"a", "x"});
  CHECK(match.route == nullptr);
  CHECK(match.allowed == std::vector<std::string>{"GET", "PUT"});
}

TEST_CASE("404 and 405 are problem documents, and 405 says what is allowed") {
  test::ManualLoop loop;
  Paths paths;
  const Reply missing = *test::complete(loop, paths.router.handle({.path = "/b", .segments = {"b"}}));
  CHECK(missing.response.status == 404);
  CHECK(missing.response.headers.get("content-type") == kProblemMediaType);
  const Reply forbidden =
      *test::complete(loop, paths.router.handle({.method = "POST", .path = "/a/x", .segments = {"a", "x"}}));
  CHECK(forbidden.response.status == 405);
  CHECK(forbidden.response.headers.get("allow") == "GET, PUT");
}

TEST_CASE("all routes are listed in order") {
  const Paths paths;
  const std::vector<RouteName> routes = paths.router.routes();
  CHECK(routes.size() == 8);
  CHECK(routes.front() == RouteName{"GET", "/"});
  CHECK(routes.back() == RouteName{"GET", "/a/{other}/c/{more}"});
}

}  // namespace
}  // namespace hanse::http
