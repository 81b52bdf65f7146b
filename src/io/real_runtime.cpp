#include "io/real_runtime.h"

#include <fcntl.h>
#include <unistd.h>

#include "io/event_loop.h"
#include "io/loop_scheduler.h"
#include "io/signal_watch.h"
#include "io/socket_network.h"
#include "io/spdlog_sink.h"
#include "io/system_clock.h"
#include "io/system_files.h"
#include "io/system_processes.h"
#include "io/system_random.h"
#include "io/thread_pool.h"

namespace hanse::io {
namespace {

// A socket must never become descriptor 0, 1 or 2, where a child would take it for its standard output.
void ensure_standard_descriptors() {
  int descriptor = 0;
  do {
    descriptor = ::open("/dev/null", O_RDWR);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) ::close(descriptor);
}

}  // namespace

// In order of construction: what is destroyed first, the threads and the children, stands last.
struct RealRuntime::Parts {
  explicit Parts(const RealRuntimeOptions& options)
      : standard_error(options.log_level),
        log(options.log != nullptr ? *options.log : standard_error),
        pool(loop, "hanse-block", options.blocking_threads) {}

  SpdlogSink standard_error;
  LogSink& log;
  EventLoop loop;
  SystemClock clock;
  LoopScheduler scheduler{loop, clock};
  SystemRandom random;
  ThreadPool pool;
  SystemFiles files{pool, scheduler};
  SocketNetwork network{loop, scheduler, pool, log};
  SystemProcesses processes{loop, scheduler};
  std::optional<SignalWatch> signals;
  Runtime runtime{clock, scheduler, random, network, files, processes, pool, log};
};

RealRuntime::RealRuntime(RealRuntimeOptions options) {
  ensure_standard_descriptors();
  parts_ = std::make_unique<Parts>(options);
}

RealRuntime::~RealRuntime() = default;

Runtime& RealRuntime::runtime() {
  return parts_->runtime;
}

void RealRuntime::run() {
  parts_->loop.run();
}

void RealRuntime::stop() {
  parts_->loop.stop();
}

bool RealRuntime::run_until(const bool& done) {
  return parts_->loop.run_until(done);
}

void RealRuntime::on_signal(std::function<void(int)> callback) {
  parts_->signals.emplace(parts_->loop, std::move(callback));
}

}  // namespace hanse::io
