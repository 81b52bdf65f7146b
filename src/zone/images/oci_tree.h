// OciTree: what the layers of an OCI image make of each other. It knows what the tree of files holds and says
// what has to go before a further layer is laid over it, so that nothing is written through a link of a lower
// layer.
//
// Thread: any. Failure: invalid_argument.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hanse::zone {

enum class OciEntryKind { folder, other };
// By path below the top; sorted, so that a folder comes before what is in it.
using OciEntries = std::map<std::string, OciEntryKind>;

// Of `find FOLDER -mindepth 1 -printf '%y%P\0'`.
OciEntries read_oci_entries(std::string_view found);

struct OciLayerPlan {
  std::vector<std::string> remove_from_tree;   // what it hides or replaces
  std::vector<std::string> remove_from_layer;  // its whiteouts
  // Folders that both have and the layer does not name itself: they stay what they are in the tree.
  std::vector<std::string> kept_folders;
  bool operator==(const OciLayerPlan&) const = default;
};

class OciTree {
 public:
  // `named`: the names in the layer's archive; a folder ends in "/". After an error it is of no use.
  Result<OciLayerPlan> add(const OciEntries& layer, const std::set<std::string>& named);
  std::size_t size() const { return entries_.size(); }

 private:
  Status hide(std::string_view whiteout, OciLayerPlan& plan);
  Status replace(const std::string& path, OciEntryKind kind, bool named, OciLayerPlan& plan);
  void remove(const std::string& path, OciLayerPlan& plan);
  void remove_content(const std::string& folder, OciLayerPlan& plan);

  OciEntries entries_;
};

}  // namespace hanse::zone
