#include "zone/workloads/refusals.h"

#include <doctest/doctest.h>

#include "tests/support/manual_loop.h"

namespace hanse::zone {
namespace {

model::Workload workload_with_uid(const std::string& uid) {
  model::Workload workload;
  workload.metadata.uid = uid;
  return workload;
}

TEST_CASE("a refusal counts for its workload only, and for half a minute") {
  test::ManualLoop loop;
  Refusals refusals(loop);
  refusals.remember(workload_with_uid("a"), "oslo", "no room");
  loop.advance_to(loop.now() + Seconds{20});
  refusals.remember(workload_with_uid("a"), "riga", "no such flavour");
  using Reasons = std::map<std::string, std::string>;
  CHECK(refusals.passed_over(workload_with_uid("a"), {}) ==
        Reasons{{"oslo", "no room"}, {"riga", "no such flavour"}});
  CHECK(refusals.passed_over(workload_with_uid("b"), {}).empty());
  loop.advance_to(loop.now() + Seconds{20});
  CHECK(refusals.passed_over(workload_with_uid("a"), {}) == Reasons{{"riga", "no such flavour"}});
}

TEST_CASE("a zone that has what was lost in it is passed over until it is removed") {
  test::ManualLoop loop;
  const Refusals refusals(loop);
  const Replicas replicas = {{.index = 0, .instance = "web-0", .zone = "oslo", .lost = true},
                             {.index = 0, .instance = "web-0", .zone = "riga"}};
  const auto passed_over = refusals.passed_over(workload_with_uid("a"), replicas);
  CHECK(passed_over ==
        std::map<std::string, std::string>{{"oslo", "it has not removed web-0, which was lost in it"}});
}

}  // namespace
}  // namespace hanse::zone
