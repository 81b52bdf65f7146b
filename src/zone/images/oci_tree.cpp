#include "zone/images/oci_tree.h"

namespace hanse::zone {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh.opq";
// What file systems of old kept for themselves.
constexpr std::string_view kMeta = ".wh..wh.";

// The path up to the first name that is a whiteout; empty: it has none.
std::string_view up_to_whiteout(std::string_view path) {
  std::size_t start = 0;
  while (!path.substr(start).starts_with(kWhiteout)) {
    start = path.find('/', start);
    if (start == std::string_view::npos) return {};
    ++start;
  }
  return path.substr(0, path.find('/', start));
}

// What lies below a folder comes between these two; '0' is the character after '/'.
std::string first_below(const std::string& folder) {
  return folder.empty() ? std::string() : folder + "/";
}

OciEntries::iterator end_below(OciEntries& entries, const std::string& folder) {
  return folder.empty() ? entries.end() : entries.lower_bound(folder + "0");
}

}  // namespace

OciEntries read_oci_entries(std::string_view found) {
  OciEntries entries;
  while (!found.empty()) {
    const std::string_view one = found.substr(0, found.find('\0'));
    if (one.size() > 1)
      entries[std::string(one.substr(1))] = one[0] == 'd' ? OciEntryKind::folder : OciEntryKind::other;
    found.remove_prefix(std::min(one.size() + 1, found.size()));
  }
  return entries;
}

Result<OciLayerPlan> OciTree::add(const OciEntries& layer, const std::set<std::string>& named) {
  OciLayerPlan plan;
  OciEntries added;
  // Whiteouts are of the layers below, wherever they stand in this one.
  for (const auto& [path, kind] : layer) {
    const std::string_view whiteout = up_to_whiteout(path);
    if (whiteout.empty()) added.emplace(path, kind);
    if (whiteout == path) HANSE_CHECK(hide(whiteout, plan));
  }
  for (const auto& [path, kind] : added) HANSE_CHECK(replace(path, kind, named.contains(path + "/"), plan));
  entries_.merge(added);
  return plan;
}

Status OciTree::hide(std::string_view whiteout, OciLayerPlan& plan) {
  plan.remove_from_layer.emplace_back(whiteout);
  const std::size_t slash = whiteout.rfind('/');
  const std::size_t start = slash == std::string_view::npos ? 0 : slash + 1;
  const std::string folder(whiteout.substr(0, start == 0 ? 0 : slash));
  const std::string_view name = whiteout.substr(start);
  if (name == kOpaque) {
    remove_content(folder, plan);
    return {};
  }
  if (name.starts_with(kMeta)) return {};
  const std::string hidden(name.substr(kWhiteout.size()));
  if (hidden.empty() || hidden == "." || hidden == "..")
    return fail(Code::invalid_argument, "the layer removes '{}', which is no name", hidden);
  remove(first_below(folder) + hidden, plan);
  return {};
}

Status OciTree::replace(const std::string& path, OciEntryKind kind, bool named, OciLayerPlan& plan) {
  const auto lower = entries_.find(path);
  if (lower == entries_.end()) return {};
  const bool both_folders = kind == OciEntryKind::folder && lower->second == OciEntryKind::folder;
  if (both_folders) {
    if (!named) plan.kept_folders.push_back(path);
    return {};
  }
  if (kind == OciEntryKind::folder && !named) {
    return fail(Code::invalid_argument,
                "the layer has files below '{}', which is a link or a file of a lower layer; build the image "
                "with files below the folder that is meant",
                path);
  }
  remove(path, plan);
  return {};
}

void OciTree::remove(const std::string& path, OciLayerPlan& plan) {
  const auto found = entries_.find(path);
  if (found == entries_.end()) return;
  entries_.erase(entries_.lower_bound(first_below(path)), end_below(entries_, path));
  entries_.erase(found);
  plan.remove_from_tree.push_back(path);
}

void OciTree::remove_content(const std::string& folder, OciLayerPlan& plan) {
  const std::string first = first_below(folder);
  const auto end = end_below(entries_, folder);
  for (auto at = entries_.lower_bound(first); at != end; at = entries_.erase(at)) {
    if (at->first.find('/', first.size()) == std::string::npos) plan.remove_from_tree.push_back(at->first);
  }
}

}  // namespace hanse::zone
