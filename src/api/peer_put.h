// What a peer may write here, for a workload that spans zones: what its instances need (SKUs, images), which
// it may bring but not change, and instances, which belong to the zone of their workload.
//
// Heavy: for source files. Failure: already_exists for a SKU or image that is here with another spec,
// permission_denied for an instance of someone else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/context.h"
#include "api/query.h"
#include "api/resource_kind_of.h"
#include "api/resource_routes.h"
#include "model/storage.h"

namespace hanse::api {

// What an instance of the peer needs, where the policy lets it place instances at all. Errors:
// permission_denied.
Status check_peer_brings(const Context& context, const Call& call, const std::string& flavour);

template <class Spec>
bool is_same_thing(const Spec& here, const Spec& wanted) {
  return here == wanted;
}
// On which other architectures it boots here is this zone's to say.
inline bool is_same_thing(const model::ImageSpec& here, const model::ImageSpec& wanted) {
  return model::agree(wanted, here);
}

// Creates; when it is here already with the same spec, nothing changes. `flavour`: of a SKU, else empty.
template <class T>
Task<Result<ResourceKind::Written>> put_if_new(Context& context, zone::ResourceFrontend<T>& frontend,
                                               Call call, std::string flavour) {
  const zone::ResourceId id = id_of(call.path);
  HANSE_CO_CHECK(check_peer_brings(context, call, flavour));
  HANSE_CO_TRY(T wanted, read_resource<T>(id, call.request.body));
  const auto existing = frontend.get(id);
  if (existing && is_same_thing((*existing)->spec, wanted.spec)) {
    co_return written(**existing, false);
  }
  if (existing) {
    co_return fail(
        Code::already_exists,
        "{} '{}' is here already with another spec, and a peer may not change it; use another name",
        zone::Table<T>::kTraits.title, to_string(id));
  }
  HANSE_CO_TRY(const auto answer, co_await frontend.put(std::move(wanted), std::nullopt));
  co_return written(answer.resource, answer.created);
}

// Whether the instance is a replica of one of that zone's workloads.
bool belongs_to_peer(const model::Instance& instance, const std::string& peer);
// Puts the instance and writes the workload of the annotation into its status.
Task<Result<ResourceKind::Written>> put_instance_of_peer(Context& context, Call call);
// For other calls of peers that name an instance. Errors: permission_denied.
Status check_instance_of_peer(const Context& context, const Call& call, const zone::ResourceId& id);

}  // namespace hanse::api
