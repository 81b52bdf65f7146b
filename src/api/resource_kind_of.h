// ResourceKindOf<T>: the ResourceKind over the zone's frontend for T. Heavy: include it in the source file
// that makes one.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "api/resource_body.h"
#include "api/resource_kind.h"
#include "base/json.h"
#include "base/json_text.h"

namespace hanse::api {

template <class T>
std::string text_of(const T& resource) {
  return json::to_text(resource);
}

template <class T>
ResourceKind::Written written(const T& resource, bool created) {
  return {text_of(resource), created, resource.metadata.resource_version};
}

template <class T>
Result<T> read_resource(const zone::ResourceId& id, const std::string& body) {
  json::Value value;
  HANSE_CHECK(read_resource_text(body, value));
  HANSE_TRY(T resource, json::from_json<T>(value));
  HANSE_CHECK(settle_names(resource.metadata, id));
  return resource;
}

template <class T>
class ResourceKindOf final : public ResourceKind {
 public:
  explicit ResourceKindOf(zone::ResourceFrontend<T>& frontend) : frontend_(frontend) {}

  const zone::KindTraits& traits() const override { return zone::Table<T>::kTraits; }

  Result<std::string> get(const zone::ResourceId& id) const override { return frontend_.text(id); }

  Result<Listing> list(const zone::ListRequest& request) const override {
    return frontend_.list_text(request);
  }

  Task<Result<Written>> put(zone::ResourceId id, std::string body,
                            std::optional<std::int64_t> seen) override {
    HANSE_CO_TRY(T wanted, read_resource<T>(id, body));
    HANSE_CO_TRY(const auto answer, co_await frontend_.put(std::move(wanted), seen));
    co_return written(answer.resource, answer.created);
  }

  Task<Result<Written>> request_deletion(zone::ResourceId id, std::optional<std::int64_t> seen) override {
    HANSE_CO_TRY(const auto before, frontend_.get(id));
    if (seen && *seen != before->metadata.resource_version) {
      co_return fail(Code::aborted,
                     "{} '{}' has changed: its resourceVersion is {} and not {}; read it again",
                     traits().title, to_string(id), before->metadata.resource_version, *seen);
    }
    HANSE_CO_TRY(const T resource, co_await frontend_.request_deletion(std::move(id)));
    co_return written(resource, false);
  }

  Result<Record> read(const store::Entry& entry) const override {
    HANSE_TRY(T resource, json::parse_as<T>(entry.value));
    resource.metadata.resource_version = static_cast<std::int64_t>(entry.revision);
    return Record{resource.metadata.name, resource.labels, text_of(resource)};
  }

 private:
  zone::ResourceFrontend<T>& frontend_;
};

}  // namespace hanse::api
