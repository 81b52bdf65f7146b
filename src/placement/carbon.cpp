#include "placement/carbon.h"

#include <algorithm>
#include <cassert>

#include "base/json_mapping.h"

namespace hanse::placement {
namespace {

constexpr std::string_view kUnit = "gCO2eq/kWh";
constexpr std::size_t kMaxSource = 100;

struct CarbonFile {
  std::string source;
  std::string unit;
  std::string licence;
  std::optional<std::string> valid_from;
  std::map<std::string, GramsPerKwh> intensity;
};
BOOST_DESCRIBE_STRUCT(CarbonFile, (), (source, unit, licence, valid_from, intensity))
HANSE_DEFINE_READ_JSON(CarbonFile)

// The source ends up in texts that a terminal shows.
bool is_printable(const std::string& text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < 0x20) || c == 0x7f; });
}

Status check_intensity(const CarbonFile& file) {
  if (file.intensity.empty() || file.intensity.size() > kMaxCarbonEntries) {
    return fail_field("/intensity", "/intensity holds {} places; 1 to {} are allowed", file.intensity.size(),
                      kMaxCarbonEntries);
  }
  for (const auto& [country, grams] : file.intensity) {
    if (grams.value >= 0 && grams.value <= kMaxCarbonIntensity) continue;
    return fail_field(json::mapping::join_pointer("/intensity", country),
                      "{} g/kWh for '{}' cannot be; it must be from 0 to {}", grams.value,
                      country.substr(0, 16), kMaxCarbonIntensity);
  }
  return {};
}

}  // namespace

std::optional<GramsPerKwh> CarbonTable::of(const std::string& place) const {
  const auto found = intensity.find(place);
  if (found == intensity.end()) return std::nullopt;
  return found->second;
}

Result<CarbonTable> parse_carbon(std::string_view text) {
  if (text.size() > kMaxCarbonText) {
    return fail(Code::invalid_argument, "a table of carbon intensities has at most {} bytes, this one has {}",
                kMaxCarbonText, text.size());
  }
  HANSE_TRY(const json::Value value, json::parse(text));
  HANSE_TRY(CarbonFile file, json::from_json<CarbonFile>(value));
  if (file.source.empty() || file.source.size() > kMaxSource || !is_printable(file.source)) {
    return fail_field("/source", "/source must name where the figures are from, in 1 to {} characters",
                      kMaxSource);
  }
  if (file.unit != kUnit) {
    return fail_field("/unit", "/unit is '{}'; only figures in {} can be read", file.unit.substr(0, 32),
                      kUnit);
  }
  HANSE_CHECK(check_intensity(file));
  return CarbonTable{.source = std::move(file.source),
                     .intensity = std::move(file.intensity),
                     .valid_from = file.valid_from.value_or("")};
}

CarbonTable default_carbon() {
  Result<CarbonTable> table = parse_carbon(default_carbon_json());
  assert(table && "the built-in table is tested");
  return table ? std::move(*table) : CarbonTable();
}

}  // namespace hanse::placement
