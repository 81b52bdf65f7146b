#include "cli/kinds.h"

#include <array>
#include <boost/json.hpp>
#include <cctype>

#include "model/authorization.h"
#include "model/storage.h"
#include "model/workload.h"
#include "model/zone_resources.h"

namespace hanse::cli {
namespace {

template <class T>
Status check_as(const json::Value& resource) {
  HANSE_TRY(const T object, json::from_json<T>(resource));
  HANSE_CHECK(model::check_name(object.metadata.name, "/metadata/name"));
  HANSE_CHECK(model::check_labels(object.labels, "/labels"));
  if constexpr (requires { check(object); }) return check(object);
  return {};
}

constexpr std::array<Kind, 14> kKinds = {{
    {"Workspace",
     "workspace",
     "workspaces",
     {"ws"},
     "seca.workspace",
     "workspaces",
     KindScope::tenant,
     true,
     0,
     check_as<model::Workspace>},
    {"InstanceSku",
     "instance-sku",
     "instance-skus",
     {"sku", "skus"},
     "seca.compute",
     "skus",
     KindScope::tenant,
     true,
     1,
     check_as<model::InstanceSku>},
    {"StorageSku",
     "storage-sku",
     "storage-skus",
     {},
     "seca.storage",
     "skus",
     KindScope::tenant,
     true,
     1,
     check_as<model::StorageSku>},
    {"Image",
     "image",
     "images",
     {"img"},
     "seca.storage",
     "images",
     KindScope::tenant,
     true,
     2,
     check_as<model::Image>},
    {"BlockStorage",
     "block-storage",
     "block-storages",
     {"bs"},
     "seca.storage",
     "block-storages",
     KindScope::workspace,
     true,
     3,
     check_as<model::BlockStorage>},
    {"Instance",
     "instance",
     "instances",
     {"inst"},
     "seca.compute",
     "instances",
     KindScope::workspace,
     true,
     4,
     check_as<model::Instance>},
    {"Workload",
     "workload",
     "workloads",
     {"wl"},
     "hanse.workload",
     "workloads",
     KindScope::workspace,
     true,
     5,
     check_as<model::Workload>},
    {"Role",
     "role",
     "roles",
     {},
     "seca.authorization",
     "roles",
     KindScope::tenant,
     true,
     1,
     check_as<model::Role>},
    {"RoleAssignment",
     "role-assignment",
     "role-assignments",
     {"ra"},
     "seca.authorization",
     "role-assignments",
     KindScope::tenant,
     true,
     2,
     check_as<model::RoleAssignment>},
    {"Host", "host", "hosts", {}, "hanse.host", "hosts", KindScope::zone, true, 6, check_as<model::Host>},
    {"Transfer",
     "transfer",
     "transfers",
     {"tr"},
     "hanse.migration",
     "transfers",
     KindScope::workspace,
     false},
    {"Region", "zone", "zones", {"region", "regions"}, "seca.region", "regions", KindScope::zone, false},
    {"Peer", "peer", "peers", {}, "hanse.federation", "peers", KindScope::zone, false},
    {"Event", "event", "events", {"ev"}, "hanse.observatory", "events", KindScope::zone, false},
}};

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

std::span<const Kind> all_kinds() {
  return kKinds;
}

Result<const Kind*> find_kind(std::string_view text) {
  const std::string wanted = lower(text);
  std::string known;
  for (const Kind& kind : kKinds) {
    if (wanted == kind.singular || wanted == kind.plural || wanted == lower(kind.name)) return &kind;
    for (const std::string_view name : kind.short_names) {
      if (!name.empty() && wanted == name) return &kind;
    }
    known.append(known.empty() ? "" : ", ").append(kind.plural);
  }
  return fail(Code::invalid_argument, "'{}' is no kind of resource; use one of: {}", text.substr(0, 64),
              known);
}

const Kind* find_manifest_kind(std::string_view name) {
  for (const Kind& kind : kKinds) {
    if (kind.appliable && kind.name == name) return &kind;
  }
  return nullptr;
}

std::string collection_path(const Kind& kind, const Place& place) {
  std::string path = fmt::format("/providers/{}/v1", kind.provider);
  if (kind.scope != KindScope::zone) path += "/tenants/" + percent_encode(place.tenant);
  if (kind.scope == KindScope::workspace) path += "/workspaces/" + percent_encode(place.workspace);
  return fmt::format("{}/{}", path, kind.collection);
}

std::string item_path(const Kind& kind, const Place& place, std::string_view name) {
  return collection_path(kind, place) + "/" + percent_encode(name);
}

std::string event_query(const Kind& kind, const Place& place, std::string_view name) {
  std::string query = fmt::format("kind={}", kind.singular);
  if (name.empty()) return query;
  const std::string full = kind.scope == KindScope::workspace
                               ? fmt::format("{}/{}/{}", place.tenant, place.workspace, name)
                               : std::string(name);
  return query + "&name=" + percent_encode(full);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUnreserved = "-._~";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        byte < 0x80 && (std::isalnum(byte) != 0 || kUnreserved.find(c) != std::string_view::npos);
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace hanse::cli
