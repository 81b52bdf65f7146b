// A Runtime for unit tests: virtual time, files in memory, fixed chance; no network and no processes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "runtime/runtime.h"
#include "tests/support/fake_files.h"
#include "tests/support/manual_loop.h"

namespace hanse::test {

class CountingRandom final : public Random {
 public:
  std::uint64_t next() override { return state_ += 0x9E3779B97F4A7C15; }

 private:
  std::uint64_t state_ = 0;
};

class NoNetwork final : public Network {
 public:
  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, std::optional<TlsOptions>,
                                                Nanos) override {
    co_return fail(Code::unavailable, "{} does not answer", to_string(endpoint));
  }
  Task<Result<std::unique_ptr<Listener>>> listen(Endpoint endpoint, std::optional<TlsOptions>) override {
    co_return fail(Code::unavailable, "{} cannot be listened at", to_string(endpoint));
  }
};

class NoProcesses final : public Processes {
 public:
  Task<Result<ProcessResult>> run(ProcessOptions) override {
    co_return fail(Code::unimplemented, "no processes here");
  }
  Task<Result<ProcessId>> start_daemon(ProcessOptions) override {
    co_return fail(Code::unimplemented, "no processes here");
  }
  bool alive(const ProcessId&) const override { return false; }
  Result<ProcessId> identify(std::int64_t pid) const override {
    return fail(Code::not_found, "no process {}", pid);
  }
  void signal(const ProcessId&, int) override {}
};

struct TestRuntime {
  explicit TestRuntime(ManualLoop& loop)
      : runtime{loop, loop, random, network, files, processes, loop, log} {}

  CountingRandom random;
  NoNetwork network;
  FakeFiles files;
  NoProcesses processes;
  SilentLog log;
  Runtime runtime;
};

}  // namespace hanse::test
