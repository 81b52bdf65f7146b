// Session: the agent's connections to one running QEMU: monitor, serial console, guest channel, and the watch
// over its process.
//
// Lifecycle: attach() connects and learns what QEMU does; destroying the session leaves QEMU running. When
// QEMU ends, ended() becomes true and the session stays as it is, so that the call that uses it can see why.
// Requires: the ring and the signal outlive it. Thread: the loop. Failure: unavailable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "host/drivers/qemu/console_ring.h"
#include "host/drivers/qemu/guest_channel_codec.h"
#include "host/drivers/qemu/guest_state.h"
#include "host/drivers/qemu/machine_paths.h"
#include "host/drivers/qemu/qmp_client.h"
#include "runtime/future.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"

namespace hanse::host::qemu {

struct SessionOptions {
  MachinePaths paths;
  ProcessId process;
  std::string location;  // "<zone>/<host>", told to the guest
  bool incoming = false;
  bool receives_memory = false;  // it has been resumed, or nearly, while some of that is at its source
};

class Session {
 public:
  Session(Runtime& runtime, SessionOptions options, ConsoleRing& ring, Signal& driver_changes);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Once. Waits for QEMU to open its sockets while its process lives.
  Task<Status> attach();

  QmpClient& monitor() { return *monitor_; }
  GuestState& state() { return state_; }
  const GuestState& state() const { return state_; }
  bool ended() const { return ended_; }
  const ProcessId& process() const { return options_.process; }
  Signal& changed() { return changed_; }

  // True when QEMU has ended, false when the time is over first.
  Task<bool> wait_ended(Nanos limit);
  // Requires: not ended. Errors: unavailable when QEMU ends or does not get there within `limit`.
  Task<Status> write_console(std::string text);
  // The guest may have a new location, and its next heartbeat is the first.
  void guest_resumed();
  void notify();

  // Runs `work`, which uses this session, for as long as the session is there. Requires: the caller bounds
  // its wait, as of a session that goes away no answer comes.
  template <class T>
  Task<Result<T>> run_beside(Task<Result<T>> work) {
    auto [promise, answer] = make_promise<Result<T>>(runtime_.scheduler);
    if (!scope_.spawn(give(std::move(work), promise)))
      co_return fail(Code::resource_exhausted, "too much is asked of the hypervisor at once; try again");
    co_return co_await std::move(answer);
  }

  std::optional<MachineState::Heartbeat> first_heartbeat() const { return first_heartbeat_; }
  std::optional<MachineState::Heartbeat> last_heartbeat() const { return last_heartbeat_; }

 private:
  template <class T>
  static Task<void> give(Task<Result<T>> work, Promise<Result<T>> promise) {
    promise.set(co_await std::move(work));
  }

  Task<Status> learn_state();
  Task<void> watch_process();
  Task<void> read_console();
  Task<void> read_guest();
  Task<void> write_location();

  Runtime& runtime_;
  SessionOptions options_;
  ConsoleRing& ring_;
  Signal& driver_changes_;
  Signal changed_;
  GuestState state_;
  bool ended_ = false;
  std::optional<MachineState::Heartbeat> first_heartbeat_;
  std::optional<MachineState::Heartbeat> last_heartbeat_;
  std::unique_ptr<Stream> console_;
  std::unique_ptr<Stream> guest_;
  std::unique_ptr<QmpClient> monitor_;
  Scope scope_;  // last: its tasks use all of the above
};

// Waits for a process to open a unix socket while it lives. Errors: unavailable.
Task<Result<std::unique_ptr<Stream>>> connect_when_there(Runtime& runtime, std::string path,
                                                         ProcessId process);

}  // namespace hanse::host::qemu
