// What all resources have in common, in the shape of SECA v1.7: metadata, labels, annotations, spec, status
// with a state and conditions, newest first. Resources are plain described values; they are stored and sent
// as the JSON of that description.
#pragma once

#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/units.h"

namespace hanse::model {

struct Metadata {
  std::string name;
  std::string tenant;
  std::string workspace;  // empty for what belongs to a tenant or to the zone
  std::string region;     // the zone
  std::string kind;
  std::string uid;  // made by the zone that created it; stays through moves
  std::int64_t resource_version = 0;
  std::string created_at;  // RFC 3339
  std::string last_modified_at;
  std::optional<std::string> deleted_at;  // set when the user asked for deletion
  bool operator==(const Metadata&) const = default;
};
BOOST_DESCRIBE_STRUCT(Metadata, (),
                      (name, tenant, workspace, region, kind, uid, resource_version, created_at,
                       last_modified_at, deleted_at))
HANSE_DECLARE_JSON(Metadata);

enum class ResourceState { pending, creating, active, updating, deleting, error };
BOOST_DESCRIBE_ENUM(ResourceState, pending, creating, active, updating, deleting, error)

struct Condition {
  ResourceState state = ResourceState::pending;
  std::string type;     // what it is about: "Placed", "Running", "Transfer"
  std::string reason;   // CamelCase, for programs
  std::string message;  // for people
  std::string last_transition_at;
  bool operator==(const Condition&) const = default;
};
BOOST_DESCRIBE_STRUCT(Condition, (), (state, type, reason, message, last_transition_at))
HANSE_DECLARE_JSON(Condition);

inline constexpr std::size_t kMaxConditions = 16;

// Puts a condition in front unless the newest one says the same; drops the oldest beyond kMaxConditions. True
// if it changed anything.
bool add_condition(std::vector<Condition>& conditions, Condition condition);

using Labels = std::map<std::string, std::string>;

// S and T are a described spec and status; T has `state` and `conditions`.
template <class S, class T>
struct Resource {
  using Spec = S;
  using Status = T;
  Metadata metadata;
  Labels labels;
  std::map<std::string, std::string> annotations;
  json::Object extensions;
  S spec;
  T status;
  bool operator==(const Resource&) const = default;
  BOOST_DESCRIBE_CLASS(Resource, (), (metadata, labels, annotations, extensions, spec, status), (), ())
};

// Of a uid, hexadecimal: 80 random bits tell all resources of a federation apart, and leave room in the paths
// of unix sockets, which have 107 characters in all.
inline constexpr int kUidDigits = 20;

// A name is 1 to 63 lower-case letters, digits and '-', and begins and ends with a letter or digit.
// Errors: invalid_argument with the pointer.
Status check_name(std::string_view name, const std::string& pointer);
// At most 64 labels; keys up to 63 characters of [a-z0-9./-], values up to 255 printable characters.
Status check_labels(const Labels& labels, const std::string& pointer);
// "a=b,c!=d,e": equality, inequality and presence. Errors: invalid_argument for the parameter `labels`.
Result<bool> matches_selector(const Labels& labels, std::string_view selector);

}  // namespace hanse::model
