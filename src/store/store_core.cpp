#include "store/store_core.h"

#include <algorithm>
#include <utility>

namespace hanse::store {

void StoreCore::restore(JournalImage image) {
  for (Entry& entry : image.entries) {
    put_durable(entry.key, Stored{std::make_shared<const std::string>(std::move(entry.value)), entry.revision,
                                  entry.created});
  }
  revision_ = head_revision_ = image.revision;
  history_.restart(revision_);
}

StoreCore::KeyState StoreCore::head_state(std::string_view key) const {
  if (const auto found = pending_.find(key); found != pending_.end()) {
    if (found->second.deleted) return {};
    return {found->second.revision, found->second.created};
  }
  if (const auto* const found = find_durable(key)) return {found->second.revision, found->second.created};
  return {};
}

const StoreCore::Entries::value_type* StoreCore::find_durable(std::string_view key) const {
  const auto place = places_.find(key);
  return place == places_.end() ? nullptr : &*place->second;
}

void StoreCore::put_durable(const std::string& key, Stored stored) {
  if (const auto place = places_.find(key); place != places_.end()) {
    place->second->second = std::move(stored);
    return;
  }
  const auto added = durable_.emplace(key, std::move(stored)).first;
  places_.emplace(added->first, added);
}

void StoreCore::erase_durable(std::string_view key) {
  const auto place = places_.find(key);
  if (place == places_.end()) return;
  const auto entry = place->second;
  places_.erase(place);  // first: its key is the entry's
  durable_.erase(entry);
}

Status StoreCore::check_compares(const std::vector<Compare>& compares) const {
  for (const Compare& compare : compares) {
    const Revision actual = head_state(compare.key).revision;
    if (actual == compare.revision) continue;
    if (compare.revision == kNoRevision)
      return fail(Code::aborted, "'{}' exists already, written at revision {}", compare.key, actual);
    if (actual == kNoRevision) {
      return fail(Code::aborted, "'{}' no longer exists, but revision {} was expected; read again and retry",
                  compare.key, compare.revision);
    }
    return fail(Code::aborted, "'{}' was changed at revision {}, after revision {}; read again and retry",
                compare.key, actual, compare.revision);
  }
  return {};
}

Result<JournalRecord> StoreCore::admit(Transaction transaction) {
  HANSE_CHECK(validate(transaction));
  HANSE_CHECK(check_compares(transaction.compares));
  JournalRecord record;
  const Revision next = head_revision_ + 1;
  for (Write& write : transaction.writes) {
    const KeyState before = head_state(write.key);
    const bool existed = before.revision != kNoRevision;
    if (!write.value && !existed) continue;
    const Revision created = existed ? before.created : next;
    pending_.insert_or_assign(write.key, Pending{next, created, !write.value});
    SharedValue value;
    if (write.value) value = std::make_shared<const std::string>(std::move(*write.value));
    record.writes.push_back({std::move(write.key), std::move(value), created});
  }
  if (!record.writes.empty()) head_revision_ = next;
  record.revision = head_revision_;
  return record;
}

void StoreCore::commit(JournalRecord record) {
  for (JournalWrite& write : record.writes) {
    if (write.value) {
      put_durable(write.key, Stored{write.value, record.revision, write.created});
    } else {
      erase_durable(write.key);
    }
    const auto waiting = pending_.find(write.key);
    if (waiting != pending_.end() && waiting->second.revision == record.revision) pending_.erase(waiting);
    history_.add({std::move(write.key), std::move(write.value), record.revision});
  }
  revision_ = record.revision;
  history_.trim();
}

void StoreCore::roll_back() {
  pending_.clear();
  head_revision_ = revision_;
}

std::optional<EntryView> StoreCore::find(std::string_view key) const {
  const auto* const found = find_durable(key);
  if (found == nullptr) return std::nullopt;
  return EntryView{found->first, *found->second.value, found->second.revision, found->second.created};
}

std::optional<Entry> StoreCore::get(std::string_view key) const {
  const auto found = find(key);
  if (!found) return std::nullopt;
  return Entry{std::string(found->key), std::string(found->value), found->revision, found->created};
}

bool StoreCore::visit(std::string_view prefix, std::string_view after, std::size_t limit,
                      const Store::Take& take) const {
  std::size_t left = std::min(limit, kMaxPageEntries);
  auto at = after < prefix ? durable_.lower_bound(prefix) : durable_.upper_bound(after);
  if (after.empty()) at = durable_.lower_bound(prefix);
  for (; at != durable_.end() && at->first.starts_with(prefix); ++at) {
    if (left-- == 0) return true;
    take({at->first, *at->second.value, at->second.revision, at->second.created});
  }
  return false;
}

Page StoreCore::list(std::string_view prefix, std::string_view after, std::size_t limit) const {
  Page page;
  page.more = visit(prefix, after, limit, [&](const EntryView& entry) {
    page.entries.push_back({std::string(entry.key), std::string(entry.value), entry.revision, entry.created});
  });
  return page;
}

Status StoreCore::check_kept(Revision from) const {
  if (from > revision_) {
    return fail(Code::out_of_range,
                "revision {} is not reached, the last one is {}; list again and watch from the revision of "
                "that list",
                from, revision_);
  }
  return history_.check_kept(from);
}

Result<std::vector<Change>> StoreCore::changes_since(Revision from, std::string_view prefix) const {
  HANSE_CHECK(check_kept(from));
  return history_.since(from, prefix);
}

Result<std::vector<std::string>> StoreCore::keys_since(Revision from, std::string_view prefix) const {
  HANSE_CHECK(check_kept(from));
  return history_.keys_since(from, prefix);
}

}  // namespace hanse::store
