// The members of ResourceFrontend<T>. Included by the files that make a frontend of a kind and by no other,
// as table_impl.h.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>

#include "zone/frontend.h"

namespace hanse::zone {

template <class T>
template <class Take>
Result<std::string> ResourceFrontend<T>::scan(const ListRequest& request, Take take) const {
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

template <class T>
Status ResourceFrontend<T>::check_request(const ListRequest& request) {
  if (!request.skip_token.empty() &&
      !request.skip_token.starts_with(prefix_of(Table<T>::kTraits, request.scope))) {
    return fail(Error{
        Code::invalid_argument, "skipToken is not one of this list; begin without it", {{{}, "skipToken"}}});
  }
  if (request.limit < 1 || request.limit > kMaxPage) {
    return fail(
        Error{Code::invalid_argument, fmt::format("limit must be from 1 to {}", kMaxPage), {{{}, "limit"}}});
  }
  return {};
}

template <class T>
Result<ListAnswer<T>> ResourceFrontend<T>::list(const ListRequest& request) const {
  ListAnswer<T> answer;
  HANSE_TRY(answer.skip_token, scan(request, [&](const typename Table<T>::Kept& kept) {
              answer.items.push_back(kept.value());
            }));
  return answer;
}

template <class T>
Result<ListText> ResourceFrontend<T>::list_text(const ListRequest& request) const {
  ListText answer;
  HANSE_TRY(answer.skip_token, scan(request, [&](const typename Table<T>::Kept& kept) {
              if (!answer.items.empty()) answer.items += ',';
              kept.append_text(answer.items);
              ++answer.count;
            }));
  return answer;
}

template <class T>
Task<Result<PutAnswer<T>>> ResourceFrontend<T>::put(T wanted, std::optional<std::int64_t> if_unmodified_since,
                                                    Note note) {
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

template <class T>
Task<Result<T>> ResourceFrontend<T>::request_deletion(ResourceId id) {
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

template <class T>
Task<Result<PutAnswer<T>>> ResourceFrontend<T>::create(T wanted, Note note) {
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

// What a user leaves open stays as the zone has chosen it.
template <class T>
void keep_choices(T&, const T&) {}
inline void keep_choices(model::Instance& wanted, const model::Instance& before) {
  if (!wanted.spec.machine_type) wanted.spec.machine_type = before.spec.machine_type;
  if (!wanted.spec.cpu_model) wanted.spec.cpu_model = before.spec.cpu_model;
}

template <class T>
Task<Result<PutAnswer<T>>> ResourceFrontend<T>::replace(ResourceId id, T put,
                                                        std::optional<std::int64_t> seen) {
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
    T wanted = put;
    keep_choices(wanted, resource);
    HANSE_CHECK(put_rule_(wanted, &resource));
    const bool same = resource.spec == wanted.spec && resource.labels == wanted.labels &&
                      resource.annotations == wanted.annotations && resource.extensions == wanted.extensions;
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

}  // namespace hanse::zone
