#include "zone/federation/zone_offer.h"

#include <algorithm>
#include <doctest/doctest.h>

namespace hanse::zone {
namespace {

// Hosts of these architectures have room for so many of what is not large.
Room room_of(const std::vector<std::string>& architectures) {
  return [architectures](const federation::FlavourOffer& flavour) -> Result<std::int64_t> {
    const bool has =
        std::find(architectures.begin(), architectures.end(), flavour.architecture) != architectures.end();
    return has && flavour.memory_mib <= MiB{1024} ? 3 : 0;
  };
}

std::vector<std::string> names_for(const federation::ZoneDigest& digest, const std::string& architecture) {
  std::vector<std::string> names;
  for (const federation::FlavourOffer& offer : digest.flavours) {
    if (offer.architecture == architecture) names.push_back(offer.name);
  }
  return names;
}

TEST_CASE("a zone offers the common sizes, of another architecture those that fit its hosts") {
  const ZoneConfig config{.name = "helsinki", .member_state = "FI"};
  const auto usual = offer_of(config, {}, room_of({"x86_64"}));
  REQUIRE(usual);
  CHECK(names_for(*usual, "x86_64").size() == 7);
  CHECK(names_for(*usual, "aarch64").empty());
  const auto mixed = offer_of(config, {}, room_of({"x86_64", "aarch64"}));
  REQUIRE(mixed);
  CHECK(names_for(*mixed, "aarch64") == std::vector<std::string>{"nano-aarch64", "small-aarch64"});
  model::InstanceSku wanted;
  wanted.spec = {.vcpu = {1}, .memory_mib = {512}, .architecture = "aarch64"};
  REQUIRE(offer_for(*mixed, wanted) != nullptr);
  CHECK(offer_for(*mixed, wanted)->name == "small-aarch64");
  CHECK(offer_for(*mixed, wanted)->fits == 3);
  CHECK(offer_for(*usual, wanted) == nullptr);
}

TEST_CASE("a zone whose flavours are configured offers no others but its SKUs") {
  const ZoneConfig config{
      .name = "helsinki",
      .member_state = "FI",
      .flavours = {{.name = "edge", .vcpu = 1, .memory_mib = 512, .architecture = "aarch64"}}};
  model::InstanceSku sku;
  sku.metadata.name = "tiny";
  sku.spec = {.vcpu = {1}, .memory_mib = {192}};
  const auto offered = offer_of(config, std::vector{sku}, room_of({"aarch64"}));
  REQUIRE(offered);
  CHECK(names_for(*offered, "aarch64") == std::vector<std::string>{"edge"});
  CHECK(names_for(*offered, "x86_64") == std::vector<std::string>{"tiny"});
}

}  // namespace
}  // namespace hanse::zone
