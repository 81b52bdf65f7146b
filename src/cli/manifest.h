// Manifests: YAML documents of `apiVersion: hanse/v1`, kind, metadata {name, tenant, workspace, labels,
// annotations} and spec, turned into the bodies that the zone's API takes, and checked as far as that is
// possible without the zone.
//
// Pure. Failure: invalid_argument; the message is "<file>:<line>:<column>: <field> <reason>; <next step>".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/kinds.h"
#include "cli/yaml_document.h"

namespace hanse::cli {

struct ManifestDocument {
  std::string file;
  const Kind* kind = nullptr;
  std::string name;
  Place place;                  // where it goes: the document's own words, else the default
  boost::json::value resource;  // the API's body
  YamlDocument source;
};

// All documents of one file, each checked. Errors: invalid_argument for the first fault, and for a file
// without a document.
Result<std::vector<ManifestDocument>> read_manifest(const std::string& file, std::string_view text,
                                                    const Place& default_place);

// A command's documents in the order in which they can be created. Errors: invalid_argument when two of them
// declare the same resource.
Result<std::vector<ManifestDocument>> order_documents(std::vector<ManifestDocument> documents);

// A fault that the model or the zone found in the resource, told as one in the file: its code stays.
Error locate(const ManifestDocument& document, const Error& fault);

inline constexpr std::string_view kApiVersion = "hanse/v1";

}  // namespace hanse::cli
