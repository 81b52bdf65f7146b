#include "http/places.h"

#include <doctest/doctest.h>
#include <optional>

#include "base/scope.h"
#include "tests/support/manual_loop.h"

namespace hanse::http {
namespace {

TEST_CASE("who finds no place gets the one that is given back") {
  test::ManualLoop loop;
  Places places(loop, 1);
  std::optional<Places::Place> first(std::in_place, places);
  bool second = false;
  const auto wait = [](Places& where, bool& done) -> Task<void> {
    co_await where.wait_for_one();
    done = true;
  };
  Scope scope;
  REQUIRE(scope.spawn(wait(places, second)));
  loop.run();
  CHECK_FALSE(second);
  first->give_back();
  loop.run();
  CHECK(second);
  first.reset();  // a place is given back once
  std::optional<Places::Place> only(std::in_place, places);
  bool third = false;
  REQUIRE(scope.spawn(wait(places, third)));
  loop.run();
  CHECK_FALSE(third);
}

}  // namespace
}  // namespace hanse::http
