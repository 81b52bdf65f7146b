// hanse evacuate: each host of the zone is drained to other zones. The zone does it; the command only shows
// it until nothing is left to do.
#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <utility>

#include "base/json.h"
#include "cli/changed_spec.h"
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

using Hosts = std::vector<json::Value>;

Task<Result<std::vector<json::Value>>> list_of(Session session, std::string kind_name) {
  HANSE_CO_TRY(const Kind* kind, find_kind(kind_name));
  co_return co_await list_all(session.api, collection_path(*kind, session.place), "");
}

std::string name_of(const json::Value& resource) {
  return text_at(resource, "/metadata/name");
}

// Its host may be drained within the zone too; that is none of this command's.
bool leaves_zone(const json::Value& host) {
  const json::Value* zones = find_at(host, "/spec/drain/zones");
  return zones != nullptr && zones->is_array() && !zones->get_array().empty();
}

// The zones that the context's zone trusts. Errors: failed_precondition when that is not the one meant.
Task<Result<std::vector<std::string>>> trusted_zones(Session session, std::string zone) {
  HANSE_CO_TRY(const std::vector<json::Value> zones, co_await list_of(session, "zone"));
  const std::string own = zones.empty() ? "" : name_of(zones.front());
  if (own != zone)
    co_return fail(Code::failed_precondition,
                   "this context speaks to zone '{}'; choose one of zone '{}' with --context", own, zone);
  std::vector<std::string> others;
  for (std::size_t i = 1; i < zones.size(); ++i) others.push_back(name_of(zones[i]));
  co_return others;
}

// Where it goes to. Errors: not_found of one that is not trusted, failed_precondition when there is none.
Result<std::vector<std::string>> choose_zones(const EvacuateOptions& options,
                                              std::vector<std::string> others) {
  for (const std::string& wanted : options.to) {
    if (std::find(others.begin(), others.end(), wanted) == others.end())
      return fail(Code::not_found,
                  "zone '{}' is not one that zone '{}' trusts; list those with 'hanse get zones'", wanted,
                  options.zone);
  }
  if (!options.to.empty()) return options.to;
  if (others.empty())
    return fail(Code::failed_precondition, "zone '{}' trusts no other zone, so nothing can move",
                options.zone);
  if (others.size() > model::kMaxDrainZones) others.resize(model::kMaxDrainZones);
  return others;
}

// Of those hosts that have no word of this command yet: the first ones, and who enrols meanwhile.
Task<Status> order(Session session, Hosts hosts, HostWish wish, std::set<std::string>& ordered) {
  HANSE_CO_TRY(const Kind* kind, find_kind("host"));
  for (const json::Value& host : hosts) {
    if (ordered.contains(name_of(host))) continue;
    const std::string path = item_path(*kind, session.place, name_of(host));
    const auto put = co_await put_host_spec(session, path, wish);
    if (!put) co_return fail(put.error());
    ordered.insert(name_of(host));
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

// For programs and with -o name the hosts as they are, for people what has come of it.
void show_hosts(Session session, const Kind& kind, const Hosts& hosts, const std::string& said) {
  if (is_for_programs(session.output) || session.output == OutputFormat::name)
    return show_list(session, kind, hosts);
  session.terminal.print(printable(said) + "\n");
}

// Until all hosts are empty, or what is left on them stays. `hosts` is what the zone said last.
Task<Status> follow(Session session, std::string zone, HostWish wish, std::set<std::string>& ordered,
                    Hosts& hosts) {
  ProgressLine progress(session.terminal);
  Pace pace;
  while (true) {
    HANSE_CO_TRY(hosts, co_await list_of(session, "host"));
    DrainCount count;
    bool is_whole = true;  // nobody has enrolled
    for (const json::Value& host : hosts) {
      count.add(host);
      const bool is_ordered = ordered.contains(name_of(host));
      is_whole = is_whole && is_ordered;
      if (is_ordered && !leaves_zone(host))
        co_return fail(Code::cancelled,
                       "zone '{}' is not evacuated any more; somebody has changed the spec of host '{}'",
                       zone, printable(name_of(host)));
    }
    if (count.known) pace.note(session.clock.now(), count.work());
    progress.show(drain_line("evacuating " + zone, count, pace), drain_milestone(count));
    if (is_whole && count.is_empty()) co_return Status();
    if (is_whole && count.stays()) co_return what_stays_in(zone, count);
    HANSE_CO_CHECK(co_await order(session, hosts, wish, ordered));
    co_await sleep_for(session.scheduler, kLook);
  }
}

// Those hosts alone that leave; nothing else of them changes.
Task<Status> stop_evacuating(Session session, std::string zone) {
  HANSE_CO_TRY(const Kind* kind, find_kind("host"));
  HANSE_CO_TRY(Hosts hosts, co_await list_of(session, "host"));
  std::int64_t stopped = 0;
  for (json::Value& host : hosts) {
    if (!leaves_zone(host)) continue;
    HANSE_CO_TRY(host, co_await put_changed_spec(session, item_path(*kind, session.place, name_of(host)),
                                                 [](json::Object& spec) -> Status {
                                                   spec.erase("drain");
                                                   return {};
                                                 }));
    ++stopped;
  }
  show_hosts(session, *kind, hosts,
             stopped == 0 ? fmt::format("zone {} was not being evacuated; nothing has changed", zone)
                          : fmt::format("zone {} is not evacuated any more; 'hanse uncordon HOST' opens its "
                                        "hosts",
                                        zone));
  co_return Status();
}

}  // namespace

Task<Status> run_evacuate(Session session, EvacuateOptions options) {
  HANSE_CO_TRY(std::vector<std::string> others, co_await trusted_zones(session, options.zone));
  if (options.stop) co_return co_await stop_evacuating(session, options.zone);
  HANSE_CO_TRY(const Kind* kind, find_kind("host"));
  HANSE_CO_TRY(const std::vector<std::string> zones, choose_zones(options, std::move(others)));
  const HostWish wish{.drain = drain_spec(options.moves, zones)};
  HANSE_CO_TRY(Hosts hosts, co_await list_of(session, "host"));
  std::set<std::string> ordered;
  HANSE_CO_CHECK(co_await order(session, hosts, wish, ordered));
  if (options.no_wait) {
    HANSE_CO_TRY(hosts, co_await list_of(session, "host"));
    show_hosts(session, *kind, hosts, fmt::format("zone {} is being evacuated", options.zone));
    co_return Status();
  }
  const Status followed = co_await follow(session, options.zone, wish, ordered, hosts);
  if (followed || is_for_programs(session.output))
    show_hosts(session, *kind, hosts,
               fmt::format("zone {} is empty and takes nothing new; 'hanse uncordon HOST' opens its hosts",
                           options.zone));
  co_return followed;
}

}  // namespace hanse::cli
