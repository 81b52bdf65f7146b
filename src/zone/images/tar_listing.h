// What an archive holds, as GNU tar lists it: known before anything of it is unpacked.
//
// Thread: any. Failure: data_loss.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace hanse::zone {

struct TarListing {
  // Without "./" before it; a folder ends in "/". Of a link it is "NAME -> TARGET".
  std::set<std::string> names;
  std::int64_t entries = 0;
  Bytes size;  // of what they hold
};

// The options that read_tar_listing() needs, for `file`.
std::vector<std::string> tar_listing_command(const std::string& file);
Result<TarListing> read_tar_listing(std::string_view text);

}  // namespace hanse::zone
