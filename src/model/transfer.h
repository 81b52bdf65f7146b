// A transfer: one move of an instance, between two zones or between two hosts of one. Of a move between zones
// both keep a record under the same name, and the source's decides; of one within a zone there is one record.
// docs/states/transfer.md has the diagram.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/metadata.h"
#include "model/transfer_forecast.h"
#include "model/transfer_limits.h"
#include "model/transfer_mode.h"
#include "model/transfer_streams.h"

namespace hanse::model {

// How the streams between the two hosts run.
enum class StreamPath { automatic, direct, relayed };
BOOST_DESCRIBE_ENUM(StreamPath, automatic, direct, relayed)

enum class TransferRole { source, target };
BOOST_DESCRIBE_ENUM(TransferRole, source, target)

// In the order of a move that goes well; the last four are ends.
enum class TransferPhase {
  planned,       // source: nothing has been asked yet
  preparing,     // the target checks, reserves, fetches and opens its end
  sending,       // disk and memory are on their way, then the switch
  committed,     // the source has ended its epoch and granted the next: the point of no return
  granted,       // target: the grant is on disk here
  rolling_back,  // before the commit point something failed or was cancelled; the source keeps the instance
  completed,
  rolled_back,
  cancelled,
  refused,  // the plan was not possible; nothing had moved
};
BOOST_DESCRIBE_ENUM(TransferPhase, planned, preparing, sending, committed, granted, rolling_back, completed,
                    rolled_back, cancelled, refused)

// What the hosts do within `sending`, for people.
enum class TransferStep { waiting, image, seed, disk, memory, switching, resuming, done };
BOOST_DESCRIBE_ENUM(TransferStep, waiting, image, seed, disk, memory, switching, resuming, done)

inline constexpr std::int64_t kLongestDeadlineSeconds = 30 * 24 * 3600;

struct TransferSpec {
  std::string instance;
  std::string target_zone;          // with a host: empty or the own
  std::optional<std::string> host;  // of this zone, to which it moves; absent: to another zone
  TransferMode mode = TransferMode::automatic;
  StreamPath path = StreamPath::automatic;
  TransferLimits limits;
  StreamOptions streams;
  // From its creation: what has not passed the commit point by then rolls back. Absent: it takes its time.
  std::optional<std::int64_t> deadline_seconds;
  // The instance stays as it is, and another of this name, with the content of its disks, is made in the
  // target zone. Absent: it moves.
  std::optional<std::string> copy;
  std::optional<std::string> snapshot;  // with copy: its disks are what they were in this snapshot
  // Name of the instance SKU that it has at the target, of another size or architecture; it boots there.
  // Absent: the one that it has.
  std::optional<std::string> sku;
  bool operator==(const TransferSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferSpec, (),
                      (instance, target_zone, host, mode, path, limits, streams, deadline_seconds, copy,
                       snapshot, sku))
HANSE_DECLARE_JSON(TransferSpec);

struct TransferProgress {
  TransferStep step = TransferStep::waiting;
  std::int32_t percent = 0;  // of the bytes known so far
  Bytes disk_bytes;          // sent
  Bytes memory_bytes;        // sent
  Bytes remaining_bytes;
  BytesPerSecond rate;
  std::optional<std::int64_t> remaining_seconds;  // absent: not known
  std::optional<BytesPerSecond> ceiling;          // while it shares its link with others; absent: none
  bool operator==(const TransferProgress&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferProgress, (),
                      (step, percent, disk_bytes, memory_bytes, remaining_bytes, rate, remaining_seconds,
                       ceiling))
HANSE_DECLARE_JSON(TransferProgress);

// Milliseconds are wall time; 0 bytes mean that nothing was sent.
struct TransferReport {
  // Guest stopped at the source to guest running at the target, each by the clock of its host. Absent: it did
  // not run, or those clocks are too far apart.
  std::optional<double> blackout_ms;
  // Time that passed outside but not on the guest's own clock, by its heartbeats; outside is by the same
  // clocks.
  std::optional<double> guest_blackout_ms;
  double total_ms = 0;  // from the order to the source's knowledge that the guest runs at the target
  double prepare_ms = 0;
  double seed_ms = 0;  // the content that the disks had; disk_ms: what was written since
  double disk_ms = 0;
  double memory_ms = 0;
  double switch_ms = 0;
  Bytes image_bytes;
  Bytes seed_bytes;   // compressed, as they were sent
  Bytes saved_bytes;  // of the disks' content, not sent: zeroes, and what the target had
  Bytes disk_bytes;
  Bytes memory_bytes;
  std::int32_t cuts = 0;                    // after which it went on
  bool post_copy = false;                   // some of the memory came after the guest
  StreamPath path = StreamPath::automatic;  // the one that was taken
  bool operator==(const TransferReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferReport, (),
                      (blackout_ms, guest_blackout_ms, total_ms, prepare_ms, seed_ms, disk_ms, memory_ms,
                       switch_ms, image_bytes, seed_bytes, saved_bytes, disk_bytes, memory_bytes, cuts,
                       post_copy, path))
HANSE_DECLARE_JSON(TransferReport);

// The source's word that the instance is the target's from this epoch on; zone/transfers/grants.h makes it.
struct TransferGrant {
  Epoch epoch;
  std::string identity_key;  // of the source's zone
  std::string signature;     // by it
  bool operator==(const TransferGrant&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferGrant, (), (epoch, identity_key, signature))
HANSE_DECLARE_JSON(TransferGrant);

struct TransferStatus {
  ResourceState state = ResourceState::pending;
  std::vector<Condition> conditions;
  TransferRole role = TransferRole::source;
  TransferPhase phase = TransferPhase::planned;
  std::string source_zone;
  std::optional<std::string> source_host;  // of a move within the zone
  std::string instance_uid;
  TransferMode mode = TransferMode::live;  // that was chosen
  std::string mode_reason;                 // and why
  Epoch source_epoch;                      // ends with the commit; the target is granted the next
  bool cancel_requested = false;
  std::string failure;      // why it rolled back or was refused
  std::string waiting_for;  // who has to answer before it can go on: the other zone, or a host
  TransferProgress progress;
  std::optional<TransferFigures> forecast;  // of its first seconds
  std::optional<TransferReport> report;
  // That the instance is given by this zone, where it boots on another than it had.
  std::optional<Hardware> hardware;
  std::optional<TransferGrant> grant;  // of a target: that it was given, for whoever doubts it later
  bool operator==(const TransferStatus&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferStatus, (),
                      (state, conditions, role, phase, source_zone, source_host, instance_uid, mode,
                       mode_reason, source_epoch, cancel_requested, failure, waiting_for, progress, forecast,
                       report, hardware, grant))
HANSE_DECLARE_JSON(TransferStatus);

using Transfer = Resource<TransferSpec, TransferStatus>;
HANSE_DECLARE_JSON(Transfer);

bool is_end(TransferPhase phase);
// Between two hosts of this zone.
bool is_within_zone(const Transfer& transfer);
// Of a source: the instance stays.
bool keeps_source(const Transfer& transfer);
// Some of its memory may come after the guest.
bool may_post_copy(const Transfer& transfer);
Status check(const Transfer& transfer);

}  // namespace hanse::model
