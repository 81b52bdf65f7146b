#include "host/drivers/simulated/limited_network.h"

#include <utility>

namespace hanse::host::simulated {

Task<Result<std::unique_ptr<Stream>>> LimitedNetwork::connect(Endpoint endpoint,
                                                              std::optional<TlsOptions> tls, Nanos timeout) {
  Turn turn(*this);
  co_await turn;
  co_return co_await network_.connect(std::move(endpoint), std::move(tls), timeout);
}

Task<Result<std::unique_ptr<Listener>>> LimitedNetwork::listen(Endpoint endpoint,
                                                               std::optional<TlsOptions> tls) {
  return network_.listen(std::move(endpoint), std::move(tls));
}

void LimitedNetwork::give_next() {
  if (waiting_.empty()) return;
  Turn& next = *waiting_.front();
  waiting_.pop_front();
  next.state_ = Turn::State::given;
  ++given_;
  next.waiter_.wake();
}

LimitedNetwork::Turn::~Turn() {
  if (state_ == State::waiting) owner_.waiting_.erase(position_);
  if (state_ != State::given) return;
  --owner_.given_;
  owner_.give_next();
}

bool LimitedNetwork::Turn::await_ready() {
  if (owner_.given_ >= owner_.limit_) return false;
  state_ = State::given;
  ++owner_.given_;
  return true;
}

void LimitedNetwork::Turn::await_suspend(std::coroutine_handle<> handle) {
  waiter_.suspend(handle);
  state_ = State::waiting;
  position_ = owner_.waiting_.insert(owner_.waiting_.end(), this);
}

}  // namespace hanse::host::simulated
