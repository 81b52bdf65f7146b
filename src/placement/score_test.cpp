#include "placement/score.h"

#include <doctest/doctest.h>

#include "placement/text.h"

namespace hanse::placement {
namespace {

struct Scores {
  std::vector<std::int32_t> values;
  std::vector<std::string> texts;
};

Scores scores_of(const ZoneScore& score, const std::vector<ZoneCandidate>& zones) {
  std::vector<const ZoneCandidate*> remaining;
  for (const ZoneCandidate& zone : zones) remaining.push_back(&zone);
  const NormalisedScore normalised(score, remaining);
  Scores scores;
  for (const ZoneCandidate& zone : zones) {
    scores.values.push_back(normalised.value_of(zone));
    scores.texts.push_back(score.text(zone));
  }
  return scores;
}

TEST_CASE("price: the cheapest is best, and no price is worst") {
  const Scores scores = scores_of(price_score(1), {{.price = MicroEuroPerHour{50'000}},
                                                   {.price = MicroEuroPerHour{80'000}},
                                                   {.price = MicroEuroPerHour{59'999}},
                                                   {}});
  CHECK(scores.values == std::vector<std::int32_t>{1000, 0, 666, 0});
  CHECK(scores.texts == std::vector<std::string>{"0.05 EUR/h (stated)", "0.08 EUR/h (stated)",
                                                 "0.059999 EUR/h (stated)", "it states no price"});
}

TEST_CASE("carbon: the cleanest is best, with the source") {
  const Scores scores =
      scores_of(carbon_score(1), {{.carbon = GramsPerKwh{23}, .carbon_source = "feed x"}, {}});
  CHECK(scores.values == std::vector<std::int32_t>{1000, 0});
  CHECK(scores.texts == std::vector<std::string>{"23 g/kWh (feed x)", "its carbon intensity is not known"});
}

TEST_CASE("packing: the fullest is best; spread: the one with the fewest replicas") {
  CHECK(scores_of(packing_score(1), {{.fits = 1}, {.fits = 5}, {.fits = 3}}).values ==
        std::vector<std::int32_t>{1000, 0, 500});
  CHECK(scores_of(packing_score(1), {{.fits = 7}}).texts == std::vector<std::string>{"room for 7"});
  CHECK(scores_of(spread_score(1), {{.replicas = 2}, {.replicas = 0}, {.replicas = 1}}).values ==
        std::vector<std::int32_t>{0, 1000, 500});
  CHECK(scores_of(spread_score(1), {{.replicas = 1}, {}}).texts ==
        std::vector<std::string>{"1 replica there", "0 replicas there"});
}

TEST_CASE("equal candidates all get the best score") {
  CHECK(scores_of(spread_score(1), {{.replicas = 2}, {.replicas = 2}}).values ==
        std::vector<std::int32_t>{1000, 1000});
}

TEST_CASE("latency: the place that is served worst counts") {
  const std::vector<ZoneCandidate> zones = {
      {.name = "berlin", .coordinates = model::Coordinates{52.50, 13.37}},
      {.name = "paris", .coordinates = model::Coordinates{48.87, 2.33}},
      {.name = "cologne", .coordinates = model::Coordinates{50.93, 6.95}},
      {.name = "blank"}};
  const Scores scores = scores_of(latency_score(1, {{"Berlin"}, {"Paris", 9}}, zones), zones);
  // Berlin and Paris are each other's worst.
  CHECK(scores.values[0] == scores.values[1]);
  CHECK(scores.values[2] == 1000);
  CHECK(scores.values[3] == 0);
  CHECK(scores.texts[0] == "at most 17.3 ms to Paris (modelled)");
  CHECK(scores.texts[2] == "at most 10.3 ms to Berlin (modelled)");
  CHECK(scores.texts[3] == "the round trips to the places are not known");
}

TEST_CASE("quantities read as people write them") {
  CHECK(to_text(Micros{28'100}) == "28.1 ms");
  CHECK(to_text(Micros{28'101}) == "28.2 ms");
  CHECK(to_text(Micros{0}) == "0.0 ms");
  CHECK(to_text(MicroEuroPerHour{1'500'000}) == "1.50 EUR/h");
  CHECK(to_text(MicroEuroPerHour{100}) == "0.0001 EUR/h");
  CHECK(to_text(MicroEuroPerHour{100}, PriceSource::agreed) == "0.0001 EUR/h (as last agreed)");
  CHECK(to_text(MicroEuroPerHour{100}, PriceSource::own) == "0.0001 EUR/h (own list)");
  CHECK(counted(1, "zone") == "1 zone");
  CHECK(counted(0, "zone") == "0 zones");
}

}  // namespace
}  // namespace hanse::placement
