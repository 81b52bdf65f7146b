// hanse drain, cordon, uncordon: what a host's spec says of new instances and of those that it has. The zone
// does the rest; `drain` only shows it until nothing is left to do.
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/drain_progress.h"
#include "cli/host_spec.h"
#include "cli/json_lookup.h"
#include "cli/progress_line.h"
#include "cli/resuming_watch.h"
#include "cli/show.h"
#include "cli/text.h"

namespace hanse::cli {
namespace {

// Nothing moves and nothing will, as things are.
Status what_stays(const std::string& host, const DrainCount& count) {
  return fail(Code::failed_precondition,
              "host '{}' takes nothing new, and {} of its instances stay{}; the zone moves them when it can, "
              "see 'hanse describe host {}'",
              host, count.staying, printable(count.reasons), host);
}

// Until the host is empty, or what is left on it stays. `resource` is what the zone said of it last.
Task<Status> follow_drain(Session session, std::string host, std::string path, json::Value& resource) {
  ResumingWatch watch(session, path + "?watch=true");
  ProgressLine progress(session.terminal);
  Pace pace;
  while (true) {
    DrainCount count;
    count.add(resource);
    if (count.known) pace.note(session.clock.now(), count.work());
    progress.show(drain_line("draining " + host, count, pace), drain_milestone(count));
    if (find_at(resource, "/spec/drain") == nullptr)
      co_return fail(Code::cancelled, "host '{}' is not drained any more; somebody has changed its spec",
                     host);
    if (count.is_empty()) co_return Status();
    if (count.stays()) co_return what_stays(host, count);
    HANSE_CO_TRY(WatchEvent change, co_await watch.next());
    if (change.event == "put") resource = std::move(change.data);
    if (change.event == "delete") co_return fail(Code::not_found, "host '{}' was deleted", host);
  }
}

}  // namespace

Task<Status> run_drain(Session session, DrainOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind("host"));
  const std::string path = item_path(*kind, session.place, options.host);
  HostWish wish{.drain = drain_spec(options.moves, options.zones)};
  HANSE_CO_TRY(json::Value host, co_await put_host_spec(session, path, std::move(wish)));
  if (options.no_wait) {
    show_outcome(session, *kind, host, "is being drained");
    co_return Status();
  }
  const Status followed = co_await follow_drain(session, options.host, path, host);
  if (followed || is_for_programs(session.output))
    show_outcome(
        session, *kind, host,
        fmt::format("is empty and takes nothing new; 'hanse uncordon {}' opens it again", options.host));
  co_return followed;
}

Task<Status> run_cordon(Session session, CordonOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind("host"));
  HANSE_CO_TRY(const json::Value host,
               co_await put_host_spec(session, item_path(*kind, session.place, options.host),
                                      {.schedulable = options.schedulable}));
  show_outcome(session, *kind, host,
               options.schedulable ? "takes new instances" : "takes nothing new; what it has stays");
  co_return Status();
}

}  // namespace hanse::cli
