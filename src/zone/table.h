// Table<T>: the resources of one kind in the zone's store, as decoded values. Reads are served from the
// store's memory and a decoded copy that is kept for each revision; writes are transactions that fail when
// someone else was first.
//
// Lifecycle: as long as the store. Thread: the loop; a pointer that was handed out stays valid and never
// changes. Failure: not_found, already_exists, aborted (someone else wrote; read again), data_loss (a record
// that cannot be read), and those of the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "base/text_map.h"
#include "store/store.h"
#include "zone/kept_resource.h"
#include "zone/resource_id.h"

namespace hanse::zone {

// An update is tried again this often when others write the same resource.
inline constexpr int kUpdateAttempts = 16;
// Records of a kind that were written and not read yet; at the limit they are forgotten, and decoded when
// read.
inline constexpr std::size_t kMaxWritten = 4096;

template <class T>
class Table {
 public:
  using Pointer = std::shared_ptr<const T>;  // shared: readers keep a value across a write
  static constexpr const KindTraits& kTraits = KindOf<T>::kTraits;

  struct Page {
    std::vector<Pointer> items;
    std::string next;  // the key to go on after; empty: that was all
  };

  using Kept = KeptResource<T>;

  explicit Table(store::Store& store) : store_(store) {}

  Result<Pointer> get(const ResourceId& id) const {
    HANSE_TRY(const Kept* const kept, find(id));
    return kept->value();
  }
  Result<std::string> text(const ResourceId& id) const {
    HANSE_TRY(const Kept* const kept, find(id));
    std::string text;
    kept->append_text(text);
    return text;
  }

  // In order of key, from after `after`; `scope` as prefix_of takes it.
  Result<Page> list(const ResourceId& scope, const std::string& after, std::size_t limit) const {
    Page page;
    HANSE_TRY(page.next, visit(scope, after, limit, [&](const Kept& kept) {
                page.items.push_back(kept.value());
                return Status();
              }));
    return page;
  }

  // The same, one call each; gives the key to go on after. An error of `take` ends it.
  Result<std::string> visit(const ResourceId& scope, const std::string& after, std::size_t limit,
                            const std::function<Status(const Kept&)>& take) const {
    Status status;
    std::string last;
    const bool more =
        store_.visit(prefix_of(kTraits, scope), after, limit, [&](const store::EntryView& entry) {
          if (!status) return;
          const auto kept = decode(entry);
          status = kept ? take(**kept) : fail(kept.error());
          last = entry.key;
        });
    HANSE_CHECK(status);
    return more ? last : std::string();
  }

  // All of the scope; for the zone's own work, which must see every resource.
  Result<std::vector<Pointer>> all(const ResourceId& scope = {}) const {
    std::vector<Pointer> items;
    Page page;
    do {
      HANSE_TRY(page, list(scope, page.next, store::kMaxPageEntries));
      items.insert(items.end(), page.items.begin(), page.items.end());
    } while (!page.next.empty());
    return items;
  }

  // For transactions over several resources.
  store::Write write_of(const T& resource) const {
    store::Write write{key_of(kTraits, id_of(resource.metadata)), json::to_text(resource)};
    if (written_.size() >= kMaxWritten) written_.clear();
    written_.insert_or_assign(write.key, Written{*write.value, std::make_shared<T>(resource)});
    return write;
  }
  // Holds while the resource is as it was read.
  store::Compare unchanged(const T& resource) const {
    return {key_of(kTraits, id_of(resource.metadata)),
            static_cast<store::Revision>(resource.metadata.resource_version)};
  }
  store::Compare absent(const ResourceId& id) const { return {key_of(kTraits, id), store::kNoRevision}; }

  // `with`: what is written in the same transaction, or not at all. Errors: already_exists also when one of
  // its compares does not hold.
  Task<Result<T>> create(T resource, store::Transaction with = {}) {
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

  // Reads, changes and writes, again when someone else was first. `change` may refuse; when it changes
  // nothing, nothing is written.
  Task<Result<T>> update(ResourceId id, std::function<Status(T&)> change) {
    return update_while(std::move(id),
                        [change = std::move(change)](T& resource, Guards&) { return change(resource); });
  }

  // The same, and nothing is written unless what `change` adds to the guards still holds.
  using Guards = std::vector<store::Compare>;
  Task<Result<T>> update_while(ResourceId id, std::function<Status(T&, Guards&)> change) {
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

  // Errors: aborted when it is no longer as it was read.
  Task<Status> erase(Pointer resource) {
    store::Transaction transaction{.compares = {unchanged(*resource)},
                                   .writes = {{key_of(kTraits, id_of(resource->metadata)), std::nullopt}}};
    const auto revision = co_await store_.transact(std::move(transaction));
    if (!revision) co_return fail(revision.error());
    co_return Status{};
  }

 private:
  // What was last written and not read again, so that reading it needs no decoding.
  struct Written {
    std::string text;
    std::shared_ptr<T> value;  // shared: it becomes a Pointer
  };

  Result<const Kept*> find(const ResourceId& id) const {
    const std::string key = key_of(kTraits, id);
    const auto entry = store_.find(key);
    if (entry) return decode(*entry);
    decoded_.erase(key);
    return fail(Code::not_found, "{} '{}' does not exist", kTraits.title, to_string(id));
  }

  // The pointer is good until the table is asked again.
  Result<const Kept*> decode(const store::EntryView& entry) const {
    const auto known = decoded_.find(entry.key);
    if (known != decoded_.end() && known->second.revision() == entry.revision) return &known->second;
    HANSE_TRY(Kept kept, read(entry));
    if (known == decoded_.end())
      return &decoded_.emplace(std::string(entry.key), std::move(kept)).first->second;
    known->second = std::move(kept);
    return &known->second;
  }

  Result<Kept> read(const store::EntryView& entry) const {
    if (const auto written = written_.find(entry.key); written != written_.end()) {
      const auto node = written_.extract(written);
      if (node.mapped().text == entry.value) return Kept(entry, node.mapped().value, KeptText::stored);
    }
    auto read =
        json::parse(entry.value).and_then([](const json::Value& value) { return json::from_json<T>(value); });
    if (!read)
      return fail(Code::data_loss, "the record {} cannot be read: {}", entry.key, read.error().message);
    return Kept(entry, std::make_shared<T>(std::move(*read)), KeptText::unknown);
  }

  store::Store& store_;
  mutable TextMap<Kept> decoded_;
  mutable TextMap<Written> written_;
};

}  // namespace hanse::zone
