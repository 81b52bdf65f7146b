// The blocking executor of the real runtime: a few named threads that take work first in, first out.
//
// Lifecycle: the destructor drops work that has not begun, and waits for what runs. Its queue has no bound of
// its own: each caller awaits its work, so that the number of tasks bounds it. Thread: submit() from the
// loop.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "io/event_loop.h"
#include "runtime/blocking.h"

namespace hanse::io {

class ThreadPool final : public BlockingExecutor {
 public:
  // `name` has at most 12 characters, for the kernel's thread names.
  ThreadPool(EventLoop& loop, std::string name, int threads);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void submit(std::function<void()> work, std::function<void()> done) override;

 private:
  struct Job {
    std::function<void()> work;
    std::function<void()> done;
  };

  void serve(const std::string& thread_name);

  EventLoop& loop_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace hanse::io
