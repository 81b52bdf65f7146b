#include "bench/placement/zone_bench.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>

#include "bench/placement/zone_reference.h"
#include "placement/places.h"
#include "placement/planner.h"

namespace hanse::bench {
namespace {

constexpr std::size_t kRequests = 1000;  // different ones, over and over
constexpr std::size_t kByPlanner = 20;   // choices that the planner makes too; it is slow
constexpr std::size_t kTimedSingly = 50'000;
constexpr std::size_t kUserCities = 60;  // where policies want to be near
constexpr std::size_t kNewPlaces = 20;
constexpr char kFlavour[] = "small";
constexpr int kHostsPerZone = 10;

constexpr std::array kStates = {"AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI",
                                "FR", "GB", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
                                "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "US"};
constexpr std::array kCertifications = {"iso-27001", "c5", "secnumcloud", "hds", "ens-high"};

struct Question {
  placement::ZoneRequest request;
  std::vector<placement::ZoneReplicas> replicas;
};

std::string zone_name(std::size_t number) {
  return fmt::format("zone-{:05}", number);
}

// Around the well-known cities, within some 300 km.
placement::ZoneCandidate any_zone(std::size_t number, Dice& dice) {
  const auto cities = placement::cities();
  model::Coordinates place = cities[dice.below(cities.size())].coordinates;
  place.latitude = std::clamp(place.latitude + static_cast<double>(dice.below(600)) / 100 - 3, -90.0, 90.0);
  place.longitude =
      std::clamp(place.longitude + static_cast<double>(dice.below(600)) / 100 - 3, -180.0, 180.0);
  placement::ZoneCandidate zone{.name = zone_name(number),
                                .provider = fmt::format("provider-{}", dice.below(400)),
                                .member_state = kStates[dice.below(kStates.size())],
                                .architectures = {"x86_64"},
                                .coordinates = place,
                                .carbon = GramsPerKwh{static_cast<std::int64_t>(20 + dice.below(700))},
                                .reachable = dice.below(50) != 0,
                                .refusal = dice.below(50) == 0 ? "no agreement" : ""};
  for (const char* name : kCertifications) {
    if (dice.below(2) == 0) zone.certifications.emplace_back(name);
  }
  if (dice.below(3) == 0) zone.architectures.emplace_back("arm64");
  return zone;
}

// Every hard constraint at once, and three of the weights.
Question any_question(std::size_t zones, Dice& dice) {
  const auto cities = placement::cities();
  Question question;
  model::PlacementPolicy& policy = question.request.policy;
  policy.spread = model::Spread::zone;
  policy.member_states = {"EU", "CH"};
  policy.architecture = dice.below(4) == 0 ? "arm64" : "x86_64";
  policy.certifications = {kCertifications[dice.below(kCertifications.size())]};
  for (std::size_t places = 1 + dice.below(3); places > 0; --places) {
    const auto& city = cities[dice.below(std::min(kUserCities, cities.size()))];
    const auto bound = static_cast<std::int32_t>(20 + 10 * dice.below(20));
    policy.latency.push_back({.to = std::string(city.name), .below_ms = bound});
  }
  policy.max_euro_per_hour = 0.02 + 0.001 * static_cast<double>(dice.below(60));
  policy.max_grams_co2_per_kwh = GramsPerKwh{static_cast<std::int64_t>(100 + dice.below(500))};
  policy.anti_affinity = {"database"};
  policy.weights = {.latency = 50, .price = 30, .carbon = 20};
  for (std::size_t there = dice.below(4); there > 0; --there)
    question.replicas.push_back({zone_name(dice.below(zones)), 1});
  return question;
}

// Nothing but weights: what remains is all but every zone.
Question easy_question() {
  Question question;
  question.request.policy.latency = {{.to = "Berlin"}};
  question.request.policy.weights = {.latency = 50, .price = 30, .carbon = 20, .packing = 10, .spread = 5};
  return question;
}

class Federation {
 public:
  Federation(std::size_t zones, Dice& dice) {
    std::vector<std::string> with_database;
    for (std::size_t number = 0; number < zones; ++number) {
      const placement::ZoneOffer offer{
          .price = MicroEuroPerHour{static_cast<std::int64_t>(10'000 + dice.below(90'000))},
          .fits = static_cast<std::int64_t>(kHostsPerZone * dice.below(64))};
      index.put(any_zone(number, dice));
      if (const Status offered = index.offer(zone_name(number), kFlavour, offer); !offered)
        give_up(offered.error().message);
      if (dice.below(10) == 0) with_database.push_back(zone_name(number));
    }
    index.set_workload("database", with_database);
  }
  std::string choose(const Question& question) {
    return index.choose(question.request, kFlavour, question.replicas).value_or("");
  }

  placement::ZoneIndex index;
};

void compare(Federation& federation, ScanZones& scan, const std::vector<Question>& questions,
             ZoneFigures& figures) {
  std::size_t chosen = 0;
  std::size_t remaining = 0;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question& question = questions[i];
    const std::string by_index = federation.choose(question);
    const std::size_t position = scan.choose(question.request, question.replicas);
    const bool found = position < federation.index.size();
    if (by_index != (found ? scan.name(position) : ""))
      give_up("the index and the scan choose different zones");
    chosen += found ? 1 : 0;
    remaining += scan.remaining();
    if (i >= kByPlanner) continue;
    const auto candidates = federation.index.candidates(kFlavour, question.replicas);
    if (by_index != placement::choose_zone(question.request, candidates).chosen)
      give_up("the index and the planner choose different zones");
  }
  figures.chosen = static_cast<double>(chosen) / static_cast<double>(questions.size());
  figures.remaining = static_cast<double>(remaining) / static_cast<double>(questions.size());
}

double update_micros(Federation& federation, std::size_t zones, Dice& dice) {
  const auto candidates = federation.index.candidates(kFlavour);
  const double begin = processor_seconds();
  for (std::size_t i = 0; i < zones; ++i) {
    placement::ZoneCandidate changed = candidates[dice.below(candidates.size())];
    changed.reachable = dice.below(50) != 0;
    federation.index.put(std::move(changed));
  }
  return 1e6 * (processor_seconds() - begin) / static_cast<double>(zones);
}

double new_place_micros(Federation& federation, Question question, Dice& dice) {
  const double begin = processor_seconds();
  for (std::size_t i = 0; i < kNewPlaces; ++i) {
    question.request.policy.latency[0].to =
        fmt::format("{}.{},{}", 40 + dice.below(20), dice.below(1'000'000), dice.below(20));
    federation.choose(question);
  }
  return 1e6 * (processor_seconds() - begin) / kNewPlaces;
}

}  // namespace

