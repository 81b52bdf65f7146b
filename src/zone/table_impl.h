// The members of Table<T>. Included by the files that make a table of a kind (tables.cpp) and by no other, so
// that everybody else compiles the declarations alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "zone/table.h"

namespace hanse::zone {

template <class T>
Result<typename Table<T>::Pointer> Table<T>::get(const ResourceId& id) const {
  HANSE_TRY(const Kept* const kept, find(id));
  return kept->value();
}

template <class T>
Result<std::string> Table<T>::text(const ResourceId& id) const {
  HANSE_TRY(const Kept* const kept, find(id));
  std::string text;
  kept->append_text(text);
  return text;
}

template <class T>
Result<typename Table<T>::Page> Table<T>::list(const ResourceId& scope, const std::string& after,
                                               std::size_t limit) const {
  Page page;
  HANSE_TRY(page.next, visit(scope, after, limit, [&](const Kept& kept) {
              page.items.push_back(kept.value());
              return Status();
            }));
  return page;
}

template <class T>
Result<std::string> Table<T>::visit(const ResourceId& scope, const std::string& after, std::size_t limit,
                                    const std::function<Status(const Kept&)>& take) const {
  Status status;
  std::string last;
  const bool more = store_.visit(prefix_of(kTraits, scope), after, limit, [&](const store::EntryView& entry) {
    if (!status) return;
    const auto kept = decode(entry);
    status = kept ? take(**kept) : fail(kept.error());
    last = entry.key;
  });
  HANSE_CHECK(status);
  return more ? last : std::string();
}

template <class T>
Result<std::vector<typename Table<T>::Pointer>> Table<T>::all(const ResourceId& scope) const {
  std::vector<Pointer> items;
  Page page;
  do {
    HANSE_TRY(page, list(scope, page.next, store::kMaxPageEntries));
    items.insert(items.end(), page.items.begin(), page.items.end());
  } while (!page.next.empty());
  return items;
}

template <class T>
store::Write Table<T>::write_of(const T& resource) const {
  store::Write write{key_of(kTraits, id_of(resource.metadata)), json::to_text(resource)};
  if (written_.size() >= kMaxWritten) written_.clear();
  written_.insert_or_assign(write.key, Written{*write.value, std::make_shared<T>(resource)});
  return write;
}

template <class T>
Task<Result<T>> Table<T>::create(T resource, store::Transaction with) {
  const ResourceId id = id_of(resource.metadata);
  store::Transaction transaction = std::move(with);
  transaction.compares.push_back(absent(id));
  transaction.writes.push_back(write_of(resource));
  const auto revision = co_await store_.transact(std::move(transaction));
  if (!revision && revision.error().code == Code::aborted) {
    co_return fail(Code::already_exists, "{} '{}' exists already", kTraits.title, to_string(id));
  }
  if (!revision) co_return fail(revision.error());
  resource.metadata.resource_version = static_cast<std::int64_t>(*revision);
  co_return resource;
}

template <class T>
Task<Result<T>> Table<T>::update(ResourceId id, std::function<Status(T&)> change) {
  return update_while(std::move(id),
                      [change = std::move(change)](T& resource, Guards&) { return change(resource); });
}

template <class T>
Task<Result<T>> Table<T>::update_while(ResourceId id, std::function<Status(T&, Guards&)> change) {
  for (int attempt = 0; attempt < kUpdateAttempts; ++attempt) {
    HANSE_CO_TRY(const Pointer before, get(id));
    T after = *before;
    Guards guards{unchanged(*before)};
    HANSE_CO_CHECK(change(after, guards));
    if (after == *before) co_return after;
    store::Transaction transaction{.compares = std::move(guards), .writes = {write_of(after)}};
    const auto revision = co_await store_.transact(std::move(transaction));
    if (revision) {
      after.metadata.resource_version = static_cast<std::int64_t>(*revision);
      co_return after;
    }
    if (revision.error().code != Code::aborted) co_return fail(revision.error());
  }
  co_return fail(Code::aborted, "{} '{}' is being changed by others all the time; try again", kTraits.title,
                 to_string(id));
}

template <class T>
Task<Status> Table<T>::erase(Pointer resource) {
  store::Transaction transaction{.compares = {unchanged(*resource)},
                                 .writes = {{key_of(kTraits, id_of(resource->metadata)), std::nullopt}}};
  const auto revision = co_await store_.transact(std::move(transaction));
  if (!revision) co_return fail(revision.error());
  co_return Status{};
}

template <class T>
Result<const typename Table<T>::Kept*> Table<T>::find(const ResourceId& id) const {
  const std::string key = key_of(kTraits, id);
  const auto entry = store_.find(key);
  if (entry) return decode(*entry);
  decoded_.erase(key);
  return fail(Code::not_found, "{} '{}' does not exist", kTraits.title, to_string(id));
}

template <class T>
Result<const typename Table<T>::Kept*> Table<T>::decode(const store::EntryView& entry) const {
  const auto known = decoded_.find(entry.key);
  if (known != decoded_.end() && known->second.revision() == entry.revision) return &known->second;
  HANSE_TRY(Kept kept, read(entry));
  if (known == decoded_.end())
    return &decoded_.emplace(std::string(entry.key), std::move(kept)).first->second;
  known->second = std::move(kept);
  return &known->second;
}

template <class T>
Result<typename Table<T>::Kept> Table<T>::read(const store::EntryView& entry) const {
  if (const auto written = written_.find(entry.key); written != written_.end()) {
    const auto node = written_.extract(written);
    if (node.mapped().text == entry.value) return Kept(entry, node.mapped().value, KeptText::stored);
  }
  auto read = json::parse_as<T>(entry.value);
  if (!read)
    return fail(Code::data_loss, "the record {} cannot be read: {}", entry.key, read.error().message);
  return Kept(entry, std::make_shared<T>(std::move(*read)), KeptText::unknown);
}

}  // namespace hanse::zone
