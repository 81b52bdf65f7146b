// EventLoop: one Boost.Asio context, run by one thread. What else in io/ needs the loop is built over it.
//
// Lifecycle: outlives everything that was made with it; what is still queued when it goes is dropped unrun.
// Thread: post() from any; everything else from the loop's own thread.
#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): the name is that of Asio
}

namespace hanse::io {

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs `callback` on the loop, after what was posted before it.
  void post(std::function<void()> callback);

  // Runs until stop(). A stop() that came first makes the next run return at once.
  void run();
  void stop() { stopped_ = true; }
  // Runs until `done` is true; false when stop() came first.
  bool run_until(const bool& done);

  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  bool stopped_ = false;
};

}  // namespace hanse::io
