#include "testbed/testbed_state.h"

#include "base/json_mapping.h"

namespace hanse::testbed {

HANSE_DEFINE_JSON(RecordedProcess)
HANSE_DEFINE_JSON(TestbedState)

std::string write_state(const TestbedState& state) {
  return json::dump_pretty(to_json(state)) + "\n";
}

Result<TestbedState> read_state(const std::string& path, std::string_view text) {
  const auto damaged = [&](std::string_view reason) {
    return fail(Code::data_loss,
                "testbed state {} cannot be read: {}; end its processes by hand and remove the folder", path,
                reason);
  };
  const Result<json::Value> value = json::parse(text);
  if (!value) return damaged(value.error().message);
  Result<TestbedState> state = json::from_json<TestbedState>(*value);
  if (!state) return damaged(state.error().message);
  if (state->version != kStateVersion) return damaged(fmt::format("version {} is not known", state->version));
  return state;
}

ProcessId process_id(const RecordedProcess& process) {
  return {process.pid, process.start_time};
}

}  // namespace hanse::testbed
