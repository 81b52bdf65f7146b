#include "model/snapshot.h"

#include <algorithm>
#include <set>

#include "base/json_mapping.h"
#include "model/compute.h"

namespace hanse::model {
namespace {

// A disk of the largest size that a SKU may allow.
constexpr std::int64_t kMaxPartChunks = std::int64_t{1} << 28;
constexpr std::size_t kMaxParts = kMaxDataVolumes + 2;

Status check_parts(const Snapshot& snapshot, const std::string& pointer) {
  if (snapshot.parts.size() > kMaxParts)
    return fail_field(pointer + "/parts", "{}/parts has {} entries; at most {} are allowed", pointer,
                      snapshot.parts.size(), kMaxParts);
  std::set<std::string> names;
  for (const SnapshotPart& part : snapshot.parts) {
    HANSE_CHECK(check_name(part.name, pointer + "/parts/name"));
    if (part.chunks < 0 || part.chunks > kMaxPartChunks)
      return fail_field(pointer + "/parts", "a part of snapshot '{}' has {} chunks", snapshot.name,
                        part.chunks);
    if (!names.insert(part.name).second)
      return fail_field(pointer + "/parts", "snapshot '{}' has two parts '{}'", snapshot.name, part.name);
  }
  return {};
}

}  // namespace

HANSE_DEFINE_JSON(SnapshotPart);
HANSE_DEFINE_JSON(Snapshot);
HANSE_DEFINE_JSON(SnapshotRestore);

Bytes size_of_moving(const std::vector<Snapshot>& snapshots) {
  Bytes size;
  for (const Snapshot& snapshot : snapshots) {
    if (snapshot.state == SnapshotState::ready) size += snapshot.size;
  }
  return size;
}

const Snapshot* find_saved_memory(const std::vector<Snapshot>& snapshots) {
  const auto found = std::find_if(snapshots.begin(), snapshots.end(), [](const Snapshot& snapshot) {
    return snapshot.memory && snapshot.state == SnapshotState::ready;
  });
  return found == snapshots.end() ? nullptr : &*found;
}

const Snapshot* find_snapshot(const std::vector<Snapshot>& snapshots, std::string_view name) {
  const auto found = std::find_if(snapshots.begin(), snapshots.end(),
                                  [&](const Snapshot& snapshot) { return snapshot.name == name; });
  return found == snapshots.end() ? nullptr : &*found;
}

Status check(const std::vector<Snapshot>& snapshots, const std::string& pointer) {
  if (snapshots.size() > kMaxSnapshots)
    return fail_field(pointer, "{} has {} entries; an instance has at most {} snapshots", pointer,
                      snapshots.size(), kMaxSnapshots);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    const std::string at = fmt::format("{}/{}", pointer, i);
    HANSE_CHECK(check_name(snapshots[i].name, at + "/name"));
    HANSE_CHECK(check_name(snapshots[i].uid, at + "/uid"));
    HANSE_CHECK(check_parts(snapshots[i], at));
    if (snapshots[i].size < Bytes{0} || snapshots[i].size > kLargestSnapshot)
      return fail_field(at + "/size", "snapshot '{}' cannot have {} bytes", snapshots[i].name,
                        snapshots[i].size.value);
    if (!seen.insert(snapshots[i].name).second || !seen.insert("uid " + snapshots[i].uid).second)
      return fail_field(at, "snapshot '{}' is there twice", snapshots[i].name);
  }
  return {};
}

}  // namespace hanse::model
