// The documents of an OCI image layout, as much of them as an import needs. They are of others, so unknown
// fields are let pass.
//
// Thread: any. Failure: invalid_argument (not such a document, or not of an image that can become a disk).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hanse::zone {

// Of index.json, or an index that it names.
struct OciIndexEntry {
  std::string digest;
  bool is_index = false;
};

struct OciManifest {
  std::string config;               // digest
  std::vector<std::string> layers;  // digests, the lowest first
};

// Without what only attests to an image; each digest once.
Result<std::vector<OciIndexEntry>> read_oci_index(std::string_view text);
Result<OciManifest> read_oci_manifest(std::string_view text);
// That the image is of Linux.
Status check_oci_config(std::string_view text);
Status check_oci_layout(std::string_view text);

}  // namespace hanse::zone
