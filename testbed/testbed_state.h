// TestbedState: the record of what a testbed may have made, so that `down` finds it after any crash.
//
// It is written before the first thing is made and after each process has started: what is named in it may or
// may not exist; what exists and is not named is at most one process, which runs in one of the named
// namespaces or in the WAN's folder and is found there.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "runtime/processes.h"
#include "testbed/plan.h"

namespace hanse::testbed {

enum class TestbedPhase { starting, running, stopping };
BOOST_DESCRIBE_ENUM(TestbedPhase, starting, running, stopping)

enum class Role { wan, zone, host };
BOOST_DESCRIBE_ENUM(Role, wan, zone, host)

struct RecordedProcess {
  Role role = Role::wan;
  std::string zone;
  std::string host;
  std::int64_t pid = 0;
  std::uint64_t start_time = 0;
  bool operator==(const RecordedProcess&) const = default;
};
BOOST_DESCRIBE_STRUCT(RecordedProcess, (), (role, zone, host, pid, start_time))
HANSE_DECLARE_JSON(RecordedProcess);

struct TestbedState {
  int version = 1;
  std::string name;
  TestbedPhase phase = TestbedPhase::starting;
  Topology topology;
  std::vector<RecordedProcess> processes;
  bool operator==(const TestbedState&) const = default;
};
BOOST_DESCRIBE_STRUCT(TestbedState, (), (version, name, phase, topology, processes))
HANSE_DECLARE_JSON(TestbedState);

inline constexpr int kStateVersion = 1;

std::string write_state(const TestbedState& state);
// Errors: data_loss with the path.
Result<TestbedState> read_state(const std::string& path, std::string_view text);

ProcessId process_id(const RecordedProcess& process);

}  // namespace hanse::testbed
