// hanse console and hanse logs: an instance's serial console.
#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <utility>

#include "base/scope.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/resuming_watch.h"
#include "cli/text.h"
#include "runtime/future.h"

namespace hanse::cli {
namespace {

constexpr char kLeaveKey = 0x1d;  // ctrl-]

Result<std::string> console_path(Session session, const std::string& instance) {
  HANSE_TRY(const Kind* kind, find_kind("instance"));
  return item_path(*kind, session.place, instance) + "/console";
}

// The zone says at which byte a text begins, so that after a broken connection nothing comes twice.
std::int64_t end_of(const boost::json::value& output) {
  return whole_at(output, "/offset") + static_cast<std::int64_t>(text_at(output, "/text").size());
}

std::string follow_path(const std::string& path, std::int64_t offset) {
  return fmt::format("{}?offset={}&follow=true", path, offset);
}

// For a person or a file: what would move the cursor is left out.
std::string log_text(std::string text) {
  std::erase(text, '\r');
  return printable(text, true);
}

Task<Status> print_output(Session session, std::string path, std::int64_t offset, bool as_log) {
  ResumingWatch watch(session, follow_path(path, offset));
  while (true) {
    HANSE_CO_TRY(const WatchEvent change, co_await watch.next());
    if (change.event != "output") continue;
    std::string text = text_at(change.data, "/text");
    session.terminal.print(as_log ? log_text(std::move(text)) : text);
    watch.set_path(follow_path(path, end_of(change.data)));
  }
}

Task<Status> send_keys(Session session, std::string path) {
  while (true) {
    HANSE_CO_TRY(const std::string keys, co_await session.terminal.read_keys());
    const std::string text = keys.substr(0, keys.find(kLeaveKey));
    if (!text.empty()) {
      boost::json::object body;
      body["text"] = text;
      HANSE_CO_CHECK(co_await session.api.call("POST", path, body));
    }
    if (keys.empty() || text.size() < keys.size()) co_return Status();
  }
}

Task<void> hand_over(Task<Status> work, Promise<Status> ended) {
  ended.set(co_await std::move(work));
}

// The terminal goes back to normal however the conversation ends.
struct RawMode {
  explicit RawMode(Terminal& screen) : terminal(screen), entered(screen.set_raw(true)) {}
  ~RawMode() { (void)terminal.set_raw(false); }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;

  Terminal& terminal;
  Status entered;
};

Task<Status> talk(Session session, std::string path, std::int64_t offset) {
  const RawMode raw(session.terminal);
  HANSE_CO_CHECK(raw.entered);
  auto [ended, end] = make_promise<Status>(session.scheduler);
  Scope both(2);
  const bool started = both.spawn(hand_over(print_output(session, path, offset, false), ended)) &&
                       both.spawn(hand_over(send_keys(session, path), ended));
  if (!started) co_return fail(Code::internal, "the console's tasks did not start");
  co_return co_await std::move(end);
}

}  // namespace

Task<Status> run_console(Session session, ConsoleOptions options) {
  HANSE_CO_TRY(const std::string path, console_path(session, options.instance));
  if (!session.terminal.is_interactive()) {
    co_return fail(Code::failed_precondition,
                   "a console needs a terminal for input and output; use 'hanse logs {}' to read only",
                   options.instance);
  }
  HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("GET", path + "?offset=0"));
  session.terminal.print_error(fmt::format("console of {}; ctrl-] leaves\n", printable(options.instance)));
  session.terminal.print(text_at(answer.body, "/text"));
  const Status status = co_await talk(session, path, end_of(answer.body));
  session.terminal.print_error("\n");
  co_return status;
}

Task<Status> run_logs(Session session, LogsOptions options) {
  HANSE_CO_TRY(const std::string path, console_path(session, options.instance));
  std::int64_t offset = 0;
  while (true) {  // until the zone has no more; it may give the ring in pieces
    HANSE_CO_TRY(const ApiAnswer answer,
                 co_await session.api.call("GET", fmt::format("{}?offset={}", path, offset)));
    const std::string text = text_at(answer.body, "/text");
    if (text.empty()) break;
    session.terminal.print(log_text(text));
    offset = end_of(answer.body);
  }
  if (!options.follow) co_return Status();
  co_return co_await print_output(session, path, offset, true);
}

}  // namespace hanse::cli
