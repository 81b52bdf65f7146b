// ZoneOffer: what this zone says in its digest: how many more instances of each flavour its hosts could take,
// at which price, and what its configuration says of the place. Pure functions. Flavours are those of the
// configuration, else kCommonFlavours (those of another architecture than x86_64 where a host has room for
// them), and the shapes of the instance SKUs that are in use here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "federation/zone_digest.h"
#include "model/compute.h"
#include "zone/zone_config.h"

namespace hanse::zone {

// The configuration's flavours and the SKUs, one for each shape, at most kMaxOfferedFlavours.
std::vector<federation::FlavourOffer> flavours_of(const ZoneConfig& config,
                                                  std::span<const model::InstanceSku> skus);
// How many more of it the hosts could take.
using Room = std::function<Result<std::int64_t>(const federation::FlavourOffer& flavour)>;
// By the prices of the configuration; nothing when it has none.
std::optional<MicroEuroPerHour> price_of(const ZoneConfig& config, VcpuCount vcpu, MiB memory);

// Without the feed (carbon/carbon_feed.h).
std::optional<federation::CarbonFigure> carbon_of(const ZoneConfig& config);

// What the configuration says: the place, its flavours with nothing said of room and price, and carbon_of().
federation::ZoneDigest place_of(const ZoneConfig& config, std::span<const model::InstanceSku> skus = {});

// The same with room and prices; without time and round trips.
Result<federation::ZoneDigest> offer_of(const ZoneConfig& config, std::span<const model::InstanceSku> skus,
                                        const Room& room);

// The smallest flavour of the digest that has room for it: what the zone says of fits and price of such an
// instance. nullptr: it offers none.
const federation::FlavourOffer* offer_for(const federation::ZoneDigest& digest,
                                          const model::InstanceSku& sku);

}  // namespace hanse::zone
