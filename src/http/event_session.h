// One client's event stream on the server's side: runs the handler's function, sends heartbeats, and notices
// when the client leaves, by reading from it and by writes that fail or stand still.
//
// Lifecycle: run() once; it returns when the function returned or the client left. Thread: the loop.
#pragma once

#include <functional>
#include <string>

#include "http/handler.h"
#include "http/server.h"
#include "runtime/signal.h"

namespace hanse::http {

class EventSession final : public EventWriter {
 public:
  EventSession(Runtime& runtime, const ServerLimits& limits, Stream& stream, bool chunked);

  Task<void> run(std::function<Task<void>(EventWriter&)> function);
  Task<Status> send(std::string id, std::string event, std::string data) override;

 private:
  Task<void> produce(std::function<Task<void>(EventWriter&)> function);
  Task<void> beat();
  Task<void> watch_client();
  std::string framed(std::string text) const;
  Task<Status> write(std::string bytes);

  Runtime& runtime_;
  const ServerLimits& limits_;
  Stream& stream_;
  bool chunked_;
  bool writing_ = false;
  bool broken_ = false;
  Signal written_;
  Signal ended_;
};

}  // namespace hanse::http
