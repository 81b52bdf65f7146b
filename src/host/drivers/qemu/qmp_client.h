// QmpClient: one connection to a running QEMU. Commands are matched with their replies by number, so several
// may be under way; events go to a handler.
//
// Lifecycle: construct, start() once, then execute(); destroying it closes the connection and leaves QEMU
// alone. Requires: not destroyed from its own handlers. Thread: the loop.
// Failure: unavailable when the connection is gone, deadline_exceeded when QEMU does not answer in time, or
// QEMU's refusal with its own text (failed_precondition, not_found, unimplemented).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/scope.h"
#include "base/task.h"
#include "codec/qmp.h"
#include "runtime/future.h"
#include "runtime/network.h"
#include "runtime/scheduler.h"
#include "runtime/signal.h"

namespace hanse::host::qemu {

inline constexpr Nanos kQmpReplyLimit = Seconds{10};

class QmpClient {
 public:
  struct Handlers {
    std::function<void(const codec::QmpEvent&)> on_event;
    std::function<void()> on_closed;
  };

  QmpClient(Scheduler& scheduler, std::unique_ptr<Stream> stream, Handlers handlers);
  QmpClient(const QmpClient&) = delete;
  QmpClient& operator=(const QmpClient&) = delete;

  // Waits for the greeting and takes up command mode.
  Task<Status> start();

  Task<Result<json::Value>> execute(std::string command, json::Object arguments,
                                    Nanos limit = kQmpReplyLimit);
  // The same for commands that return nothing of interest.
  Task<Status> run(std::string command, json::Object arguments);
  // Overtakes commands that hang; only few commands can be sent so.
  Task<Result<json::Value>> execute_out_of_band(std::string command, json::Object arguments);

  bool closed() const { return closed_; }
  const codec::QmpGreeting& version() const { return greeting_; }

 private:
  using Reply = Result<json::Value>;

  Task<Reply> send(std::string command, json::Object arguments, codec::QmpUrgency urgency, Nanos limit);
  Task<Reply> await_reply(std::string line, std::uint64_t id);
  Task<Status> await_greeting();
  Task<void> read_messages();
  Task<void> write_lines();
  void take(codec::QmpMessage message);
  void close();

  Scheduler& scheduler_;
  std::unique_ptr<Stream> stream_;
  Handlers handlers_;
  codec::QmpGreeting greeting_;
  bool greeted_ = false;
  bool closed_ = false;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Promise<Reply>> pending_;
  std::string outgoing_;
  Signal changed_;
  Scope scope_;  // last: its tasks use all of the above
};

}  // namespace hanse::host::qemu
