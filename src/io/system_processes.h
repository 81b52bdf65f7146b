// The Processes of the real runtime. Thread: the loop.
#pragma once

#include <cstdint>

#include "io/event_loop.h"
#include "io/owned_descriptor.h"
#include "io/reaper.h"
#include "runtime/processes.h"

namespace hanse::io {

class SystemProcesses final : public Processes {
 public:
  SystemProcesses(EventLoop& loop, Scheduler& scheduler)
      : loop_(loop), scheduler_(scheduler), reaper_(loop, scheduler) {}

  Task<Result<ProcessResult>> run(ProcessOptions options) override;
  Task<Result<ProcessId>> start_daemon(ProcessOptions options) override;
  bool alive(const ProcessId& process) const override;
  Result<ProcessId> identify(std::int64_t pid) const override;
  void signal(const ProcessId& process, int number) override;

 private:
  Task<Result<ProcessResult>> run_into_file(ProcessOptions options);
  Task<Result<ProcessResult>> run_captured(ProcessOptions options);

  EventLoop& loop_;
  Scheduler& scheduler_;
  Reaper reaper_;
};

}  // namespace hanse::io
