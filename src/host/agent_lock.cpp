#include "host/agent_lock.h"

#include <utility>

#include "runtime/sleep.h"

namespace hanse::host {
namespace {

constexpr Nanos kAskLimit = Seconds{2};
constexpr Nanos kLockRetry = Seconds{1};

}  // namespace

Task<Status> AgentLock::take() {
  const Endpoint endpoint{.unix_path = socket_};
  const auto other = co_await runtime_.network.connect(endpoint, std::nullopt, kAskLimit);
  // A socket that does not answer in time belongs to an agent that is alive but busy.
  if (other || other.error().code == Code::deadline_exceeded)
    co_return fail(
        Code::already_exists,
        "another agent runs on this data_dir, it holds {}; stop it first, or give this host a data_dir "
        "of its own",
        socket_);
  HANSE_CO_TRY(std::unique_ptr<Listener> listener, co_await runtime_.network.listen(endpoint, std::nullopt));
  if (!answering_.spawn(answer_all(std::move(listener))))
    co_return fail(Code::internal, "the lock {} is taken twice", socket_);
  co_return Status();
}

Task<void> AgentLock::answer_all(std::unique_ptr<Listener> listener) {
  for (;;) {
    const auto stream = co_await listener->accept();
    if (!stream) co_await sleep_for(runtime_.scheduler, kLockRetry);
  }
}

}  // namespace hanse::host
