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

  Result<ListAnswer<T>> list(const ListRequest& request) const;

  // The same as JSON, with commas between.
  Result<ListText> list_text(const ListRequest& request) const;

  // What this zone itself notes in the status of a new one.
  using Note = std::function<void(T&)>;

  // Creates or replaces. `if_unmodified_since` is the resourceVersion that the user has seen.
  Task<Result<PutAnswer<T>>> put(T wanted, std::optional<std::int64_t> if_unmodified_since, Note note = {});

  // Marks it for deletion; its reconciler does the rest. Idempotent.
  Task<Result<T>> request_deletion(ResourceId id);

 private:
  // Calls `take` for each that the request chooses; gives the token to go on with.
  template <class Take>
  Result<std::string> scan(const ListRequest& request, Take take) const;

  static Status check_request(const ListRequest& request);

  Task<Result<PutAnswer<T>>> create(T wanted, Note note);

  Task<Result<PutAnswer<T>>> replace(ResourceId id, T wanted, std::optional<std::int64_t> seen);

  Runtime& runtime_;
  Table<T>& table_;
  std::string zone_;
  PutRule<T> put_rule_;
  DeleteRule<T> delete_rule_;
  Completion<T> completion_;
};

}  // namespace hanse::zone
