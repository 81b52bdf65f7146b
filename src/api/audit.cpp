// hanse.observatory: the audit log of this zone, oldest first, and its head, signed.
#include <boost/json.hpp>
#include <charconv>

#include "api/json_body.h"
#include "api/query.h"
#include "api/resource_routes.h"
#include "runtime/rfc3339.h"
#include "zone/audit/audit_chain.h"

namespace hanse::api {
namespace {

constexpr char kAuditPath[] = "/providers/hanse.observatory/v1/audit";
// No verb of reading, so that a role for reading everything does not cover it.
zone::RequiredPermission permission_to_review() {
  return {"hanse.observatory", "audit", "post.review"};
}

Result<zone::AuditFilter> filter_of(const codec::Query& query) {
  zone::AuditFilter filter{.subject = text_parameter(query, "subject"),
                           .resource = text_parameter(query, "resource")};
  const std::string since = text_parameter(query, "since");
  if (since.empty()) return filter;
  const auto time = parse_rfc3339(since);
  if (!time)
    return fail_parameter("since", "since must be a time in UTC like 2026-03-01T12:00:00Z (RFC 3339)");
  filter.since = to_rfc3339(*time);
  return filter;
}

Result<std::int64_t> place_of(const std::string& text, const char* parameter) {
  std::int64_t place = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), place);
  if (text.empty() || (fault == std::errc() && end == text.data() + text.size() && place >= 0)) return place;
  return fail_parameter(parameter, fmt::format("{} is not one of this log; begin without it", parameter));
}

Result<zone::AuditQuery> audit_query(const Call& call) {
  const codec::Query& query = call.request.query;
  HANSE_TRY(const zone::ListRequest page, list_request(query, {}));
  HANSE_TRY(zone::AuditFilter filter, filter_of(query));
  HANSE_TRY(const std::int64_t after, place_of(page.skip_token, "skipToken"));
  return zone::AuditQuery{.filter = std::move(filter), .after = after, .limit = page.limit};
}

Task<void> watch_audit(Context& context, zone::AuditQuery query, http::EventWriter& writer) {
  zone::AuditLog& log = context.parts.audit;
  bool synced = false;
  while (true) {
    const std::uint64_t seen = log.changes().version();
    auto page = co_await log.list(query);
    if (!page) {
      context.log.error("a watch of the audit log ends: {}", page.error().message);
      co_return;
    }
    for (zone::AuditItem& item : page->items) {
      if (!co_await writer.send(std::to_string(item.place), "put", std::move(item.text))) co_return;
    }
    query.after = page->last;
    if (page->more) continue;
    if (!synced && !co_await writer.send(std::to_string(query.after), "synced", "{}")) co_return;
    synced = true;
    co_await log.changes().changed_since(seen);
  }
}

Task<Result<http::Reply>> list_audit(Context& context, Call call) {
  HANSE_CO_TRY(const bool watch, flag_parameter(call.request.query, "watch"));
  HANSE_CO_TRY(zone::AuditQuery query, audit_query(call));
  if (watch) {
    if (const std::string seen = call.request.headers.get("Last-Event-ID"); !seen.empty()) {
      HANSE_CO_TRY(query.after, place_of(seen, "Last-Event-ID"));
    }
    co_return events_reply(context, call, [&context, query](http::EventWriter& writer) {
      return watch_audit(context, query, writer);
    });
  }
  HANSE_CO_TRY(zone::AuditPage page, co_await context.parts.audit.list(std::move(query)));
  std::vector<std::string> items;
  items.reserve(page.items.size());
  for (zone::AuditItem& item : page.items) items.push_back(std::move(item.text));
  co_return list_response(items, page.more ? std::to_string(page.last) : std::string());
}

Task<Result<http::Reply>> get_head(Context& context, Call) {
  const zone::AuditAnchor& head = context.parts.audit.head();
  zone::SignedAuditHead answer{.zone = context.parts.config.name,
                               .sequence = head.sequence,
                               .hash = head.hash,
                               .time = to_rfc3339(context.parts.runtime.clock.wall_now()),
                               .identity_key = context.parts.identity.identity_key()};
  HANSE_CO_TRY(answer.signature, context.parts.identity.sign_text(signed_text(answer)));
  co_return json_reply(200, answer);
}

}  // namespace

void add_audit_routes(Routes& routes, Context& context) {
  routes.push_back(
      {.name = fmt::format("GET {}", kAuditPath),
       .access = kUsers,
       .permission = permission_to_review(),
       .summary = "List or watch the audit log, oldest first; a page with a filter may be short or empty",
       .query = {{"subject", ParameterType::text, "Only of this caller: subject, host or zone"},
                 {"resource", ParameterType::text, "Only of this resource, or of what is below it"},
                 {"since", ParameterType::text, "Only from this time on, RFC 3339 in UTC"},
                 kLimitParameter,
                 kSkipTokenParameter,
                 kWatchParameter},
       .answer_schema = "AuditRecordList",
       .function = [&context](Call call) { return list_audit(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("GET {}/head", kAuditPath),
                    .access = kUsers,
                    .permission = permission_to_review(),
                    .summary = "The last record's sequence and hash, signed with the zone's identity key",
                    .answer_schema = "SignedAuditHead",
                    .function = [&context](Call call) { return get_head(context, std::move(call)); }});
}

}  // namespace hanse::api
