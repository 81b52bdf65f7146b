#include "simulator/process.h"

#include "simulator/files.h"
#include "simulator/network.h"

namespace hanse::simulator {
namespace {

class NoProcesses final : public Processes {
 public:
  Task<Result<ProcessResult>> run(hanse::ProcessOptions) override { co_return refusal(); }
  Task<Result<ProcessId>> start_daemon(hanse::ProcessOptions) override { co_return refusal(); }
  bool alive(const ProcessId&) const override { return false; }
  Result<ProcessId> identify(std::int64_t pid) const override {
    return fail(Code::not_found, "there is no process {}", pid);
  }
  void signal(const ProcessId&, int) override {}

 private:
  static tl::unexpected<Error> refusal() {
    return fail(Code::unimplemented, "a simulated process starts no others; use the simulated driver");
  }
};

class TraceLog final : public LogSink {
 public:
  TraceLog(Core& core, std::string process, LogLevel level)
      : core_(core), process_(std::move(process)), level_(level) {}
  bool enabled(LogLevel level) const override { return level >= level_; }
  void write(LogLevel level, std::string_view component, std::string_view line) override {
    constexpr std::array kLetters = {"debug", "info", "warning", "error"};
    core_.note(process_,
               fmt::format("{} {}: {}", kLetters.at(static_cast<std::size_t>(level)), component, line));
  }

 private:
  Core& core_;
  std::string process_;
  LogLevel level_;
};

}  // namespace

struct Process::Run {
  Run(Core& core, Fabric& fabric, Process& process)
      : loop(core, process.owner_, process.options_.clock,
             [&process](WorkMoment moment) { return process.ends_at_work(moment); }),
        random(core.random.next()),
        network(core, fabric, loop, process.options_.name),
        files(loop, process.disk_),
        log(core, process.options_.name, process.options_.log_level),
        runtime{loop, loop, random, network, files, processes, loop, log} {}

  ProcessLoop loop;
  SeededRandom random;
  SimulatedNetwork network;
  SimulatedFiles files;
  NoProcesses processes;
  TraceLog log;
  Runtime runtime;
  std::unique_ptr<ProcessRoot> root;  // declared last: destroyed before what it uses
};

Process::Process(Core& core, Fabric& fabric, OwnerId owner, ProcessOptions options, ProcessFactory factory)
    : core_(core),
      fabric_(fabric),
      owner_(owner),
      options_(std::move(options)),
      factory_(std::move(factory)) {
  fabric_.add_process(options_.name);
}

Process::~Process() {
  crash(true);
}

void Process::start() {
  if (run_) return;
  core_.note(options_.name, fmt::format("starts, run {}", ++runs_));
  fabric_.process_started(options_.name);
  run_ = std::make_unique<Run>(core_, fabric_, *this);
  run_->root = factory_(ProcessContext{run_->runtime, disk_, options_.name, runs_});
}

void Process::crash(bool silently) {
  if (!run_) return;
  core_.note(options_.name, silently ? "vanishes" : "crashes");
  fabric_.process_crashed(options_.name, silently);
  run_.reset();
}

// The crash itself comes right after the event that is running: it destroys what runs in it.
bool Process::ends_at_work(WorkMoment moment) {
  if (!crash_at_work_ || crash_at_work_->moment != moment || --crash_at_work_->countdown > 0) return false;
  const CrashAtWork due = std::move(*crash_at_work_);
  crash_at_work_.reset();
  if (due.instead) {
    core_.events.schedule(kWorldOwner, Nanos{0}, due.instead);
    return false;
  }
  core_.note(options_.name, moment == WorkMoment::before ? "ends before a write" : "ends after a write");
  core_.events.schedule(kWorldOwner, Nanos{0}, [this, silently = due.silently] { crash(silently); });
  return true;
}

ProcessRoot* Process::root() const {
  return run_ ? run_->root.get() : nullptr;
}

}  // namespace hanse::simulator
