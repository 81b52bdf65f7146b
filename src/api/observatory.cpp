// hanse.observatory: what happened in this zone since it started, newest last.
#include <boost/json.hpp>
#include <charconv>

#include "api/query.h"
#include "api/resource_routes.h"
#include "base/json.h"

namespace hanse::api {
namespace {

struct Filter {
  std::string kind;
  std::string name;
  zone::Caller caller;
};

// Events say what happens in workspaces and to the zone; each is for those who may list events there.
bool is_visible(const Context& context, const Filter& filter, const model::Event& event) {
  zone::ResourceId place;
  const std::size_t first = event.name.find('/');
  if (first != std::string::npos) {
    place.tenant = event.name.substr(0, first);
    const std::size_t second = event.name.find('/', first + 1);
    if (second != std::string::npos) place.workspace = event.name.substr(first + 1, second - first - 1);
  }
  return context.parts.authorization.allows(filter.caller, {"hanse.observatory", "events", "list"}, place);
}

// Numbers begin anew with each start of the zone, so that an id names the run too.
std::string id_of_event(const Context& context, std::uint64_t number) {
  return fmt::format("{}.{}", context.run, number);
}

// 0, from the first event on, for an id of an earlier run.
std::uint64_t number_of(const Context& context, const std::string& id) {
  const std::string prefix = context.run + ".";
  std::uint64_t number = 0;
  if (id.starts_with(prefix)) std::from_chars(id.data() + prefix.size(), id.data() + id.size(), number);
  return number;
}

Task<void> watch_events(Context& context, Filter filter, std::string last_event_id,
                        http::EventWriter& writer) {
  zone::EventLog& events = context.parts.events;
  std::uint64_t after = number_of(context, last_event_id);
  bool synced = false;
  while (true) {
    const std::uint64_t seen = events.changes().version();
    const auto batch = events.list(filter.kind, filter.name, after, zone::kDefaultPage);
    for (const zone::EventLog::Numbered& entry : batch) {
      after = entry.number;
      if (!is_visible(context, filter, entry.event)) continue;
      std::string data = json::dump(to_json(entry.event));
      if (!co_await writer.send(id_of_event(context, after), "put", std::move(data))) co_return;
    }
    if (!batch.empty()) continue;
    if (!synced && !co_await writer.send(id_of_event(context, after), "synced", "{}")) co_return;
    synced = true;
    co_await events.changes().changed_since(seen);
  }
}

Task<Result<http::Reply>> list_events(Context& context, Call call) {
  const codec::Query& query = call.request.query;
  HANSE_CO_TRY(const bool watch, flag_parameter(query, "watch"));
  const Filter filter{text_parameter(query, "kind"), text_parameter(query, "name"), call.caller};
  if (watch) {
    co_return events_reply(
        context, call,
        [&context, filter, last = call.request.headers.get("Last-Event-ID")](http::EventWriter& writer) {
          return watch_events(context, filter, last, writer);
        });
  }
  HANSE_CO_TRY(const auto page, list_request(query, {}));
  HANSE_CO_TRY(const auto after, number_parameter(query, "skipToken", {}));
  auto found = context.parts.events.list(filter.kind, filter.name,
                                         static_cast<std::uint64_t>(after.value_or(0)), page.limit + 1);
  std::string skip_token;
  if (found.size() > page.limit) {
    found.pop_back();
    skip_token = std::to_string(found.back().number);
  }
  std::vector<std::string> items;
  items.reserve(found.size());
  for (const zone::EventLog::Numbered& entry : found) {
    if (is_visible(context, filter, entry.event)) items.push_back(json::dump(to_json(entry.event)));
  }
  co_return list_response(items, skip_token);
}

}  // namespace

void add_observatory_routes(Routes& routes, Context& context) {
  routes.push_back(
      {.name = "GET /providers/hanse.observatory/v1/events",
       .access = kUsers,
       .permission = {"hanse.observatory", "events", "list", zone::Reach::anywhere},
       .summary = "List or watch what happened, newest last",
       .query = {{"kind", ParameterType::text, "Only of this kind of resource"},
                 {"name", ParameterType::text, "Only of '<tenant>/<workspace>/<name>' or '<name>'"},
                 kLimitParameter,
                 kSkipTokenParameter,
                 kWatchParameter},
       .answer_schema = "EventList",
       .function = [&context](Call call) { return list_events(context, std::move(call)); }});
}

}  // namespace hanse::api
