#include "zone/zone_config.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <string>

#include "base/toml.h"

namespace hanse::zone {
namespace {

// The least that a zone must say of itself, which is five lines, and `more`.
Result<ZoneConfig> parse(const std::string& more) {
  return parse_zone_config(
      "name = \"north\"\nmember_state = \"FI\"\nlisten = \"127.0.0.1:1\"\ndata_dir = \"/d\"\n"
      "admin_token_file = \"/t\"\n" +
          more,
      "zone.toml");
}

TEST_CASE("how much of the audit log is kept is configured, and has defaults") {
  CHECK(parse("").value().audit == AuditConfig{});
  const AuditConfig given = parse("[audit]\nkeep_records = 20000\nkeep_days = 30\n").value().audit;
  CHECK(given.keep_records == 20'000);
  CHECK(given.keep_days == 30);
}

TEST_CASE("a number that is out of range is named, with its line") {
  const std::string few = parse("[audit]\nkeep_records = 10\n").error().message;
  CHECK(few.find("zone.toml:7") != std::string::npos);
  CHECK(few.find("write a number of records from 10000 to") != std::string::npos);
  CHECK(parse("[audit]\nkeep_days = 0\n").error().message.find("from 1 to") != std::string::npos);
  CHECK_FALSE(parse("[audit]\nkeep_weeks = 3\n"));
}

TEST_CASE("coordinates come as a pair or not at all") {
  CHECK_FALSE(parse("").value().latitude);
  const ZoneConfig given = parse("latitude = 60.2\nlongitude = 24.9\n").value();
  CHECK(given.latitude == 60.2);
  CHECK(given.longitude == 24.9);
  CHECK(parse("latitude = 60.2\n").error().message.find("give both latitude and longitude") !=
        std::string::npos);
  CHECK(parse("latitude = 60.2\nlongitude = 181\n").error().message.find("from -180 to 180") !=
        std::string::npos);
}

TEST_CASE("a zone rebalances only when it is told how much") {
  CHECK_FALSE(parse("").value().rebalance);
  const auto given = parse("[rebalance]\nmoves_per_hour_percent = 0.5\n").value().rebalance;
  REQUIRE(given);
  CHECK(given->moves_per_hour_percent == doctest::Approx(0.5));
  for (const char* wrong : {"-1", "100.5", "nan"}) {
    const auto refused = parse(fmt::format("[rebalance]\nmoves_per_hour_percent = {}\n", wrong));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("write a number from 0 to 100") != std::string::npos);
  }
  CHECK_FALSE(parse("[rebalance]\nmoves = 1\n"));
}

TEST_CASE("a zone's name is one that its CA can carry") {
  const auto named = [](std::size_t size) {
    return parse_zone_config(
        fmt::format("name = \"{}\"\nmember_state = \"FI\"\nlisten = \"127.0.0.1:1\"\ndata_dir = \"/d\"\n"
                    "admin_token_file = \"/t\"\n",
                    std::string(size, 'n')),
        "zone.toml");
  };
  CHECK(named(53));
  const std::string refused = named(54).error().message;
  CHECK(refused.find("zone.toml:1") != std::string::npos);
  CHECK(refused.find("has 54 characters; a zone's may have 53") != std::string::npos);
}

}  // namespace
}  // namespace hanse::zone
