// hanse drain, cordon, uncordon: what a host's spec says of new instances and of those that it has. The zone
// does the rest; `drain` only shows it until nothing is left to do.
#include <boost/json.hpp>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/progress_line.h"
#include "cli/resuming_watch.h"
#include "cli/show.h"
#include "cli/text.h"

namespace hanse::cli {
namespace {

// The host as it is with another spec; all else stays.
Task<Result<json::Value>> put_spec(Session session, std::string path, bool schedulable,
                                   std::optional<std::int32_t> concurrent_moves) {
  HANSE_CO_TRY(const ApiAnswer known, co_await session.api.call("GET", path));
  json::Object body;
  for (const char* kept : {"labels", "annotations", "extensions"}) {
    if (const json::Value* value = find_at(known.body, std::string("/") + kept)) body[kept] = *value;
  }
  const json::Value* before = find_at(known.body, "/spec");
  json::Object spec = before != nullptr && before->is_object() ? before->as_object() : json::Object();
  spec["schedulable"] = schedulable;
  spec.erase("drain");
  if (concurrent_moves) spec["drain"] = json::Object{{"concurrentMoves", *concurrent_moves}};
  body["spec"] = std::move(spec);
  HANSE_CO_TRY(ApiAnswer answer, co_await session.api.call("PUT", std::move(path), std::move(body)));
  co_return std::move(answer.body);
}

std::string drain_line(const std::string& host, const json::Value& resource) {
  if (find_at(resource, "/status/drain") == nullptr) return fmt::format("draining {}", host);
  std::string line =
      fmt::format("draining {}: {} left, {} moving", host, whole_at(resource, "/status/drain/remaining"),
                  whole_at(resource, "/status/drain/moving"));
  const std::int64_t staying = whole_at(resource, "/status/drain/staying");
  return staying == 0 ? line : line + fmt::format(", {} staying", staying);
}

// Nothing moves and nothing will, as things are.
Status what_stays(const std::string& host, const json::Value& resource) {
  const std::int64_t staying = whole_at(resource, "/status/drain/staying");
  std::string reasons;
  const json::Value* list = find_at(resource, "/status/drain/reasons");
  if (list != nullptr && list->is_array()) {
    for (const json::Value& one : list->as_array())
      reasons += fmt::format("; {}: {}", text_at(one, "/instance"), text_at(one, "/reason"));
  }
  return fail(Code::failed_precondition,
              "host '{}' takes nothing new, and {} of its instances stay{}; the zone moves them when it can, "
              "see 'hanse describe host {}'",
              host, staying, printable(reasons), host);
}

// Until the host is empty, or what is left on it stays.
Task<Status> follow_drain(Session session, std::string host, std::string path, json::Value resource) {
  ResumingWatch watch(session, path + "?watch=true");
  ProgressLine progress(session.terminal);
  while (true) {
    const std::string line = drain_line(host, resource);
    progress.show(line, line);
    if (find_at(resource, "/spec/drain") == nullptr)
      co_return fail(Code::cancelled, "host '{}' is not drained any more; somebody has changed its spec",
                     host);
    if (find_at(resource, "/status/drain") != nullptr) {
      const std::int64_t left = whole_at(resource, "/status/drain/remaining");
      if (left == 0) co_return Status();
      if (left == whole_at(resource, "/status/drain/staying")) co_return what_stays(host, resource);
    }
    HANSE_CO_TRY(WatchEvent change, co_await watch.next());
    if (change.event == "put") resource = std::move(change.data);
    if (change.event == "delete") co_return fail(Code::not_found, "host '{}' was deleted", host);
  }
}

}  // namespace

Task<Status> run_drain(Session session, DrainOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind("host"));
  const std::string path = item_path(*kind, session.place, options.host);
  HANSE_CO_TRY(const json::Value host, co_await put_spec(session, path, false, options.concurrent_moves));
  if (options.no_wait) {
    show_outcome(session, *kind, host, "is being drained");
    co_return Status();
  }
  HANSE_CO_CHECK(co_await follow_drain(session, options.host, path, host));
  show_outcome(
      session, *kind, host,
      fmt::format("is empty and takes nothing new; 'hanse uncordon {}' opens it again", options.host));
  co_return Status();
}

Task<Status> run_cordon(Session session, CordonOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind("host"));
  HANSE_CO_TRY(const json::Value host,
               co_await put_spec(session, item_path(*kind, session.place, options.host), options.schedulable,
                                 std::nullopt));
  show_outcome(session, *kind, host,
               options.schedulable ? "takes new instances" : "takes nothing new; what it has stays");
  co_return Status();
}

}  // namespace hanse::cli
