#include "api/transfer_kind.h"

#include <map>
#include <utility>

#include "api/resource_kind_of.h"
#include "runtime/sleep.h"

namespace hanse::api {
namespace {

using ByName = std::map<std::string, model::Transfer>;

// The transfers of the scope that the selector chooses, as they are now.
Result<ByName> current_transfers(const Context& context, const WatchRequest& request) {
  ByName found;
  const auto keep = [&](const zone::ResourceId& id) -> Status {
    const auto transfer = context.parts.transfers.get(id);
    // One that has just gone is simply not there.
    if (!transfer) return transfer.error().code == Code::not_found ? Status{} : fail(transfer.error());
    HANSE_TRY(const bool matched, model::matches_selector(transfer->labels, request.labels));
    if (matched) found.emplace(id.name, *transfer);
    return {};
  };
  if (!request.scope.name.empty()) {
    HANSE_CHECK(keep(request.scope));
    return found;
  }
  HANSE_TRY(const auto records, context.parts.tables.transfers.all(request.scope));
  for (const auto& record : records) HANSE_CHECK(keep(zone::id_of(record->metadata)));
  return found;
}

Task<Status> send_difference(ByName before, ByName after, http::EventWriter& writer) {
  for (const auto& [name, transfer] : after) {
    const auto known = before.find(name);
    if (known != before.end() && known->second == transfer) continue;
    HANSE_CO_CHECK(co_await writer.send("", "put", text_of(transfer)));
  }
  for (const auto& [name, transfer] : before) {
    if (!after.contains(name)) HANSE_CO_CHECK(co_await writer.send("", "delete", deleted_text(name)));
  }
  co_return Status{};
}

}  // namespace

Result<ResourceKind::Listing> list_transfers(const Context& context, const zone::ListRequest& request) {
  const zone::ResourceFrontend<model::Transfer> records(
      context.parts.runtime, context.parts.tables.transfers, context.parts.config.name,
      [](const model::Transfer&, const model::Transfer*) { return Status{}; },
      [](const model::Transfer&) { return Status{}; });
  HANSE_TRY(auto answer, records.list(request));
  ResourceKind::Listing listing{.skip_token = std::move(answer.skip_token)};
  for (const auto& record : answer.items) {
    const auto transfer = context.parts.transfers.get(zone::id_of(record->metadata));
    if (!listing.items.empty()) listing.items += ',';
    listing.items += text_of(transfer ? *transfer : *record);
  }
  return listing;
}

Task<void> watch_transfers(Context& context, WatchRequest request, http::EventWriter& writer) {
  Signal& changes = context.parts.transfers.changes();
  ByName shown;
  bool synced = false;
  while (true) {
    const std::uint64_t seen = changes.version();
    const auto now = current_transfers(context, request);
    if (!now) {
      context.log.error("transfers cannot be watched: {}", now.error().message);
      co_return;
    }
    if (!co_await send_difference(std::move(shown), *now, writer)) co_return;
    shown = *now;
    if (!synced && !co_await writer.send("", "synced", "{}")) co_return;
    synced = true;
    co_await sleep_for(context.parts.runtime.scheduler, kTransferPace);
    co_await changes.changed_since(seen);
  }
}

}  // namespace hanse::api
