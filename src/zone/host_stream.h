// HostStream: one connected stream of one host: reads its frames, and sends what is queued, newest state
// first for each machine.
//
// Lifecycle: made for a stream and run() once; destroyed when it ends. Thread: the loop. Failure: run()
// returns why it ended.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/scope.h"
#include "codec/frames.h"
#include "model/host_messages.h"
#include "runtime/future.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"

namespace hanse::zone {

// What a stream tells the sessions.
class HostStreamEvents {
 public:
  virtual ~HostStreamEvents() = default;
  virtual Status on_hello(const model::HostHello& hello) = 0;
  virtual void on_observed(model::MachineObserved observed) = 0;
  virtual void on_ping(const model::HostPing& ping) = 0;
  // What is said with `synced` and with each ping.
  virtual model::HostPace pace() const = 0;
};

class HostStream {
 public:
  HostStream(Runtime& runtime, std::unique_ptr<Stream> stream, HostStreamEvents& events);

  // Until the stream ends; the error says why.
  Task<Status> run();

  // Sends it with the next write; a desired state of the same machine that has not been sent yet is replaced.
  void send_desired(const model::MachineDesired& desired);
  void send(model::HostFrame type, const json::Value& payload);
  // Sends `synced` behind all desired states that wait now.
  void send_synced();
  Task<Result<model::HostResponse>> call(model::HostRequest request);
  // Makes run() return.
  void close();

 private:
  Task<Status> read_frames();
  Status handle(const codec::Frame& frame);
  void answer(model::HostResponse response);
  Task<void> write_queue();
  std::string next_bytes();

  Runtime& runtime_;
  std::unique_ptr<Stream> stream_;
  HostStreamEvents& events_;
  Signal wake_writer_;
  bool greeted_ = false;
  std::deque<std::string> queue_;               // whole frames
  std::map<std::string, std::string> desired_;  // by machine uid: whole frames, sent after the queue
  bool synced_ = false;                         // `synced` waits to be sent, behind them
  using Calls = std::map<std::int64_t, Promise<Result<model::HostResponse>>>;
  std::shared_ptr<Calls> calls_ =
      std::make_shared<Calls>();  // shared: a call ends after the stream that it waits for
  std::int64_t last_call_ = 0;
  Scope writer_;  // declared last: destroyed first
};

}  // namespace hanse::zone
