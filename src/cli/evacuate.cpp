// hanse evacuate: each host of the zone is drained to other zones. The zone does it; the command only shows
// it until nothing is left to do.
#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/drain_progress.h"
#include "cli/host_spec.h"
#include "cli/json_lookup.h"
#include "cli/progress_line.h"
#include "cli/show.h"
#include "cli/text.h"
#include "model/zone_resources.h"
#include "runtime/sleep.h"

namespace hanse::cli {
namespace {

constexpr Nanos kLook = Seconds{1};

Task<Result<std::vector<json::Value>>> list_of(Session session, std::string kind_name) {
  HANSE_CO_TRY(const Kind* kind, find_kind(kind_name));
  co_return co_await list_all(session.api, collection_path(*kind, session.place), "");
}

// Where it goes to. Errors: failed_precondition when the context speaks to another zone, or there is none.
Task<Result<std::vector<std::string>>> choose_zones(Session session, EvacuateOptions options) {
  HANSE_CO_TRY(const std::vector<json::Value> zones, co_await list_of(session, "zone"));
  const std::string own = zones.empty() ? "" : text_at(zones.front(), "/metadata/name");
  if (own != options.zone)
    co_return fail(Code::failed_precondition,
                   "this context speaks to zone '{}'; choose one of zone '{}' with --context", own,
                   options.zone);
  std::vector<std::string> others;
  for (std::size_t i = 1; i < zones.size(); ++i) others.push_back(text_at(zones[i], "/metadata/name"));
  for (const std::string& wanted : options.to) {
    if (std::find(others.begin(), others.end(), wanted) == others.end())
      co_return fail(Code::not_found,
                     "zone '{}' is not one that zone '{}' trusts; list those with 'hanse get zones'", wanted,
                     own);
  }
  if (!options.to.empty()) co_return options.to;
  if (others.empty())
    co_return fail(Code::failed_precondition, "zone '{}' trusts no other zone, so nothing can move", own);
  if (others.size() > model::kMaxDrainZones) others.resize(model::kMaxDrainZones);
  co_return others;
}

Task<Status> put_on_all(Session session, std::vector<json::Value> hosts, HostWish wish) {
  HANSE_CO_TRY(const Kind* kind, find_kind("host"));
  for (const json::Value& host : hosts) {
    const std::string path = item_path(*kind, session.place, text_at(host, "/metadata/name"));
    const auto put = co_await put_host_spec(session, path, wish);
    if (!put) co_return fail(put.error());
  }
  co_return Status();
}

Status what_stays_in(const std::string& zone, const DrainCount& count) {
  return fail(
      Code::failed_precondition,
      "zone '{0}' takes nothing new, and {1} of its instances stay{2}; the zone moves them when it can; "
      "'hanse evacuate {0} --stop' gives up",
      zone, count.staying, printable(count.reasons));
}

// Until all hosts are empty, or what is left on them stays.
Task<Status> follow(Session session, std::string zone) {
  ProgressLine progress(session.terminal);
  Pace pace;
  while (true) {
    HANSE_CO_TRY(const std::vector<json::Value> hosts, co_await list_of(session, "host"));
    DrainCount count;
    for (const json::Value& host : hosts) count.add(host);
    if (count.known) pace.note(session.clock.now(), count.left);
    progress.show(drain_line("evacuating " + zone, count, pace),
                  fmt::format("{} {} {} {}", count.known, count.left, count.moving, count.staying));
    const bool ended = std::any_of(hosts.begin(), hosts.end(), [](const json::Value& host) {
      return find_at(host, "/spec/drain") == nullptr;
    });
    if (ended)
      co_return fail(Code::cancelled,
                     "zone '{}' is not evacuated any more; somebody has changed a host's spec", zone);
    if (count.is_empty()) co_return Status();
    if (count.stays()) co_return what_stays_in(zone, count);
    co_await sleep_for(session.scheduler, kLook);
  }
}

}  // namespace

Task<Status> run_evacuate(Session session, EvacuateOptions options) {
  HANSE_CO_TRY(const std::vector<std::string> zones, co_await choose_zones(session, options));
  HANSE_CO_TRY(const std::vector<json::Value> hosts, co_await list_of(session, "host"));
  HostWish wish;
  if (!options.stop) wish.drain = drain_spec(options.concurrent_moves, zones, options.shut_down);
  HANSE_CO_CHECK(co_await put_on_all(session, hosts, wish));
  if (options.stop || options.no_wait) {
    session.terminal.print(printable(
        fmt::format("zone {} {}\n", options.zone,
                    options.stop ? "is not evacuated any more; 'hanse uncordon HOST' opens its hosts"
                                 : "is being evacuated"),
        true));
    co_return Status();
  }
  HANSE_CO_CHECK(co_await follow(session, options.zone));
  session.terminal.print(
      printable(fmt::format("zone {} is empty and takes nothing new; 'hanse uncordon HOST' opens its hosts\n",
                            options.zone),
                true));
  co_return Status();
}

}  // namespace hanse::cli
