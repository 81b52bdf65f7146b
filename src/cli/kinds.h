// The kinds of resources that the command line knows, with the names that people type for them and where the
// zone's API has them. Pure.
#pragma once

#include <array>
#include <boost/json/fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hanse::cli {

enum class KindScope { zone, tenant, workspace };

struct Kind {
  std::string_view name;      // in a manifest: "BlockStorage"
  std::string_view singular;  // "block-storage", also what events call it
  std::string_view plural;
  std::array<std::string_view, 2> short_names;
  std::string_view provider;    // "seca.storage"
  std::string_view collection;  // "block-storages"
  KindScope scope = KindScope::workspace;
  bool appliable = true;  // a manifest may declare it
  int rank = 0;           // what others refer to comes first
  // Reads the value strictly and checks what can be checked without the zone. Null: not appliable.
  Status (*check)(const boost::json::value& resource) = nullptr;
};

struct Place {
  std::string tenant = "default";
  std::string workspace = "default";
};

std::span<const Kind> all_kinds();

// By singular, plural, short or manifest name, whatever the case. Errors: invalid_argument.
Result<const Kind*> find_kind(std::string_view text);

// Only the exact name that manifests use; nullptr when there is none.
const Kind* find_manifest_kind(std::string_view name);

std::string collection_path(const Kind& kind, const Place& place);
std::string item_path(const Kind& kind, const Place& place, std::string_view name);

// The query that chooses the events of a kind, or of one resource when `name` is not empty.
std::string event_query(const Kind& kind, const Place& place, std::string_view name);

// For query parameters and path segments: what is not unreserved becomes %XX.
std::string percent_encode(std::string_view text);

}  // namespace hanse::cli
