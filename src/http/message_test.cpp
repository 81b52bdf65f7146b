#include "http/message.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace hanse::http {
namespace {

TEST_CASE("every error survives its problem document") {
  for (int i = 0; i < kCodeCount; ++i) {
    const Error error{static_cast<Code>(i), "disk \"d\" is full", {{"/spec/size", ""}, {"", "limit"}}};
    const Response response = problem_response(error, "/x");
    CAPTURE(response.body);
    CHECK(response.status == traits_of(error.code).http_status);
    CHECK(error_from_response(response) == error);
  }
}

TEST_CASE("the problem document has the fields of RFC 7807 and sources") {
  const Response response =
      problem_response(Error{Code::not_found, "no image 'a'", {{"/a", ""}}}, "/images/a");
  CHECK(json::parse(response.body).value() == json::parse(R"({
    "type": "https://hanse.dev/problems/not_found", "title": "Not Found", "status": 404,
    "detail": "no image 'a'", "instance": "/images/a", "sources": [{"pointer": "/a"}]})")
                                                  .value());
}

TEST_CASE("a response without a good problem document is judged by its status") {
  const Response plain{503, {}, "<html>"};
  CHECK(error_from_response(plain) ==
        Error{Code::unavailable, "the server answered 503 Service Unavailable"});
  for (const char* body :
       {"", "[]", "{\"detail\":5,\"sources\":[1,{\"pointer\":2}]}", "{\"type\":\"about:blank\"}"}) {
    const Response odd{404, {{"content-type", "application/problem+json"}}, body};
    CHECK(error_from_response(odd).code == Code::not_found);
    CHECK(error_from_response(odd).message == "the server answered 404 Not Found");
  }
}

}  // namespace
}  // namespace hanse::http
