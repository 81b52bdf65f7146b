#include "io/descriptor.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <unistd.h>
#include <utility>
#include <vector>

namespace hanse::io {

using BoostDescriptor = boost::asio::posix::stream_descriptor;

struct Descriptor::Impl : std::enable_shared_from_this<Descriptor::Impl> {
  // Those who wait for one direction; at most one wait of Asio's is under way for all of them.
  struct Side {
    std::vector<Promise<Ready>> waiting;
    bool under_way = false;
  };

  Impl(EventLoop& loop, Scheduler& owner) : stream(loop.context()), scheduler(owner) {}

  Future<Ready> wait(Side& side, BoostDescriptor::wait_type what) {
    auto [promise, future] = make_promise<Ready>(scheduler);
    if (!stream.is_open()) {
      promise.set(Ready::closed);
      return std::move(future);
    }
    std::erase_if(side.waiting, [](const Promise<Ready>& other) { return other.done(); });
    side.waiting.push_back(promise);
    if (!std::exchange(side.under_way, true)) {
      stream.async_wait(what, [self = shared_from_this(), &side](const boost::system::error_code&) {
        side.under_way = false;
        wake(side, self->stream.is_open() ? Ready::yes : Ready::closed);
      });
    }
    return std::move(future);
  }

  static void wake(Side& side, Ready ready) {
    for (Promise<Ready>& promise : std::exchange(side.waiting, {})) promise.set(ready);
  }

  BoostDescriptor stream;
  Scheduler& scheduler;
  Side read;
  Side write;
};

Descriptor::Descriptor(EventLoop& loop, Scheduler& scheduler, int number)
    : impl_(std::make_shared<Impl>(loop, scheduler)) {
  boost::system::error_code failure;
  impl_->stream.assign(number, failure);
  if (!failure) impl_->stream.non_blocking(true, failure);
  if (!failure) return;
  if (impl_->stream.is_open()) {
    close();
  } else {
    ::close(number);
  }
}

Descriptor::~Descriptor() {
  close();
}

int Descriptor::number() const {
  return impl_->stream.is_open() ? impl_->stream.native_handle() : -1;
}

Future<Ready> Descriptor::readable() {
  return impl_->wait(impl_->read, BoostDescriptor::wait_read);
}

Future<Ready> Descriptor::writable() {
  return impl_->wait(impl_->write, BoostDescriptor::wait_write);
}

void Descriptor::close() {
  boost::system::error_code ignored;
  impl_->stream.close(ignored);
  Impl::wake(impl_->read, Ready::closed);
  Impl::wake(impl_->write, Ready::closed);
}

}  // namespace hanse::io
