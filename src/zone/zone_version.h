// The version of this zone, which peers and hosts are told. Zones of one minor version move instances between
// each other.
#pragma once

namespace hanse::zone {

inline constexpr char kVersion[] = "0.2.0";

}  // namespace hanse::zone
