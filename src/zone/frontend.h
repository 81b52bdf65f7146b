// ResourceFrontend<T>: what a user may do with any resource of a kind: get, list, put, ask for deletion. It
// validates, sets what the user may not set (status, times, uid), and leaves the rest to the kind's
// reconciler.
//
// Thread: the loop. Failure: invalid_argument with the field, aborted for a stale resourceVersion, and those
// of Table.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/runtime.h"
#include "zone/table.h"

namespace hanse::zone {

inline constexpr std::size_t kDefaultPage = 100;
inline constexpr std::size_t kMaxPage = 1000;
// With a label selector a page may have to look at many resources; it ends after this many and may come back
// short.
inline constexpr std::size_t kMaxScanned = 10'000;

struct ListRequest {
  ResourceId scope = {};
  std::string labels = {};
  std::string skip_token = {};
  std::size_t limit = kDefaultPage;
};

template <class T>
struct ListAnswer {
  std::vector<typename Table<T>::Pointer> items;
  std::string skip_token;
};

struct ListText {
  std::string items;
  std::size_t count = 0;
  std::string skip_token;
};

template <class T>
struct PutAnswer {
  T resource;
  bool created = false;
};

// Kind-specific rules on top of model::check: references that must exist, fields that may not change.
// `before` is null for a new one.
template <class T>
using PutRule = std::function<Status(const T& wanted, const T* before)>;

// What stands against a deletion.
template <class T>
using DeleteRule = std::function<Status(const T& resource)>;

// What was added to a new resource, until it is known whether that was written: destroying it says so.
class Addition {
 public:
  virtual ~Addition() = default;
  virtual void written() = 0;
};

// Adds to a new resource what would otherwise be a second write, and to `with` what else that needs; null:
// nothing now, its reconciler does it.
template <class T>
using Completion = std::function<std::unique_ptr<Addition>(T& resource, store::Transaction& with)>;

template <class T>
class ResourceFrontend {
 public:
  ResourceFrontend(Runtime& runtime, Table<T>& table, std::string zone, PutRule<T> put_rule,
                   DeleteRule<T> delete_rule, Completion<T> completion = {})
      : runtime_(runtime),
        table_(table),
        zone_(std::move(zone)),
        put_rule_(std::move(put_rule)),
        delete_rule_(std::move(delete_rule)),
        completion_(std::move(completion)) {}

  Result<typename Table<T>::Pointer> get(const ResourceId& id) const { return table_.get(id); }

  Result<std::string> text(const ResourceId& id) const { return table_.text(id); }

  Result<ListAnswer<T>> list(const ListRequest& request) const {
    ListAnswer<T> answer;
    HANSE_TRY(answer.skip_token, scan(request, [&](const typename Table<T>::Kept& kept) {
                answer.items.push_back(kept.value());
              }));
    return answer;
  }

  // The same as JSON, with commas between.
  Result<ListText> list_text(const ListRequest& request) const {
    ListText answer;
    HANSE_TRY(answer.skip_token, scan(request, [&](const typename Table<T>::Kept& kept) {
                if (!answer.items.empty()) answer.items += ',';
                kept.append_text(answer.items);
                ++answer.count;
              }));
    return answer;
  }

  // What this zone itself notes in the status of a new one.
  using Note = std::function<void(T&)>;

  // Creates or replaces. `if_unmodified_since` is the resourceVersion that the user has seen.
  Task<Result<PutAnswer<T>>> put(T wanted, std::optional<std::int64_t> if_unmodified_since, Note note = {}) {
    const ResourceId id = id_of(wanted.metadata);
    HANSE_CO_CHECK(check_id(Table<T>::kTraits, id));
    HANSE_CO_CHECK(model::check_labels(wanted.labels, "/labels"));
    HANSE_CO_CHECK(check(wanted));
    const auto existing = table_.get(id);
    if (!existing && existing.error().code != Code::not_found) co_return fail(existing.error());
    if (existing) co_return co_await replace(id, std::move(wanted), if_unmodified_since);
    if (if_unmodified_since) {
      co_return fail(Code::aborted,
                     "{} '{}' does not exist any more; send it without if-unmodified-since to create it",
                     Table<T>::kTraits.title, to_string(id));
    }
    co_return co_await create(std::move(wanted), std::move(note));
  }

