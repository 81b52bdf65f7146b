#include "placement/round_trip.h"

#include <doctest/doctest.h>

#include "placement/member_states.h"
#include "placement/places.h"

namespace hanse::placement {
namespace {

const model::Coordinates kBerlin{52.50, 13.37};
const model::Coordinates kHelsinkiPlace{60.17, 24.97};

TEST_CASE("distances on the globe") {
  CHECK(great_circle_km(kBerlin, kBerlin) == 0);
  CHECK(great_circle_km(kBerlin, kHelsinkiPlace) == doctest::Approx(1105).epsilon(0.01));
  CHECK(great_circle_km({0, 179}, {0, -179}) == doctest::Approx(222.4).epsilon(0.001));
  CHECK(great_circle_km({90, 0}, {-90, 0}) == doctest::Approx(20015).epsilon(0.001));
}

TEST_CASE("the model is a line through 1.9 ms with 0.0176 ms a kilometre") {
  CHECK(modelled_round_trip(0) == Micros{1'900});
  CHECK(modelled_round_trip(1000) == Micros{19'500});
}

TEST_CASE("a place is coordinates, a zone, or a city, and measured goes before modelled") {
  const std::vector<ZoneCandidate> zones = {
      {.name = "helsinki", .coordinates = kHelsinkiPlace, .round_trips = {{"berlin", Micros{24'000}}}},
      {.name = "berlin", .coordinates = kBerlin},
      {.name = "oslo", .coordinates = model::Coordinates{59.92, 10.75}}};
  const auto trip = [&](const ZoneCandidate& zone, const std::string& place) {
    return round_trip(zone, find_place(place, zones)).value();
  };
  CHECK(trip(zones[0], "Berlin").source == "modelled");
  CHECK(trip(zones[0], "52.50,13.37") == trip(zones[0], "Berlin"));
  CHECK(trip(zones[0], "berlin") == RoundTrip{Micros{24'000}, "measured"});
  CHECK(trip(zones[1], "helsinki") == RoundTrip{Micros{24'000}, "measured"});
  CHECK(trip(zones[1], "berlin") == RoundTrip{Micros{0}, "the zone itself"});
  CHECK(trip(zones[1], "oslo").source == "modelled");
  CHECK_FALSE(round_trip(zones[0], find_place("Atlantis", zones)));
  CHECK_FALSE(round_trip({.name = "blank"}, find_place("Berlin", zones)));
}

TEST_CASE("cities are found in any case, and each once") {
  CHECK(find_city("Berlin").value() == kBerlin);
  CHECK(find_city("the hague"));
  CHECK(find_city("the-hague"));
  CHECK(find_city("CLUJ NAPOCA"));
  CHECK_FALSE(find_city(""));
  CHECK_FALSE(find_city("Berli"));
  for (const City& city : cities()) {
    CAPTURE(city.name);
    CHECK(find_city(city.name).value() == city.coordinates);
    CHECK(std::abs(city.coordinates.latitude) <= 90);
    CHECK(std::abs(city.coordinates.longitude) <= 180);
  }
}

TEST_CASE("all capitals of the Union are in the table") {
  for (const char* capital :
       {"Vienna",  "Brussels",  "Sofia",     "Nicosia",    "Prague",    "Berlin",    "Copenhagen",
        "Tallinn", "Madrid",    "Helsinki",  "Paris",      "Athens",    "Zagreb",    "Budapest",
        "Dublin",  "Rome",      "Vilnius",   "Luxembourg", "Riga",      "Valletta",  "Warsaw",
        "Lisbon",  "Amsterdam", "Bucharest", "Stockholm",  "Ljubljana", "Bratislava"}) {
    CHECK_MESSAGE(find_city(capital), capital);
  }
}

TEST_CASE("the Union has its members and no others") {
  for (const char* inside : {"FI", "GR", "HR", "EU"}) CHECK(is_in_union(inside));
  for (const char* outside : {"GB", "NO", "CH", "EL", "", "fi"}) CHECK_FALSE(is_in_union(outside));
}

}  // namespace
}  // namespace hanse::placement
