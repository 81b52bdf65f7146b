// LimitedNetwork: a network on which so many connections are made at once and no more; the others wait for
// their turn. One process that stands for thousands of hosts needs it: when all of them dial together and
// none is kept from it, each handshake takes longer than anyone waits, and all begin anew.
//
// Lifecycle: outlives whatever connects by it. Thread: the loop. Failure: that of the network below.
#pragma once

#include <coroutine>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>

#include "runtime/network.h"
#include "runtime/waiter.h"

namespace hanse::host::simulated {

class LimitedNetwork final : public Network {
 public:
  // Requires: limit > 0; `network` and `scheduler` outlive it.
  LimitedNetwork(Network& network, Scheduler& scheduler, std::size_t limit)
      : network_(network), scheduler_(scheduler), limit_(limit) {}

  // In the order in which they came; the timeout begins with the turn.
  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, std::optional<TlsOptions> tls,
                                                Nanos timeout) override;
  Task<Result<std::unique_ptr<Listener>>> listen(Endpoint endpoint, std::optional<TlsOptions> tls) override;

 private:
  // Awaited it is a turn, which ends when it is destroyed, whether it came or not.
  class Turn {
   public:
    explicit Turn(LimitedNetwork& owner) : owner_(owner), waiter_(owner.scheduler_) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool await_ready();
    void await_suspend(std::coroutine_handle<> handle);
    void await_resume() const {}

   private:
    friend class LimitedNetwork;
    enum class State { idle, waiting, given };

    LimitedNetwork& owner_;
    Waiter waiter_;
    State state_ = State::idle;
    std::list<Turn*>::iterator position_;
  };

  void give_next();

  Network& network_;
  Scheduler& scheduler_;
  std::size_t limit_;
  std::size_t given_ = 0;
  std::list<Turn*> waiting_;
};

}  // namespace hanse::host::simulated
