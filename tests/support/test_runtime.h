// A Runtime for unit tests: a manual loop with virtual time, network and files in memory, seeded chance, and
// no processes.
#pragma once

#include <cstdint>
#include <tl/expected.hpp>

#include "runtime/runtime.h"
#include "runtime/seeded_random.h"
#include "tests/support/fake_files.h"
#include "tests/support/manual_loop.h"
#include "tests/support/memory_stream.h"

namespace hanse::test {

class NoProcesses final : public Processes {
 public:
  Task<Result<ProcessResult>> run(ProcessOptions) override { co_return none(); }
  Task<Result<ProcessId>> start_daemon(ProcessOptions) override { co_return none(); }
  bool alive(const ProcessId&) const override { return false; }
  Result<ProcessId> identify(std::int64_t) const override { return none(); }
  void signal(const ProcessId&, int) override {}

 private:
  static tl::unexpected<Error> none() { return fail(Code::unimplemented, "this test has no processes"); }
};

struct TestRuntime {
  ManualLoop loop;
  MemoryNetwork network{loop};
  SeededRandom random{1};
  FakeFiles files;
  NoProcesses processes;
  SilentLog log;
  Runtime runtime{loop, loop, random, network, files, processes, loop, log};
};

}  // namespace hanse::test
