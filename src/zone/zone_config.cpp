#include "zone/zone_config.h"

#include <cmath>

#include "base/json_mapping.h"
#include "base/toml.h"
#include "federation/peers.h"
#include "federation/zone_digest.h"
#include "model/architecture.h"
#include "model/metadata.h"

namespace hanse::zone {
namespace {

// The file as it is written; ZoneConfig is what it means.
struct ZoneFile {
  std::string name;
  std::string provider;
  std::string member_state;
  std::string city;
  std::optional<double> latitude;
  std::optional<double> longitude;
  std::string listen;
  std::string data_dir;
  std::string advertise;
  std::vector<std::string> move_peers;
  std::vector<std::string> labels;
  std::vector<FlavourConfig> flavours;
  double price_per_vcpu_hour = 0;
  double price_per_gib_hour = 0;
  std::int64_t carbon_grams_per_kwh = 0;
  std::string carbon_source;
  std::optional<CarbonFeedConfig> carbon_feed;
  std::string policy_file;
  std::string admin_token_file;
  std::optional<RebalanceConfig> rebalance;
  std::vector<IssuerConfig> issuers;
  AuditConfig audit;
};
BOOST_DESCRIBE_STRUCT(ZoneFile, (),
                      (name, provider, member_state, city, latitude, longitude, listen, advertise, data_dir,
                       move_peers, labels, flavours, price_per_vcpu_hour, price_per_gib_hour,
                       carbon_grams_per_kwh, carbon_source, carbon_feed, policy_file, admin_token_file,
                       rebalance, issuers, audit))
HANSE_DEFINE_READ_JSON(ZoneFile)

constexpr double kMaxPrice = 10'000;           // euro for an hour of one vCPU or GiB
constexpr double kMaxMovesPercent = 100;       // of the running instances in an hour
constexpr std::int64_t kMaxCarbon = 10'000;    // g/kWh
constexpr std::size_t kMaxCarbonSource = 100;  // a digest has room for a remark behind it

Status check_flavour(const FlavourConfig& flavour, const std::string& pointer) {
  HANSE_CHECK(model::check_name(flavour.name, pointer + "/name"));
  if (flavour.vcpu < 1) return fail_field(pointer + "/vcpu", "write a number from 1");
  if (flavour.memory_mib < 1) return fail_field(pointer + "/memoryMib", "write a number from 1");
  return model::check_architecture(flavour.architecture, pointer + "/architecture");
}

// What the zone says of itself to the federation.
Status check_offer(const ZoneFile& file) {
  if (file.labels.size() > federation::kMaxDigestLabels)
    return fail_field("/labels", "give at most {}", federation::kMaxDigestLabels);
  for (std::size_t i = 0; i < file.labels.size(); ++i)
    HANSE_CHECK(model::check_name(file.labels[i], fmt::format("/labels/{}", i)));
  for (std::size_t i = 0; i < file.move_peers.size(); ++i)
    HANSE_CHECK(federation::check_zone_name(file.move_peers[i], fmt::format("/movePeers/{}", i)));
  if (file.flavours.size() > federation::kMaxOfferedFlavours)
    return fail_field("/flavours", "give at most {}", federation::kMaxOfferedFlavours);
  for (std::size_t i = 0; i < file.flavours.size(); ++i)
    HANSE_CHECK(check_flavour(file.flavours[i], fmt::format("/flavours/{}", i)));
  for (const auto& [price, pointer] : {std::pair{file.price_per_vcpu_hour, "/pricePerVcpuHour"},
                                       std::pair{file.price_per_gib_hour, "/pricePerGibHour"}}) {
    if (!(price >= 0 && price <= kMaxPrice))
      return fail_field(pointer, "write a price in euro for an hour, from 0 to {}", kMaxPrice);
  }
  if (file.carbon_grams_per_kwh < 0 || file.carbon_grams_per_kwh > kMaxCarbon)
    return fail_field("/carbonGramsPerKwh", "write a number from 0 to {}", kMaxCarbon);
  if (file.carbon_grams_per_kwh > 0 && file.carbon_source.empty())
    return fail_field("/carbonSource", "say where the figure comes from");
  if (file.carbon_source.size() > kMaxCarbonSource)
    return fail_field("/carbonSource", "use at most {} characters", kMaxCarbonSource);
  if (file.carbon_feed) {
    HANSE_CHECK(check(*file.carbon_feed));
  }
  return {};
}

// Without any the zone satisfies no bound on a modelled round trip, rather than being off the coast of
// Africa.
Status check_coordinates(const ZoneFile& file) {
  if (file.latitude.has_value() != file.longitude.has_value())
    return fail_field(file.latitude ? "/longitude" : "/latitude",
                      "give both latitude and longitude, or neither");
  if (std::abs(file.latitude.value_or(0)) > 90) return fail_field("/latitude", "it must be from -90 to 90");
  if (std::abs(file.longitude.value_or(0)) > 180)
    return fail_field("/longitude", "it must be from -180 to 180");
  return {};
}

Status check(const ZoneFile& file) {
  HANSE_CHECK(federation::check_zone_name(file.name, "/name"));
  const bool is_code = file.member_state.size() == 2 &&
                       file.member_state.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
  if (!is_code) return fail_field("/memberState", "use the two capital letters of ISO 3166, like \"FI\"");
  HANSE_CHECK(check_coordinates(file));
  if (file.data_dir.empty() || file.data_dir.front() != '/') {
    return fail_field("/dataDir", "give the absolute path of a folder for the zone's data");
  }
  if (file.admin_token_file.empty()) {
    return fail_field("/adminTokenFile", "give the path of a file with the administrator's token");
  }
  if (file.rebalance && !(file.rebalance->moves_per_hour_percent >= 0 &&
                          file.rebalance->moves_per_hour_percent <= kMaxMovesPercent)) {
    return fail_field("/rebalance/movesPerHourPercent", "write a number from 0 to {}", kMaxMovesPercent);
  }
  HANSE_CHECK(check_offer(file));
  if (const auto endpoint = parse_endpoint(file.listen); !endpoint) {
    return fail_field("/listen", "{}", endpoint.error().message);
  }
  HANSE_CHECK(check(file.issuers));
  HANSE_CHECK(check(file.audit));
  if (file.advertise.empty()) return {};
  const auto advertised = parse_endpoint(file.advertise);
  if (!advertised || advertised->port == 0 || !advertised->unix_path.empty())
    return fail_field("/advertise",
                      "write the address where other zones reach this one, as \"zone.example:8443\"");
  return {};
}

}  // namespace

HANSE_DEFINE_JSON(FlavourConfig)
HANSE_DEFINE_JSON(RebalanceConfig)

Result<ZoneConfig> parse_zone_config(const std::string& text, const std::string& path) {
  HANSE_TRY(const toml_text::Document document, toml_text::parse(text, path));
  const auto located = [&](const Error& error) { return toml_text::locate(error, document, path); };
  Result<ZoneFile> file = json::from_json<ZoneFile>(document.value);
  if (!file) return fail(located(file.error()));
  if (const Status good = check(*file); !good) return fail(located(good.error()));
  HANSE_TRY(Endpoint listen, parse_endpoint(file->listen));
  std::optional<Endpoint> advertise;
  if (!file->advertise.empty()) {
    HANSE_TRY(advertise, parse_endpoint(file->advertise));
  }
  return ZoneConfig{.name = file->name,
                    .provider = file->provider,
                    .member_state = file->member_state,
                    .city = file->city,
                    .latitude = file->latitude,
                    .longitude = file->longitude,
                    .listen = std::move(listen),
                    .advertise = std::move(advertise),
                    .data_dir = file->data_dir,
                    .move_peers = file->move_peers,
                    .labels = file->labels,
                    .flavours = file->flavours,
                    .price_per_vcpu_hour = file->price_per_vcpu_hour,
                    .price_per_gib_hour = file->price_per_gib_hour,
                    .carbon_grams_per_kwh = file->carbon_grams_per_kwh,
                    .carbon_source = file->carbon_source,
                    .carbon_feed = file->carbon_feed,
                    .policy_file = file->policy_file,
                    .admin_token_file = file->admin_token_file,
                    .rebalance = file->rebalance,
                    .issuers = file->issuers,
                    .audit = file->audit};
}

std::vector<std::string> certificate_addresses(const ZoneConfig& config) {
  std::vector<std::string> addresses{config.listen.host};
  if (config.advertise && config.advertise->host != config.listen.host)
    addresses.push_back(config.advertise->host);
  return addresses;
}

}  // namespace hanse::zone
