#include "testbed/plan.h"

#include <utility>

#include "model/metadata.h"

namespace hanse::testbed {
namespace {

// A basic string of TOML, and of YAML in double quotes, where only these two need an escape in printable
// text.
std::string toml_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// What the zone says of itself; nothing of what the topology does not say.
std::string offer_toml(const ZoneTopology& zone) {
  std::vector<std::string> labels;
  for (const std::string& label : zone.labels) labels.push_back(toml_quoted(label));
  std::string text;
  if (!labels.empty()) text += fmt::format("labels = [{}]\n", fmt::join(labels, ", "));
  if (zone.price_per_vcpu_hour > 0)
    text += fmt::format("price_per_vcpu_hour = {:.6f}\n", zone.price_per_vcpu_hour);
  if (zone.price_per_gib_hour > 0)
    text += fmt::format("price_per_gib_hour = {:.6f}\n", zone.price_per_gib_hour);
  if (zone.carbon_grams_per_kwh > 0)
    text += fmt::format("carbon_grams_per_kwh = {}\ncarbon_source = {}\n", zone.carbon_grams_per_kwh,
                        toml_quoted(zone.carbon_source));
  return text;
}

std::string address_in(const std::string& network, std::size_t number) {
  const std::size_t second_dot = network.find('.', network.find('.') + 1);
  return fmt::format("{}.{}.1", network.substr(0, second_dot), number);
}

std::string mac_of(std::size_t number) {
  return fmt::format("02:77:00:00:00:{:02x}", number);
}

HostPlan plan_host(const ZonePlan& zone, HostTopology topology, std::size_t index) {
  const std::string folder = zone.folder + "/" + topology.name;
  return {.topology = std::move(topology),
          .folder = folder,
          .config_file = folder + "/host.toml",
          .token_file = folder + "/enrol.token",
          .data_folder = folder + "/host",
          .log_file = folder + "/host.log",
          .first_stream_port = kFirstStreamPort + static_cast<int>(index) * kStreamPortsPerHost};
}

ZonePlan plan_zone(const Plan& plan, ZoneTopology topology, std::size_t number) {
  const std::string folder = plan.state_folder + "/" + topology.name;
  ZonePlan zone{.topology = std::move(topology),
                .network_namespace = fmt::format("hanse-{}-", plan.name),
                .address = address_in(plan.topology.network, number),
                .folder = folder,
                .config_file = folder + "/zone.toml",
                .policy_file = folder + "/policy.toml",
                .admin_token_file = folder + "/admin.token",
                .data_folder = folder + "/zone",
                .ca_file = folder + "/zone/ca.pem",
                .log_file = folder + "/zone.log"};
  zone.network_namespace += zone.topology.name;
  for (std::size_t i = 0; i < zone.topology.hosts.size(); ++i)
    zone.hosts.push_back(plan_host(zone, zone.topology.hosts[i], i));
  return zone;
}

}  // namespace

Result<Plan> make_plan(std::string name, std::string state_folder, Topology topology) {
  HANSE_CHECK(model::check_name(name, "name"));
  if (name.size() > kMaxTestbedName)
    return fail(Code::invalid_argument, "testbed name '{}' has more than {} characters; choose a shorter one",
                name, kMaxTestbedName);
  if (!state_folder.starts_with('/') || state_folder.size() < 2)
    return fail(Code::invalid_argument, "state folder '{}' is not absolute; give a path that begins with /",
                state_folder);
  while (state_folder.ends_with('/')) state_folder.pop_back();
  Plan plan{.name = std::move(name), .state_folder = state_folder};
  plan.state_file = state_folder + "/testbed.json";
  plan.contexts_file = state_folder + "/contexts.yaml";
  plan.wan_folder = state_folder + "/wan";
  plan.wan_options_file = plan.wan_folder + "/options.json";
  plan.wan_log_file = plan.wan_folder + "/wan.log";
  plan.operator_device = "hwan-" + plan.name;
  plan.operator_address = address_in(topology.network, 0);
  plan.topology = std::move(topology);
  for (std::size_t i = 0; i < plan.topology.zones.size(); ++i)
    plan.zones.push_back(plan_zone(plan, plan.topology.zones[i], i + 1));
  return plan;
}

std::string default_state_folder(const std::string& name) {
  return "/var/lib/hanse-testbed/" + name;
}

Endpoint endpoint_of(const ZonePlan& zone) {
  return {.host = zone.address, .port = kZonePort};
}

WanOptions wan_options(const Plan& plan) {
  WanOptions options{.control_socket = plan.wan_folder + "/control"};
  // The operator's links have no limits: a person at the machine sits in no zone.
  options.ports.push_back({kOperatorPort, "", plan.operator_device, mac_of(0), plan.operator_address});
  for (const ZonePlan& zone : plan.zones)
    options.ports.push_back(
        {zone.topology.name, zone.network_namespace, "wan", mac_of(options.ports.size()), zone.address});
  for (std::size_t i = 0; i < plan.zones.size(); ++i) {
    for (std::size_t j = i + 1; j < plan.zones.size(); ++j) {
      const ZoneTopology& one = plan.zones[i].topology;
      const ZoneTopology& other = plan.zones[j].topology;
      const LinkQuality link = link_between(plan.topology, one, other);
      LinkChange change{.pair = {one.name, other.name}, .mbit = link.mbit, .loss_percent = link.loss_percent};
      change.delay_ms = link.round_trip_ms.value_or(0) / 2;
      change.jitter_ms = link.jitter_ms;
      options.links.push_back(std::move(change));
    }
  }
  return options;
}

std::string zone_toml(const ZonePlan& zone) {
  const ZoneTopology& topology = zone.topology;
  const Coordinates at = topology.coordinates.value_or(Coordinates{});
  std::string text = fmt::format(
      "name = {}\nprovider = {}\nmember_state = {}\ncity = {}\nlatitude = {:.6f}\nlongitude = {:.6f}\nlisten "
      "= {}\n"
      "data_dir = {}\npolicy_file = {}\nadmin_token_file = {}\n",
      toml_quoted(topology.name), toml_quoted(topology.provider), toml_quoted(topology.member_state),
      toml_quoted(topology.city), at.latitude, at.longitude, toml_quoted(to_string(endpoint_of(zone))),
      toml_quoted(zone.data_folder), toml_quoted(zone.policy_file), toml_quoted(zone.admin_token_file));
  return text + offer_toml(topology);
}

std::string host_toml(const ZonePlan& zone, const HostPlan& host) {
  std::string text = fmt::format(
      "data_dir = {}\nstream_address = {}\n"
      "stream_ports = \"{}-{}\"\nforward_address = {}\nguest_user = \"nobody\"\nvcpu_limit = {}\n"
      "memory_mib_limit = {}\n",
      toml_quoted(host.data_folder), toml_quoted(zone.address), host.first_stream_port,
      host.first_stream_port + kStreamPortsPerHost - 1, toml_quoted(zone.address), host.topology.vcpu,
      host.topology.memory_mib);
  const std::string& architecture = host.topology.architecture;
  if (!architecture.empty()) text += fmt::format("architecture = {}\n", toml_quoted(architecture));
  return text;
}

std::string policy_toml() {
  return "# In a testbed everybody may place everything.\n"
         "[[peers]]\nname = \"*\"\n"
         "[peers.accepts]\ntenants = [\"*\"]\nflavours = [\"*\"]\nmax_vcpu = 1000000\n"
         "max_memory_mib = 1000000000\n"
         "[peers.gives]\ntenants = [\"*\"]\n";
}

std::string contexts_yaml(const Plan& plan) {
  std::string text = fmt::format("current: {}\ncontexts:\n", toml_quoted(plan.zones.front().topology.name));
  for (const ZonePlan& zone : plan.zones)
    text += fmt::format("  - name: {}\n    endpoint: {}\n    caFile: {}\n    tokenFile: {}\n",
                        toml_quoted(zone.topology.name), toml_quoted(to_string(endpoint_of(zone))),
                        toml_quoted(zone.ca_file), toml_quoted(zone.admin_token_file));
  return text;
}

std::vector<PlannedFile> planned_files(const Plan& plan) {
  std::vector<PlannedFile> files{{plan.wan_options_file, json::dump(to_json(wan_options(plan)))},
                                 {plan.contexts_file, contexts_yaml(plan)}};
  for (const ZonePlan& zone : plan.zones) {
    files.push_back({zone.config_file, zone_toml(zone)});
    files.push_back({zone.policy_file, policy_toml()});
    for (const HostPlan& host : zone.hosts) files.push_back({host.config_file, host_toml(zone, host)});
  }
  return files;
}

}  // namespace hanse::testbed
