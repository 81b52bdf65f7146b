#include "http/pipe.h"

#include <span>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "runtime/future.h"

namespace hanse::http {
namespace {

Task<Status> copy(Stream& from, Stream& to, std::uint64_t& counter) {
  std::vector<std::byte> buffer(kPipeBufferBytes);
  for (;;) {
    HANSE_CO_TRY(const std::size_t got, co_await from.read_some(buffer));
    if (got == 0) break;
    HANSE_CO_CHECK(co_await to.write(std::span(buffer).first(got)));
    counter += got;
  }
  co_return co_await to.shutdown_write();
}

struct Directions {
  Promise<Status> promise;
  int open = 2;
};

Task<void> run_direction(Stream& from, Stream& to, std::uint64_t& counter, Directions& directions) {
  Status status = co_await copy(from, to, counter);
  if (!status || --directions.open == 0) directions.promise.set(std::move(status));
}

}  // namespace

Task<Status> pipe_both(Scheduler& scheduler, std::unique_ptr<Stream> left, std::unique_ptr<Stream> right,
                       PipeCounters& counters) {
  auto [promise, future] = make_promise<Status>(scheduler);
  Directions directions{promise};
  Scope scope(2);
  const bool started = scope.spawn(run_direction(*left, *right, counters.left_to_right, directions)) &&
                       scope.spawn(run_direction(*right, *left, counters.right_to_left, directions));
  if (!started) co_return fail(Code::internal, "scope is full");
  co_return co_await std::move(future);
}

}  // namespace hanse::http
