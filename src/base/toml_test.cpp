#include "base/toml.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "base/json_mapping.h"

namespace hanse {
namespace {

struct Entry {
  std::string ca_file;
};
BOOST_DESCRIBE_STRUCT(Entry, (), (ca_file))
HANSE_DEFINE_READ_JSON(Entry)

struct Settings {
  std::string member_state;
  double latitude = 0;
  std::vector<Entry> peers;
};
BOOST_DESCRIBE_STRUCT(Settings, (), (member_state, latitude, peers))
HANSE_DEFINE_READ_JSON(Settings)

std::string toml_error_of(std::string_view text) {
  const auto result = toml_text::read<Settings>(text, "zone.toml");
  REQUIRE_FALSE(result);
  return result.error().message;
}

TEST_CASE("a configuration is read with its keys as they are written") {
  const Settings settings =
      toml_text::read<Settings>("member_state = \"FI\"\nlatitude = 60.2\n[[peers]]\nca_file = \"a\"\n",
                                "zone.toml")
          .value();
  CHECK(settings.member_state == "FI");
  CHECK(settings.latitude == 60.2);
  CHECK(settings.peers.at(0).ca_file == "a");
}

TEST_CASE("a fault names file, line and key") {
  CHECK(toml_error_of("member_state = \"FI\"\n\nmember_stat = \"FI\"\n")
            .starts_with("zone.toml:3: key 'member_stat': "));
  CHECK(toml_error_of("latitude = \"far\"\n").starts_with("zone.toml:1: key 'latitude': "));
  CHECK(toml_error_of("latitude = \n").starts_with("zone.toml:1: not TOML: "));
  CHECK(toml_error_of("latitude = 1979-05-27\n").starts_with("zone.toml:1: key 'latitude': "));
}

}  // namespace
}  // namespace hanse
