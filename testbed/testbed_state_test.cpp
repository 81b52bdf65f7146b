#include "testbed/testbed_state.h"

#include <doctest/doctest.h>

#include "testbed/built_in_topologies.h"

namespace hanse::testbed {
namespace {

TEST_CASE("the state is read as it was written") {
  const TestbedState state{
      .name = "test",
      .phase = TestbedPhase::running,
      .topology = three_zones(),
      .processes = {{Role::wan, "", "", 100, 5000}, {Role::host, "a", "a-1", 101, 5001}}};
  CHECK(read_state("s", write_state(state)) == state);
}

TEST_CASE("a damaged state is refused with its path") {
  const std::string text = write_state({.name = "test"});
  for (const std::string& damaged : {std::string(), text.substr(0, text.size() / 2), std::string("[]"),
                                     std::string("{\"version\": 2}"), std::string("{\"pid\": 1}")}) {
    const Result<TestbedState> state = read_state("/state/testbed.json", damaged);
    REQUIRE_FALSE(state.has_value());
    CHECK(state.error().code == Code::data_loss);
    CHECK(state.error().message.find("/state/testbed.json") != std::string::npos);
  }
}

}  // namespace
}  // namespace hanse::testbed
