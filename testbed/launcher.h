// Launcher: starts the programs of a testbed, each in its place and in the record, and waits until it is at
// work. `up` starts all of them; `start` one that has ended.
//
// Lifecycle: lives in the frame of a command; plan, state and programs must outlive it. Thread: the loop.
// Failure: deadline_exceeded or unavailable, with the end of its log, when a program does not get to work.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/runtime.h"
#include "testbed/plan.h"
#include "testbed/testbed_state.h"
#include "testbed/zone_access.h"

namespace hanse::testbed {

// What is run, each with its configuration file as the last argument; a host enrols before it first runs.
struct Programs {
  std::vector<std::string> wan;   // {"/usr/bin/hanse", "testbed", "wan", "--config"}
  std::vector<std::string> zone;  // {"/usr/bin/hanse", "zone", "--config"}
  std::vector<std::string> host;
  std::vector<std::string> enrol_host;  // ends with the host's folder and the file of its token
};

// All of one `hanse` program.
Programs programs_of(const std::string& hanse);

inline constexpr Nanos kStepLimit = Seconds{60};  // for one zone or host to be at work

class Launcher {
 public:
  Launcher(Runtime& runtime, ZoneAccess& access, const Plan& plan, TestbedState& state,
           const Programs& programs, Nanos step_limit);

  Task<Status> record();

  // Recorded when they complete, in place of one that had ended.
  Task<Result<ProcessId>> start_wan();
  Task<Result<ProcessId>> start_zone(ZonePlan zone);
  // In the host's place in the network. Errors: with what it printed.
  Task<Status> enrol_host(ZonePlan zone, HostPlan host);
  Task<Result<ProcessId>> start_host(ZonePlan zone, HostPlan host);

  Task<Status> await_wan(ProcessId process);
  Task<Status> await_zone(ZonePlan zone, ProcessId process);
  Task<Status> await_host(ZonePlan zone, HostPlan host, ProcessId process);
  // Until the zone knows what all others offer.
  Task<Status> await_offers(ZonePlan zone, ProcessId process);

 private:
  struct Waiting {
    ProcessId process;
    std::string log_file;
    std::string what;
    MonotonicTime deadline;
  };

  Task<Result<ProcessId>> start(RecordedProcess process, std::vector<std::string> command, std::string folder,
                                std::string log_file);
  // Waits for the file while the process lives.
  Task<Status> wait_for_file(std::string path, Waiting waiting);
  // After a check that failed: waits a moment, or gives up with the end of the log.
  Task<Status> pause(Waiting waiting, std::string missing);
  Waiting waiting_for(ProcessId process, std::string log_file, std::string what, Nanos limit) const {
    return {process, std::move(log_file), std::move(what), runtime_.clock.now() + limit};
  }

  Runtime& runtime_;
  ZoneAccess& access_;
  const Plan& plan_;
  TestbedState& state_;
  const Programs& programs_;
  Nanos step_limit_;
};

}  // namespace hanse::testbed
