#include "federation/zone_digest.h"

#include <cmath>

#include "base/json_mapping.h"
#include "model/metadata.h"

namespace hanse::federation {
namespace {

constexpr std::size_t kMaxText = 128;
constexpr std::int64_t kMaxGrams = 10'000;
constexpr std::int64_t kMaxRoundTripMicros = 60'000'000;

Status check_flavour(const FlavourOffer& offer, const std::string& pointer) {
  HANSE_CHECK(model::check_name(offer.name, pointer + "/name"));
  if (offer.vcpu.value < 1 || offer.memory_mib.value < 1)
    return fail_field(pointer, "flavour '{}' has no vCPU or no memory", offer.name);
  if (offer.fits < 0 || (offer.price && offer.price->value < 0))
    return fail_field(pointer, "flavour '{}' has a number below 0", offer.name);
  return {};
}

Status check_place(const ZoneDigest& digest) {
  if (digest.latitude.has_value() != digest.longitude.has_value())
    return fail_field("/latitude", "it comes with a longitude or not at all");
  const bool on_earth =
      std::abs(digest.latitude.value_or(0)) <= 90 && std::abs(digest.longitude.value_or(0)) <= 180;
  if (!on_earth) return fail_field("/latitude", "the coordinates are not on this planet");
  const std::string source = digest.carbon ? digest.carbon->source : std::string();
  for (const std::string* text : {&digest.provider, &digest.city, &source}) {
    if (text->size() > kMaxText) return fail_field("", "a text has more than {} bytes", kMaxText);
  }
  const std::string& state = digest.member_state;
  if (state.size() != 2 || state.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos)
    return fail_field("/memberState", "it is no code of ISO 3166");
  return {};
}

Status check(const ZoneDigest& digest) {
  HANSE_CHECK(check_place(digest));
  if (digest.labels.size() > kMaxDigestLabels)
    return fail_field("/labels", "there are more than {}", kMaxDigestLabels);
  for (const std::string& label : digest.labels) HANSE_CHECK(model::check_name(label, "/labels"));
  if (digest.flavours.size() > kMaxOfferedFlavours)
    return fail_field("/flavours", "there are more than {}", kMaxOfferedFlavours);
  for (std::size_t i = 0; i < digest.flavours.size(); ++i)
    HANSE_CHECK(check_flavour(digest.flavours[i], fmt::format("/flavours/{}", i)));
  if (digest.carbon &&
      (digest.carbon->grams_per_kwh.value < 0 || digest.carbon->grams_per_kwh.value > kMaxGrams))
    return fail_field("/carbon/gramsPerKwh", "it is not from 0 to {}", kMaxGrams);
  for (const auto& [names, pointer] :
       {std::pair{&digest.cpu_models, "/cpuModels"}, std::pair{&digest.machine_types, "/machineTypes"}}) {
    if (names->size() > kMaxHardwareNames)
      return fail_field(pointer, "there are more than {}", kMaxHardwareNames);
    for (const std::string& name : *names) {
      if (name.empty() || name.size() > kMaxHardwareName)
        return fail_field(pointer, "a name is too long or empty");
    }
  }
  if (digest.round_trips.size() > kMaxRoundTrips)
    return fail_field("/roundTrips", "there are more than {}", kMaxRoundTrips);
  for (const RoundTripFigure& figure : digest.round_trips) {
    HANSE_CHECK(model::check_name(figure.zone, "/roundTrips"));
    if (figure.micros < 0 || figure.micros > kMaxRoundTripMicros)
      return fail_field("/roundTrips", "one is not from 0 to {} microseconds", kMaxRoundTripMicros);
  }
  return {};
}

}  // namespace

HANSE_DEFINE_JSON(FlavourOffer)
HANSE_DEFINE_JSON(CarbonFigure)
HANSE_DEFINE_JSON(RoundTripFigure)
HANSE_DEFINE_JSON(ZoneDigest)

Result<ZoneDigest> read_digest(const std::string& owner, const std::string& body) {
  HANSE_TRY(const json::Value value, json::parse(body));
  HANSE_TRY(ZoneDigest digest, json::from_json<ZoneDigest>(value));
  if (digest.zone != owner)
    return fail_field("/zone", "it is of '{}' and signed by '{}'", digest.zone, owner);
  HANSE_CHECK(check(digest));
  return digest;
}

}  // namespace hanse::federation
