#include "io/thread_pool.h"

#include <csignal>
#include <pthread.h>
#include <utility>

namespace hanse::io {

ThreadPool::ThreadPool(EventLoop& loop, std::string name, int threads) : loop_(loop) {
  // Signals belong to the loop's thread: the new threads inherit a mask that blocks them all.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (int i = 0; i < threads; ++i)
    threads_.emplace_back([this, thread_name = name + "-" + std::to_string(i)] { serve(thread_name); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::submit(std::function<void()> work, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(Job{std::move(work), std::move(done)});
  }
  wake_.notify_one();
}

void ThreadPool::serve(const std::string& thread_name) {
  pthread_setname_np(pthread_self(), thread_name.c_str());
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job.work();
    job.work = nullptr;  // what it owned is gone before the loop hears of it
    loop_.post(std::move(job.done));
  }
}

}  // namespace hanse::io
