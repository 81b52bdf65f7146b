// What `hanse testbed status` tells: the record compared with what runs now.
//
// Thread: the loop. Failure: not_found when there is no testbed; a WAN that does not answer is told, not
// failed.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/runtime.h"
#include "testbed/testbed_state.h"
#include "testbed/wan/wan_options.h"

namespace hanse::testbed {

struct ProcessReport {
  std::string name;  // of the host or zone
  std::int64_t pid = 0;
  bool running = false;
};
BOOST_DESCRIBE_STRUCT(ProcessReport, (), (name, pid, running))
HANSE_DECLARE_JSON(ProcessReport);

struct ZoneReport {
  std::string name;
  std::string provider;
  std::string member_state;
  std::string city;
  std::string address;
  std::string endpoint;  // of its API
  std::string network_namespace;
  ProcessReport zone;
  std::vector<ProcessReport> hosts;
  int guests = 0;
};
BOOST_DESCRIBE_STRUCT(ZoneReport, (),
                      (name, provider, member_state, city, address, endpoint, network_namespace, zone, hosts,
                       guests))
HANSE_DECLARE_JSON(ZoneReport);

struct StatusReport {
  std::string name;
  TestbedPhase phase = TestbedPhase::starting;
  std::string state_folder;
  std::string contexts_file;
  ProcessReport wan;
  std::vector<ZoneReport> zones;
  std::vector<LinkReport> links;  // between zones, both directions
};
BOOST_DESCRIBE_STRUCT(StatusReport, (), (name, phase, state_folder, contexts_file, wan, zones, links))
HANSE_DECLARE_JSON(StatusReport);

Task<Result<StatusReport>> read_status(Runtime& runtime, std::string state_folder);

// The record and the plan of a testbed that is there. Errors: as read_status().
Task<Result<TestbedState>> read_record(Runtime& runtime, std::string state_folder);
Task<Result<Plan>> read_plan(Runtime& runtime, std::string state_folder);

struct StatusTableOptions {
  bool each_link = false;    // else more than kMaxShownLinks are put into one line
  bool process_ids = false;  // of the zones and hosts
};

inline constexpr std::size_t kMaxShownLinks = 6;  // directions: three zones

// For people.
std::string status_table(const StatusReport& report, StatusTableOptions options);

}  // namespace hanse::testbed
