#include "simulator/federation/placement_sites.h"

#include <array>

#include "simulator/federation/site.h"

namespace hanse::simulator {
namespace {

constexpr std::uint64_t kSiteSalt = 0x73697465;

struct City {
  const char* name;
  const char* member_state;
  double latitude;
  double longitude;
};
constexpr std::array kCities = {City{"Helsinki", "FI", 60.17, 24.94}, City{"Lisbon", "PT", 38.72, -9.14},
                                City{"Frankfurt", "DE", 50.11, 8.68}, City{"Oslo", "NO", 59.91, 10.75}};

// Most let everybody in; some nobody, some for little.
std::string draw_policy(SeededRandom& random, double price_factor) {
  constexpr std::uint32_t kRefusesAll = 150'000;
  constexpr std::uint32_t kTakesLittle = 250'000;
  constexpr std::uint32_t kNeedsLabels = 150'000;
  const char* tenants = random.chance(kRefusesAll) ? "[]" : "[\"*\"]";
  const std::int64_t vcpu = random.chance(kTakesLittle) ? 2 * kFlavourVcpu : 1'000'000;
  const char* labels = random.chance(kNeedsLabels) ? "needs_labels = [\"iso27001\"]\n" : "";
  return fmt::format(
      "[[peers]]\nname = \"*\"\n[peers.accepts]\ntenants = {}\nflavours = [\"*\"]\nmax_vcpu = {}\n"
      "max_memory_mib = 1000000000\nprice_factor = {}\n[peers.gives]\ntenants = [\"*\"]\n{}",
      tenants, vcpu, price_factor, labels);
}

}  // namespace

PlacementSite draw_site(std::uint64_t seed, const ZonePlace& zone) {
  SeededRandom random(scramble(seed ^ kSiteSalt) + static_cast<std::uint64_t>(zone.name.back()));
  constexpr std::array kPrices = {0.0, 0.01, 0.02, 0.05};
  constexpr std::array<std::int64_t, 3> kCarbon = {30, 200, 500};
  constexpr std::uint32_t kCertified = 600'000;
  constexpr std::uint32_t kDear = 200'000;
  const City& city = kCities.at(random.below(kCities.size()));
  PlacementSite site{.config = zone_config(zone)};
  site.config.provider = fmt::format("provider-{}", 1 + random.below(2));
  site.config.city = city.name;
  site.config.member_state = city.member_state;
  site.config.latitude = city.latitude;
  site.config.longitude = city.longitude;
  if (random.chance(kCertified)) site.config.labels = {"iso27001"};
  site.config.price_per_vcpu_hour = kPrices.at(random.below(kPrices.size()));
  site.config.carbon_grams_per_kwh = kCarbon.at(random.below(kCarbon.size()));
  site.config.carbon_source = "the operator";
  constexpr std::uint32_t kTwoArchitectures = 500'000;
  if (random.chance(kTwoArchitectures))
    site.config.flavours = {{.name = "nano", .vcpu = 1, .memory_mib = 256},
                            {.name = "arm", .vcpu = 1, .memory_mib = 256, .architecture = "aarch64"}};
  site.price_factor = random.chance(kDear) ? 3 : 1;
  site.policy = draw_policy(random, site.price_factor);
  return site;
}

std::string draw_city(Random& random) {
  return kCities.at(random_below(random, kCities.size())).name;
}

std::optional<model::Coordinates> city_coordinates(const std::string& name) {
  for (const City& city : kCities)
    if (name == city.name) return model::Coordinates{city.latitude, city.longitude};
  return std::nullopt;
}

double euro_per_hour(const PlacementSite& site, const std::string& home) {
  const double own = static_cast<double>(kFlavourVcpu) * site.config.price_per_vcpu_hour;
  return site.config.name == home ? own : own * site.price_factor;
}

}  // namespace hanse::simulator
