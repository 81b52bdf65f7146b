// How much carbon dioxide the electricity of a country costs: a table with its source, parsed from JSON. The
// default is built in; a feed brings the same form (data/carbon/README.md). Pure: whoever fetches the text
// hands it in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace hanse::placement {

struct CarbonTable {
  std::string source;  // "Electricity Maps, yearly average 2024", shown with every figure
  std::map<std::string, GramsPerKwh> intensity;  // by ISO 3166 code, or by name of a zone
  std::string valid_from = {};                   // RFC 3339, as it was given; empty: not said

  std::optional<GramsPerKwh> of(const std::string& place) const;
};

inline constexpr std::size_t kMaxCarbonText = 256 * 1024;
inline constexpr std::size_t kMaxCarbonEntries = 1024;
inline constexpr std::int64_t kMaxCarbonIntensity = 10'000;

// Errors: invalid_argument with the pointer of the fault; a table at fault is refused as a whole.
Result<CarbonTable> parse_carbon(std::string_view text);

// Yearly averages by country, as they were when this version was made.
std::string_view default_carbon_json();
CarbonTable default_carbon();

}  // namespace hanse::placement
