#include "zone/federation/zone_offer.h"

#include <algorithm>
#include <cmath>

#include "placement/carbon.h"

namespace hanse::zone {
namespace {

constexpr double kMibPerGib = 1024;

struct CommonFlavour {
  const char* name;
  std::int64_t vcpu;
  std::int64_t memory_mib;
};

// From what runs anywhere to what fills a small machine.
constexpr CommonFlavour kCommonFlavours[] = {
    {"nano", 1, 256},     {"small", 1, 1024},     {"medium", 2, 4096},   {"large", 4, 8192},
    {"xlarge", 8, 16384}, {"2xlarge", 16, 32768}, {"4xlarge", 32, 65536}};

void add_shape(std::vector<federation::FlavourOffer>& flavours, federation::FlavourOffer flavour) {
  const bool known = std::any_of(flavours.begin(), flavours.end(), [&](const auto& other) {
    return other.name == flavour.name ||
           (other.vcpu == flavour.vcpu && other.memory_mib == flavour.memory_mib &&
            other.architecture == flavour.architecture);
  });
  if (!known && flavours.size() < federation::kMaxOfferedFlavours) flavours.push_back(std::move(flavour));
}

// Those that fit a host: most zones have hosts of one architecture.
Status add_other_architectures(std::vector<federation::FlavourOffer>& flavours, const Room& room) {
  for (const model::Architecture& architecture : model::kArchitectures) {
    if (architecture.name == model::kX86.name) continue;
    for (const CommonFlavour& flavour : kCommonFlavours) {
      federation::FlavourOffer offer{.name = fmt::format("{}-{}", flavour.name, architecture.name),
                                     .vcpu = {flavour.vcpu},
                                     .memory_mib = {flavour.memory_mib},
                                     .architecture = std::string(architecture.name)};
      HANSE_TRY(const std::int64_t fits, room(offer));
      if (fits > 0) add_shape(flavours, std::move(offer));
    }
  }
  return {};
}

}  // namespace

std::optional<MicroEuroPerHour> price_of(const ZoneConfig& config, VcpuCount vcpu, MiB memory) {
  if (config.price_per_vcpu_hour <= 0 && config.price_per_gib_hour <= 0) return std::nullopt;
  const double euros = static_cast<double>(vcpu.value) * config.price_per_vcpu_hour +
                       static_cast<double>(memory.value) / kMibPerGib * config.price_per_gib_hour;
  return MicroEuroPerHour{std::llround(euros * kMicrosPerEuro)};
}

std::vector<federation::FlavourOffer> flavours_of(const ZoneConfig& config,
                                                  std::span<const model::InstanceSku> skus) {
  std::vector<federation::FlavourOffer> flavours;
  for (const FlavourConfig& flavour : config.flavours) {
    add_shape(flavours, {.name = flavour.name,
                         .vcpu = {flavour.vcpu},
                         .memory_mib = {flavour.memory_mib},
                         .architecture = flavour.architecture});
  }
  if (flavours.empty()) {
    for (const CommonFlavour& flavour : kCommonFlavours) {
      add_shape(flavours, {.name = flavour.name,
                           .vcpu = {flavour.vcpu},
                           .memory_mib = {flavour.memory_mib},
                           .architecture = std::string(model::kX86.name)});
    }
  }
  for (const model::InstanceSku& sku : skus) {
    add_shape(flavours, {.name = sku.metadata.name,
                         .vcpu = sku.spec.vcpu,
                         .memory_mib = sku.spec.memory_mib,
                         .architecture = sku.spec.architecture});
  }
  return flavours;
}

// The operator's own figure, else the average of the member state.
std::optional<federation::CarbonFigure> carbon_of(const ZoneConfig& config) {
  if (config.carbon_grams_per_kwh > 0)
    return federation::CarbonFigure{GramsPerKwh{config.carbon_grams_per_kwh}, config.carbon_source};
  const placement::CarbonTable table = placement::default_carbon();
  const auto average = table.of(config.member_state);
  if (!average) return std::nullopt;
  return federation::CarbonFigure{*average, table.source};
}

federation::ZoneDigest place_of(const ZoneConfig& config, std::span<const model::InstanceSku> skus) {
  return {.zone = config.name,
          .provider = config.provider,
          .city = config.city,
          .member_state = config.member_state,
          .latitude = config.latitude,
          .longitude = config.longitude,
          .labels = config.labels,
          .flavours = flavours_of(config, skus),
          .carbon = carbon_of(config)};
}

Result<federation::ZoneDigest> offer_of(const ZoneConfig& config, std::span<const model::InstanceSku> skus,
                                        const Room& room) {
  federation::ZoneDigest digest = place_of(config, skus);
  if (config.flavours.empty()) HANSE_CHECK(add_other_architectures(digest.flavours, room));
  for (federation::FlavourOffer& flavour : digest.flavours) {
    HANSE_TRY(flavour.fits, room(flavour));
    flavour.price = price_of(config, flavour.vcpu, flavour.memory_mib);
  }
  return digest;
}

const federation::FlavourOffer* offer_for(const federation::ZoneDigest& digest,
                                          const model::InstanceSku& sku) {
  const federation::FlavourOffer* best = nullptr;
  for (const federation::FlavourOffer& offer : digest.flavours) {
    const bool holds = offer.vcpu >= sku.spec.vcpu && offer.memory_mib >= sku.spec.memory_mib &&
                       offer.architecture == sku.spec.architecture;
    if (!holds) continue;
    const auto size = std::make_pair(offer.memory_mib, offer.vcpu);
    if (best == nullptr || size < std::make_pair(best->memory_mib, best->vcpu)) best = &offer;
  }
  return best;
}

}  // namespace hanse::zone
