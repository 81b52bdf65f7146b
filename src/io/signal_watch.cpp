#include "io/signal_watch.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <utility>

namespace hanse::io {

struct SignalWatch::Impl : std::enable_shared_from_this<SignalWatch::Impl> {
  Impl(EventLoop& loop, std::function<void(int)> receiver)
      : signals(loop.context(), SIGTERM, SIGINT, SIGHUP), callback(std::move(receiver)) {}

  void wait() {
    signals.async_wait([self = shared_from_this()](const boost::system::error_code& failure, int number) {
      if (failure) return;
      self->wait();
      self->callback(number);
    });
  }

  boost::asio::signal_set signals;
  std::function<void(int)> callback;
};

SignalWatch::SignalWatch(EventLoop& loop, std::function<void(int)> callback)
    : impl_(std::make_shared<Impl>(loop, std::move(callback))) {
  impl_->wait();
}

SignalWatch::~SignalWatch() {
  boost::system::error_code ignored;
  impl_->signals.cancel(ignored);
}

}  // namespace hanse::io
