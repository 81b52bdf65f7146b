#include "api/resource_watch.h"

#include <boost/json.hpp>
#include <charconv>
#include <utility>

namespace hanse::api {
namespace {

struct EventText {
  std::string event;
  std::string data;
};

std::string key_or_prefix(const ResourceKind& kind, const zone::ResourceId& scope) {
  return scope.name.empty() ? zone::prefix_of(kind.traits(), scope) : zone::key_of(kind.traits(), scope);
}

std::optional<store::Revision> revision_of(const std::string& id) {
  store::Revision revision = 0;
  const auto [end, fault] = std::from_chars(id.data(), id.data() + id.size(), revision);
  if (id.empty() || fault != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return revision;
}

std::vector<store::Entry> everything(const store::Store& store, const std::string& prefix) {
  std::vector<store::Entry> all;
  store::Page page;
  do {
    page = store.list(prefix, all.empty() ? std::string_view() : std::string_view(all.back().key),
                      store::kMaxPageEntries);
    for (store::Entry& entry : page.entries) all.push_back(std::move(entry));
  } while (page.more);
  return all;
}

std::string last_segment(const std::string& key) {
  return key.substr(key.rfind('/') + 1);
}

class ResourceWatch {
 public:
  ResourceWatch(const Logger& log, const ResourceKind& kind, WatchRequest request)
      : log_(log), kind_(kind), request_(std::move(request)), prefix_(key_or_prefix(kind, request_.scope)) {}

  const std::string& prefix() const { return prefix_; }
  bool concerns(const std::string& key) const { return request_.scope.name.empty() || key == prefix_; }

  // Nothing for a record that cannot be read, which must not end the stream of the others.
  std::optional<EventText> put(const store::Entry& entry) const {
    const auto record = kind_.read(entry);
    if (!record) {
      log_.error("the record {} cannot be read: {}", entry.key, record.error().message);
      return std::nullopt;
    }
    const auto matched = model::matches_selector(record->labels, request_.labels);
    if (!matched || !*matched) return std::nullopt;
    return EventText{"put", record->resource};
  }
  // A resource that the selector does not choose (any more) is gone for this client.
  EventText change(store::Change change) const {
    std::string name = last_segment(change.key);
    if (change.value) {
      if (auto text = put({std::move(change.key), std::move(*change.value), change.revision})) return *text;
    }
    return {"delete", deleted_text(name)};
  }

 private:
  const Logger& log_;
  const ResourceKind& kind_;
  WatchRequest request_;
  std::string prefix_;
};

Task<Status> send_everything(const ResourceWatch& watch, std::vector<store::Entry> entries,
                             store::Revision revision, http::EventWriter& writer) {
  for (const store::Entry& entry : entries) {
    if (!watch.concerns(entry.key)) continue;
    if (const auto text = watch.put(entry)) HANSE_CO_CHECK(co_await writer.send("", text->event, text->data));
  }
  co_return co_await writer.send(std::to_string(revision), "synced", "{}");
}

Task<Status> send_changes(const ResourceWatch& watch, std::vector<store::Change> changes,
                          http::EventWriter& writer) {
  std::erase_if(changes, [&](const store::Change& change) { return !watch.concerns(change.key); });
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const store::Revision revision = changes[i].revision;
    const bool last = i + 1 == changes.size() || changes[i + 1].revision != revision;
    const EventText text = watch.change(std::move(changes[i]));
    std::string id = last ? std::to_string(revision) : std::string();
    HANSE_CO_CHECK(co_await writer.send(std::move(id), text.event, text.data));
  }
  co_return Status{};
}

}  // namespace

std::string deleted_text(const std::string& name) {
  json::Object object;
  object.emplace("name", name);
  return json::dump(object);
}

Task<void> watch_resources(const Logger& log, store::Store& store, const ResourceKind& kind,
                           WatchRequest request, http::EventWriter& writer) {
  const auto resume_from = revision_of(request.last_event_id);
  const ResourceWatch watch(log, kind, std::move(request));
  std::unique_ptr<store::Watch> changes;
  if (resume_from) {
    if (auto resumed = store.watch(watch.prefix(), *resume_from)) changes = std::move(*resumed);
  }
  if (!changes) {
    // These belong together: nothing is awaited between them.
    const store::Revision revision = store.revision();
    auto begun = store.watch(watch.prefix(), revision);
    if (!begun) co_return;
    changes = std::move(*begun);
    if (!co_await send_everything(watch, everything(store, watch.prefix()), revision, writer)) co_return;
  }
  while (true) {
    auto next = co_await changes->next();
    if (!next || !co_await send_changes(watch, std::move(*next), writer)) co_return;
  }
}

}  // namespace hanse::api