ZoneFigures measure_zones(std::size_t zones, Duration time, std::uint64_t seed) {
  Dice dice(seed);
  Federation federation(zones, dice);
  std::vector<Question> questions;
  for (std::size_t i = 0; i < kRequests; ++i) questions.push_back(any_question(zones, dice));
  const auto candidates = federation.index.candidates(kFlavour);
  ScanZones scan(candidates);
  ZoneFigures figures;
  compare(federation, scan, questions, figures);

  std::size_t next = 0;
  const auto question = [&]() -> const Question& { return questions[next++ % kRequests]; };
  figures.index_rate = rate_of(time, 16, [&] { federation.choose(question()); });
  figures.scan_rate = rate_of(time, 1, [&] {
    const Question& asked = question();
    scan.choose(asked.request, asked.replicas);
  });
  figures.planner_rate = rate_of(time, 1, [&] { placement::choose_zone(question().request, candidates); });
  const Question easy = easy_question();
  figures.any_rate = rate_of(time, 1, [&] { federation.choose(easy); });
  std::vector<double> micros;
  for (std::size_t i = 0; i < std::min(kTimedSingly, 10 * zones); ++i) {
    const Question& asked = question();
    const SteadyClock::time_point begin = SteadyClock::now();
    federation.choose(asked);
    micros.push_back(micros_since(begin));
  }
  figures.index = percentiles_of(std::move(micros));
  figures.new_place_us = new_place_micros(federation, questions[0], dice);
  figures.update_us = update_micros(federation, zones, dice);
  return figures;
}

}  // namespace hanse::bench
