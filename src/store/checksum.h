// The checksum that is stored with each entry: CRC-32C over its key, revisions and value. Part of the disk
// format (docs/protocols/store.md).
#pragma once

#include <cstdint>
#include <string_view>

#include "store/store.h"

namespace hanse::store {

std::uint32_t checksum_of(std::string_view key, std::string_view value, Revision revision, Revision created);

}  // namespace hanse::store
