// `hanse host`: the agent of one machine as a process, with the QEMU driver, over the real runtime.
//
// Lifecycle: HostService is the composition, also for `hanse dev`; run_host() is the program, until a signal.
// The machines go on running when it ends. Thread: the loop.
#pragma once

#include <memory>
#include <string>

#include "base/scope.h"
#include "cli/daemon_options.h"
#include "host/host_config.h"
#include "io/real_runtime.h"

namespace hanse::programs {

class HostService {
 public:
  explicit HostService(io::RealRuntime& real);
  ~HostService();
  HostService(const HostService&) = delete;
  HostService& operator=(const HostService&) = delete;

  Task<Result<bool>> has_enrolled(std::string data_dir);
  // As `hanse host enrol`.
  Task<Status> enrol(std::string data_dir, std::string token);
  // Serves until it is destroyed. Ends only with what makes it impossible to go on. Requires: the machine has
  // enrolled.
  Task<Status> run(host::HostConfig config);

 private:
  struct Parts;
  io::RealRuntime& real_;
  std::unique_ptr<Parts> parts_;
};

int run_host(const cli::HostOptions& options);

}  // namespace hanse::programs
