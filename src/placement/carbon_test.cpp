#include "placement/carbon.h"

#include <doctest/doctest.h>
#include <fstream>
#include <sstream>

namespace hanse::placement {
namespace {

std::string fault_of(std::string_view text) {
  const auto table = parse_carbon(text);
  REQUIRE_FALSE(table);
  return table.error().sources.empty() ? table.error().message : table.error().sources[0].pointer;
}

TEST_CASE("the built-in table is the file of data/carbon, and knows the Union") {
  std::ifstream file(HANSE_SOURCE_DIR "/data/carbon/electricity_maps_2024.json");
  std::stringstream text;
  text << file.rdbuf();
  CHECK(text.str() == default_carbon_json());
  const CarbonTable table = default_carbon();
  CHECK(table.source == "Electricity Maps, yearly average 2024");
  CHECK(table.of("SE") == GramsPerKwh{23});
  CHECK(table.of("PL") == GramsPerKwh{581});
  CHECK_FALSE(table.of(""));
  for (const char* state :
       {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
        "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}) {
    CHECK_MESSAGE(table.of(state), state);
  }
}

TEST_CASE("a feed replaces the table") {
  const auto table = parse_carbon(
      R"({"source": "feed grid.example", "unit": "gCO2eq/kWh", "intensity": {"FI": 41, "SE": 0}})");
  REQUIRE(table);
  CHECK(table->source == "feed grid.example");
  CHECK(table->of("FI") == GramsPerKwh{41});
  CHECK(table->of("SE") == GramsPerKwh{0});
  CHECK_FALSE(table->of("PL"));
  CHECK(table->valid_from.empty());
  const auto dated = parse_carbon(
      R"({"source": "x", "unit": "gCO2eq/kWh", "validFrom": "2026-03-01T12:00:00Z", "intensity": {"oulu": 4}})");
  REQUIRE(dated);
  CHECK(dated->valid_from == "2026-03-01T12:00:00Z");
  CHECK(dated->of("oulu") == GramsPerKwh{4});
}

TEST_CASE("a table at fault is refused with the field") {
  const auto with = [](std::string_view source, std::string_view unit, std::string_view intensity) {
    return fmt::format(R"({{"source": "{}", "unit": "{}", "intensity": {}}})", source, unit, intensity);
  };
  CHECK(fault_of(with("", "gCO2eq/kWh", R"({"FI": 1})")) == "/source");
  CHECK(fault_of(with("a\\u001b[2J", "gCO2eq/kWh", R"({"FI": 1})")) == "/source");
  CHECK(fault_of(with("x", "kg/MWh", R"({"FI": 1})")) == "/unit");
  CHECK(fault_of(with("x", "gCO2eq/kWh", "{}")) == "/intensity");
  CHECK(fault_of(with("x", "gCO2eq/kWh", R"({"FI": -1})")) == "/intensity/FI");
  CHECK(fault_of(with("x", "gCO2eq/kWh", R"({"FI": 10001})")) == "/intensity/FI");
  CHECK(fault_of(with("x", "gCO2eq/kWh", R"({"FI": 1.5})")) == "/intensity/FI");
  CHECK(fault_of(std::string(kMaxCarbonText + 1, ' ')).find("at most 262144 bytes") != std::string::npos);
  CHECK_FALSE(parse_carbon("no json"));
}

}  // namespace
}  // namespace hanse::placement
