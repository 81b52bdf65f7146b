#include "cli/columns.h"

#include <algorithm>
#include <boost/json.hpp>
#include <span>
#include <string_view>

#include "cli/json_lookup.h"
#include "cli/next_step.h"
#include "cli/text.h"
#include "cli/transfer_text.h"

namespace hanse::cli {
namespace {

using boost::json::value;
using Cell = std::string (*)(const value& resource, WallTime now);

struct Column {
  std::string_view header;
  std::string_view pointer;  // what is shown, when there is no `cell`
  Cell cell = nullptr;
  bool wide = false;
};

std::string age_since(const value& resource, std::string_view pointer, WallTime now) {
  const auto then = parse_rfc3339(text_at(resource, pointer));
  return then ? age_text(now - *then) : "";
}

std::string age(const value& resource, WallTime now) {
  return age_since(resource, "/metadata/createdAt", now);
}

std::string mib(const value& resource, std::string_view pointer) {
  const std::int64_t size = whole_at(resource, pointer);
  return size == 0 ? "" : bytes_text(size << 20);
}

std::string instance_state(const value& resource, WallTime) {
  if (!text_at(resource, "/status/movedTo").empty()) return "moved";
  const std::string state = text_at(resource, "/status/state");
  if (text_at(resource, "/status/restore/id").empty()) return state;
  return state + (text_at(resource, "/status/restore/reason").empty() ? ",restoring" : ",restore-waits");
}

std::string instance_zone(const value& resource, WallTime) {
  const std::string moved = text_at(resource, "/status/movedTo");
  return moved.empty() ? text_at(resource, "/metadata/region") : moved;
}

std::string instance_forwards(const value& resource, WallTime) {
  std::string out;
  const value* forwards = find_at(resource, "/status/forwards");
  if (forwards == nullptr || !forwards->is_array()) return out;
  for (const value& forward : forwards->get_array()) {
    out += fmt::format("{}{}:{}->{}", out.empty() ? "" : ",", text_at(forward, "/address"),
                       text_at(forward, "/hostPort"), text_at(forward, "/guestPort"));
  }
  return out;
}

std::string workload_ready(const value& resource, WallTime) {
  std::int64_t wanted = whole_at(resource, "/spec/replicas");
  const value* replicas = find_at(resource, "/status/replicas");
  // With one in each zone, how many that are is known by the zones.
  if (text_at(resource, "/spec/placement/perZone") == "true" && replicas != nullptr && replicas->is_array())
    wanted = std::ranges::count_if(
        replicas->get_array(), [](const value& replica) { return text_at(replica, "/deleting") != "true"; });
  return fmt::format("{}/{}", whole_at(resource, "/status/ready"), wanted);
}

std::string workload_zones(const value& resource, WallTime) {
  std::string out;
  const value* replicas = find_at(resource, "/status/replicas");
  if (replicas == nullptr || !replicas->is_array()) return out;
  for (const value& replica : replicas->get_array())
    out += (out.empty() ? "" : ",") + text_at(replica, "/zone");
  return out;
}

std::string image_digest(const value& resource, WallTime) {
  const value* blobs = find_at(resource, "/spec/blobs");
  if (blobs == nullptr || !blobs->is_array()) return "";
  for (const value& blob : blobs->get_array()) {
    if (text_at(blob, "/role") == "disk") return text_at(blob, "/digest");
  }
  return "";
}

std::string transfer_percent(const value& resource, WallTime) {
  return text_at(resource, "/status/phase") == "completed"
             ? "100"
             : fmt::format("{}", whole_at(resource, "/status/progress/percent"));
}

std::string transfer_blackout(const value& resource, WallTime) {
  return find_at(resource, "/status/report/blackoutMs") == nullptr
             ? ""
             : milliseconds_text(number_at(resource, "/status/report/blackoutMs"));
}

std::string host_schedulable(const value& resource, WallTime) {
  if (find_at(resource, "/spec/drain") == nullptr) return text_at(resource, "/spec/schedulable");
  const value* remaining = find_at(resource, "/status/drain/remaining");
  return remaining != nullptr && whole_at(resource, "/status/drain/remaining") == 0 ? "drained" : "draining";
}

std::string host_hypervisor(const value& resource, WallTime) {
  return text_at(resource, "/status/inventory/hypervisor") +
         (text_at(resource, "/status/inventory/accelerated") == "true" ? " (KVM)" : " (emulation)");
}

std::string peer_round_trip(const value& peer, WallTime) {
  return find_at(peer, "/status/roundTripMs") == nullptr
             ? ""
             : milliseconds_text(number_at(peer, "/status/roundTripMs"));
}
std::string peer_carbon(const value& peer, WallTime) {
  return find_at(peer, "/status/digest/carbon") == nullptr
             ? ""
             : fmt::format("{} g/kWh", whole_at(peer, "/status/digest/carbon/gramsPerKwh"));
}

std::string joined_at(const value& resource, std::string_view pointer) {
  std::string out;
  const value* listed = find_at(resource, pointer);
  if (listed == nullptr || !listed->is_array()) return out;
  for (const value& one : listed->get_array()) out += (out.empty() ? "" : ",") + text_at(one, "");
  return out;
}

std::string role_providers(const value& resource, WallTime) {
  std::string out;
  const value* permissions = find_at(resource, "/spec/permissions");
  if (permissions == nullptr || !permissions->is_array()) return out;
  for (const value& one : permissions->get_array())
    out += (out.empty() ? "" : ",") + text_at(one, "/provider");
  return out;
}

std::string assignment_workspaces(const value& resource, WallTime) {
  std::string out;
  const value* scopes = find_at(resource, "/spec/scopes");
  if (scopes == nullptr || !scopes->is_array()) return out;
  for (const value& scope : scopes->get_array()) {
    const std::string names = joined_at(scope, "/workspaces");
    out += (out.empty() ? "" : ",") + (names.empty() ? "*" : names);
  }
  return out;
}

constexpr Column kName{"NAME", "/metadata/name"};
constexpr Column kState{"STATE", "/status/state"};
constexpr Column kAge{"AGE", "", age};
constexpr Column kUid{"UID", "/metadata/uid", nullptr, true};

constexpr Column kPlain[] = {kName, kState, kAge};
constexpr Column kInstances[] = {
    kName,
    {"STATE", "", instance_state},
    {"POWER", "/status/powerState"},
    {"HOST", "/status/host"},
    {"ZONE", "", instance_zone},
    {"EPOCH", "/status/epoch"},
    kAge,
    {"SKU", "/spec/skuRef", nullptr, true},
    {"FORWARDS", "", instance_forwards, true},
    {"TRANSFER", "/status/transfer", nullptr, true},
    {"WORKLOAD", "/status/workload", nullptr, true},
    kUid,
};
constexpr Column kWorkloads[] = {kName,
                                 kState,
                                 {"READY", "", workload_ready},
                                 {"SPREAD", "/spec/placement/spread"},
                                 {"ZONES", "", workload_zones},
                                 kAge};
constexpr Column kImages[] = {
    kName,
    kState,
    {"ARCHITECTURE", "/spec/architecture"},
    {"SIZE", "", [](const value& image, WallTime) { return mib(image, "/spec/virtualSizeMib"); }},
    {"PERCENT", "/status/percent"},
    kAge,
    {"DIGEST", "", image_digest, true},
};
constexpr Column kBlockStorages[] = {
    kName,
    kState,
    {"SIZE", "", [](const value& disk, WallTime) { return mib(disk, "/spec/sizeMib"); }},
    {"IMAGE", "/spec/sourceImageRef"},
    {"INSTANCE", "/status/attachedTo"},
    {"HOST", "/status/host"},
    kAge,
};
constexpr Column kHosts[] = {
    kName,
    kState,
    {"VCPU", "/status/inventory/vcpu"},
    {"MEMORY", "", [](const value& host, WallTime) { return mib(host, "/status/inventory/memoryMib"); }},
    {"DISK", "", [](const value& host, WallTime) { return mib(host, "/status/inventory/diskMib"); }},
    {"HYPERVISOR", "", host_hypervisor},
    {"SCHEDULABLE", "", host_schedulable},
    kAge,
    {"ARCHITECTURE", "/status/inventory/architecture", nullptr, true},
    {"VERSION", "/status/version", nullptr, true},
    {"STREAMS", "/status/streamAddress", nullptr, true},
};
constexpr Column kTransfers[] = {
    kName,
    {"INSTANCE", "/spec/instance"},
    {"FROM", "", [](const value& transfer, WallTime) { return transfer_from(transfer); }},
    {"TO", "", [](const value& transfer, WallTime) { return transfer_to(transfer); }},
    {"PHASE", "/status/phase"},
    {"PERCENT", "", transfer_percent},
    {"BLACKOUT", "", transfer_blackout},
    kAge,
    {"STEP", "/status/progress/step", nullptr, true},
    {"FAILURE", "/status/failure", nullptr, true},
    {"NEXT", "", [](const value& transfer, WallTime) { return next_step(transfer); }, true},
};
constexpr Column kInstanceSkus[] = {
    kName,
    {"VCPU", "/spec/vcpu"},
    {"MEMORY", "", [](const value& sku, WallTime) { return mib(sku, "/spec/memoryMib"); }},
    {"ARCHITECTURE", "/spec/architecture"},
    kAge,
};
constexpr Column kStorageSkus[] = {
    kName,
    {"TYPE", "/spec/type"},
    {"MINIMUM", "", [](const value& sku, WallTime) { return mib(sku, "/spec/minimumSizeMib"); }},
    {"MAXIMUM", "", [](const value& sku, WallTime) { return mib(sku, "/spec/maximumSizeMib"); }},
    kAge,
};
constexpr Column kZones[] = {
    kName,
    {"STATE", "/status/state"},
    {"PROVIDER", "/spec/provider"},
    {"COUNTRY", "/spec/memberState"},
    {"CITY", "/spec/city"},
    {"ENDPOINT", "/spec/endpoint"},
    {"LATITUDE", "/spec/latitude", nullptr, true},
    {"LONGITUDE", "/spec/longitude", nullptr, true},
};
constexpr Column kPeers[] = {
    kName,
    kState,
    {"REACHABLE", "/status/reachable"},
    {"RTT", "", peer_round_trip},
    {"PROVIDER", "/status/digest/provider"},
    {"COUNTRY", "/status/digest/memberState"},
    {"CITY", "/status/digest/city"},
    {"CARBON", "", peer_carbon},
    {"SINCE", "", [](const value& peer, WallTime now) { return age_since(peer, "/status/since", now); }},
    {"CARBON SOURCE", "/status/digest/carbon/source", nullptr, true},
    {"ENDPOINT", "/spec/endpoint", nullptr, true},
    {"CAS", "/spec/authorities", nullptr, true},
    {"KEY", "/spec/identityKey", nullptr, true},
};
constexpr Column kRoles[] = {kName, kState, {"PROVIDERS", "", role_providers}, kAge};
constexpr Column kRoleAssignments[] = {
    kName,
    kState,
    {"ROLES", "", [](const value& assignment, WallTime) { return joined_at(assignment, "/spec/roles"); }},
    {"SUBJECTS", "", [](const value& assignment, WallTime) { return joined_at(assignment, "/spec/subs"); }},
    {"WORKSPACES", "", assignment_workspaces},
    kAge,
};
constexpr Column kEvents[] = {
    {"AGE", "", [](const value& event, WallTime now) { return age_since(event, "/time", now); }},
    {"KIND", "/kind"},
    {"NAME", "/name"},
    {"REASON", "/reason"},
    {"MESSAGE", "/message"},
};

std::span<const Column> columns_of(const Kind& kind) {
  if (kind.name == "Instance") return kInstances;
  if (kind.name == "Workload") return kWorkloads;
  if (kind.name == "Image") return kImages;
  if (kind.name == "BlockStorage") return kBlockStorages;
  if (kind.name == "Host") return kHosts;
  if (kind.name == "Transfer") return kTransfers;
  if (kind.name == "InstanceSku") return kInstanceSkus;
  if (kind.name == "StorageSku") return kStorageSkus;
  if (kind.name == "Region") return kZones;
  if (kind.name == "Peer") return kPeers;
  if (kind.name == "Role") return kRoles;
  if (kind.name == "RoleAssignment") return kRoleAssignments;
  if (kind.name == "Event") return kEvents;
  return kPlain;
}

}  // namespace

std::vector<std::string> header_of(const Kind& kind, OutputFormat format) {
  std::vector<std::string> header;
  for (const Column& column : columns_of(kind)) {
    if (!column.wide || format == OutputFormat::wide) header.emplace_back(column.header);
  }
  return header;
}

std::vector<std::string> row_of(const Kind& kind, const value& resource, OutputFormat format, WallTime now) {
  std::vector<std::string> row;
  for (const Column& column : columns_of(kind)) {
    if (column.wide && format != OutputFormat::wide) continue;
    std::string cell =
        column.cell != nullptr ? column.cell(resource, now) : text_at(resource, column.pointer);
    row.push_back(cell.empty() ? "-" : std::move(cell));
  }
  return row;
}

Table conditions_table(const value& resource, WallTime now) {
  Table table{{"AGE", "STATE", "TYPE", "REASON", "MESSAGE"}};
  const value* conditions = find_at(resource, "/status/conditions");
  if (conditions == nullptr || !conditions->is_array()) return table;
  for (const value& condition : conditions->get_array()) {
    table.rows.push_back({age_since(condition, "/lastTransitionAt", now), text_at(condition, "/state"),
                          text_at(condition, "/type"), text_at(condition, "/reason"),
                          text_at(condition, "/message")});
  }
  return table;
}

}  // namespace hanse::cli