  // Marks it for deletion; its reconciler does the rest. Idempotent.
  Task<Result<T>> request_deletion(ResourceId id) {
    const std::string now = to_rfc3339(runtime_.clock.wall_now());
    const DeleteRule<T> rule = delete_rule_;
    return table_.update(std::move(id), [now, rule](T& resource) -> Status {
      if (resource.metadata.deleted_at) return {};
      HANSE_CHECK(rule(resource));
      resource.metadata.deleted_at = now;
      resource.metadata.last_modified_at = now;
      resource.status.state = model::ResourceState::deleting;
      return {};
    });
  }

 private:
  // Calls `take` for each that the request chooses; gives the token to go on with.
  template <class Take>
  Result<std::string> scan(const ListRequest& request, Take take) const {
    HANSE_CHECK(check_request(request));
    std::string after = request.skip_token;
    std::size_t taken = 0;
    for (std::size_t scanned = 0; scanned < kMaxScanned && taken < request.limit;) {
      const auto look = [&](const typename Table<T>::Kept& kept) -> Status {
        ++scanned;
        HANSE_TRY(const bool matched, model::matches_selector(kept.value()->labels, request.labels));
        if (!matched) return {};
        ++taken;
        take(kept);
        return {};
      };
      HANSE_TRY(after, table_.visit(request.scope, after, request.limit - taken, look));
      if (after.empty()) break;
    }
    return after;
  }

  static Status check_request(const ListRequest& request) {
    if (!request.skip_token.empty() &&
        !request.skip_token.starts_with(prefix_of(Table<T>::kTraits, request.scope))) {
      return fail(Error{Code::invalid_argument,
                        "skipToken is not one of this list; begin without it",
                        {{{}, "skipToken"}}});
    }
    if (request.limit < 1 || request.limit > kMaxPage) {
      return fail(Error{
          Code::invalid_argument, fmt::format("limit must be from 1 to {}", kMaxPage), {{{}, "limit"}}});
    }
    return {};
  }

  Task<Result<PutAnswer<T>>> create(T wanted, Note note) {
    HANSE_CO_CHECK(put_rule_(wanted, nullptr));
    const std::string now = to_rfc3339(runtime_.clock.wall_now());
    wanted.metadata.kind = Table<T>::kTraits.kind;
    wanted.metadata.region = zone_;
    wanted.metadata.uid = random_token(runtime_.random, model::kUidDigits);
    wanted.metadata.created_at = now;
    wanted.metadata.last_modified_at = now;
    wanted.metadata.deleted_at.reset();
    wanted.status = {};
    if (note) note(wanted);
    if (completion_) {
      T whole = wanted;
      store::Transaction with;
      if (const auto addition = completion_(whole, with)) {
        auto created = co_await table_.create(std::move(whole), std::move(with));
        if (created) addition->written();
        if (created) co_return PutAnswer<T>{std::move(*created), true};
        // Either it exists, or what was added does not hold any more; without that it is clear which.
        if (created.error().code != Code::already_exists) co_return fail(created.error());
      }
    }
    HANSE_CO_TRY(T created, co_await table_.create(std::move(wanted)));
    co_return PutAnswer<T>{std::move(created), true};
  }

  Task<Result<PutAnswer<T>>> replace(ResourceId id, T wanted, std::optional<std::int64_t> seen) {
    const std::string now = to_rfc3339(runtime_.clock.wall_now());
    HANSE_CO_TRY(T replaced, co_await table_.update(id, [&](T& resource) -> Status {
      if (seen && *seen != resource.metadata.resource_version) {
        return fail(Code::aborted, "{} '{}' has changed: its resourceVersion is {} and not {}; read it again",
                    Table<T>::kTraits.title, to_string(id), resource.metadata.resource_version, *seen);
      }
      if (resource.metadata.deleted_at) {
        return fail(Code::failed_precondition, "{} '{}' is being deleted; wait until it is gone",
                    Table<T>::kTraits.title, to_string(id));
      }
      HANSE_CHECK(put_rule_(wanted, &resource));
      const bool same = resource.spec == wanted.spec && resource.labels == wanted.labels &&
                        resource.annotations == wanted.annotations &&
                        resource.extensions == wanted.extensions;
      if (same) return {};
      resource.spec = wanted.spec;
      resource.labels = wanted.labels;
      resource.annotations = wanted.annotations;
      resource.extensions = wanted.extensions;
      resource.metadata.last_modified_at = now;
      return {};
    }));
    co_return PutAnswer<T>{std::move(replaced), false};
  }

  Runtime& runtime_;
  Table<T>& table_;
  std::string zone_;
  PutRule<T> put_rule_;
  DeleteRule<T> delete_rule_;
  Completion<T> completion_;
};

}  // namespace hanse::zone
