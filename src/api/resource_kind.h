// ResourceKind: one kind of resource as the API's routes see it, with the JSON as text, so that routes and
// watches are written once for all kinds. resource_kind_of.h makes one from a frontend of the zone.
//
// Thread: the loop. Failure: those of the frontend.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "model/metadata.h"
#include "store/store.h"
#include "zone/frontend.h"
#include "zone/resource_id.h"

namespace hanse::api {

class ResourceKind {
 public:
  virtual ~ResourceKind() = default;

  using Listing = zone::ListText;
  struct Written {
    std::string resource;
    bool created = false;
    std::int64_t revision = 0;
  };
  struct Record {
    std::string name;
    model::Labels labels;
    std::string resource;
  };

  virtual const zone::KindTraits& traits() const = 0;
  virtual Result<std::string> get(const zone::ResourceId& id) const = 0;
  virtual Result<Listing> list(const zone::ListRequest& request) const = 0;
  // `body` is what the user sent. Errors: also invalid_argument with the pointer of the field at fault.
  virtual Task<Result<Written>> put(zone::ResourceId id, std::string body,
                                    std::optional<std::int64_t> seen) = 0;
  virtual Task<Result<Written>> request_deletion(zone::ResourceId id, std::optional<std::int64_t> seen) = 0;
  // What is in the store under the kind's prefix.
  virtual Result<Record> read(const store::Entry& entry) const = 0;
};

}  // namespace hanse::api
