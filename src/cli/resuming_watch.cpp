#include "cli/resuming_watch.h"

#include <boost/json.hpp>

#include "runtime/sleep.h"

namespace hanse::cli {

Task<Result<std::optional<WatchEvent>>> ResumingWatch::try_next() {
  if (!stream_) {
    HANSE_CO_TRY(stream_, co_await session_.api.watch(path_, last_id_));
  }
  co_return co_await stream_->next();
}

Task<Result<WatchEvent>> ResumingWatch::next() {
  for (int attempt = 1;; ++attempt) {
    Result<std::optional<WatchEvent>> answer = co_await try_next();
    if (!answer && answer.error().code != Code::unavailable) co_return fail(answer.error());
    std::optional<WatchEvent> event;
    if (answer) event = std::move(*answer);
    if (event) {
      if (!event->id.empty()) last_id_ = event->id;
      co_return std::move(*event);
    }
    if (attempt == kMaxAttempts) {
      if (!answer) co_return fail(answer.error());
      co_return fail(Code::unavailable, "the zone keeps ending the watch of {}; try again later", path_);
    }
    stream_.reset();
    if (attempt == 1)
      session_.terminal.print_error("hanse: the connection to the zone broke; trying again\n");
    co_await sleep_for(session_.scheduler, kRetryDelay);
  }
}

}  // namespace hanse::cli
