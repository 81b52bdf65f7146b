#include "io/event_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace hanse::io {

struct EventLoop::Impl {
  // One thread runs it; others only post.
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running{
      context.get_executor()};
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::post(std::function<void()> callback) {
  boost::asio::post(impl_->context, std::move(callback));
}

void EventLoop::run() {
  const bool never = false;
  run_until(never);
}

bool EventLoop::run_until(const bool& done) {
  while (!done && !stopped_) impl_->context.run_one();
  if (done) return true;
  stopped_ = false;
  return false;
}

boost::asio::io_context& EventLoop::context() {
  return impl_->context;
}

}  // namespace hanse::io
