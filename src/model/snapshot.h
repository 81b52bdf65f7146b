// A snapshot of an instance: the content of its disks at one moment and, when it was asked for, the state of
// the guest that ran then. It is kept by the instance's host apart from the disks, goes with the instance to
// where that moves, and ends with it.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"

namespace hanse::model {

inline constexpr std::size_t kMaxSnapshots = 8;  // of one instance
inline constexpr Bytes kLargestSnapshot{std::int64_t{1} << 50};
// Beside the disks, which are called as their block storages.
inline constexpr char kMemoryPart[] = "memory";
// The reason of a condition "Restored".
inline constexpr char kRestoreCancelled[] = "Cancelled";

// lost: it was ready, and its host has it no more.
enum class SnapshotState { pending, ready, failed, lost, deleting };
BOOST_DESCRIBE_ENUM(SnapshotState, pending, ready, failed, lost, deleting)

struct SnapshotPart {
  std::string name;         // the uid of a block storage, or kMemoryPart
  std::int64_t chunks = 0;  // of 64 KiB, its whole size
  bool operator==(const SnapshotPart&) const = default;
};
BOOST_DESCRIBE_STRUCT(SnapshotPart, (), (name, chunks))
HANSE_DECLARE_JSON(SnapshotPart);

struct Snapshot {
  std::string name;
  std::string uid;
  bool memory = false;  // with the state of the guest
  SnapshotState state = SnapshotState::pending;
  std::string created_at;           // RFC 3339, when it was asked for
  std::vector<SnapshotPart> parts;  // once it is ready
  Bytes size;                       // compressed, with what it shares with others
  std::string failure;
  bool operator==(const Snapshot&) const = default;
};
BOOST_DESCRIBE_STRUCT(Snapshot, (), (name, uid, memory, state, created_at, parts, size, failure))
HANSE_DECLARE_JSON(Snapshot);

// The wish that an instance becomes what it was, until its host has fulfilled it.
struct SnapshotRestore {
  std::string id;        // of this wish: a host fulfils each once
  std::string snapshot;  // its uid
  // Each is true or absent: it is not wished any more, if its host has not begun; its disks are being
  // overwritten, and nothing leads back.
  std::optional<bool> cancelled;
  std::optional<bool> begun;
  std::optional<std::string> reason;  // why it waits; absent: it does not
  bool operator==(const SnapshotRestore&) const = default;
};
BOOST_DESCRIBE_STRUCT(SnapshotRestore, (), (id, snapshot, cancelled, begun, reason))
HANSE_DECLARE_JSON(SnapshotRestore);

// Of those that go with the instance when it moves: the most that they take where it goes, as what they share
// is counted for each.
Bytes size_of_moving(const std::vector<Snapshot>& snapshots);

const Snapshot* find_snapshot(const std::vector<Snapshot>& snapshots, std::string_view name);
// One that can be gone on with, which takes the machine of then. nullptr: none.
const Snapshot* find_saved_memory(const std::vector<Snapshot>& snapshots);
// What comes from another zone. Errors: invalid_argument with the pointer of the field.
Status check(const std::vector<Snapshot>& snapshots, const std::string& pointer);

}  // namespace hanse::model
