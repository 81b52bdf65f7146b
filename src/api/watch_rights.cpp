#include "api/watch_rights.h"

#include <optional>
#include <utility>

#include "base/scope.h"
#include "runtime/future.h"

namespace hanse::api {
namespace {

// How long the token is good; the longest time for one that does not expire.
Nanos remaining_life(const Context& context, const zone::Caller& caller) {
  return caller.expires_at ? *caller.expires_at - context.parts.runtime.clock.wall_now() : Nanos::max();
}

Task<void> finish(Task<void> work, Promise<bool> done) {
  co_await std::move(work);
  done.set(true);
}

Task<void> wait_for_the_end(Context& context, WatchRights rights, Promise<bool> done) {
  zone::Authorization& authorization = context.parts.authorization;
  while (true) {
    const std::uint64_t seen = authorization.changes().version();
    const Nanos life = remaining_life(context, rights.caller);
    if (life <= Nanos{0} || !authorization.allows(rights.caller, rights.permission, rights.target)) break;
    co_await authorization.changes().changed_since(seen, life);
  }
  done.set(false);
}

}  // namespace

Task<void> run_while_allowed(Context& context, WatchRights rights, Task<void> work) {
  auto [done, ended] = make_promise<bool>(context.parts.runtime.scheduler);
  Scope scope(2);
  const bool begun = scope.spawn(finish(std::move(work), done)) &&
                     scope.spawn(wait_for_the_end(context, std::move(rights), done));
  if (begun) (void)co_await std::move(ended);
}

}  // namespace hanse::api
