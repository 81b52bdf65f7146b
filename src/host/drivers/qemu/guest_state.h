// GuestState: what QEMU does right now, learnt from its answers when the agent attaches and from its events
// afterwards. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/units.h"
#include "codec/qmp.h"
#include "host/driver.h"

namespace hanse::host::qemu {

// A mirror of one disk, by the name of its job.
struct MirrorState {
  bool ready = false;
  bool ended = false;
  bool failed = false;
  std::string error;
  Bytes length;
  Bytes offset;
};

class GuestState {
 public:
  void apply(const codec::QmpEvent& event, WallTime now);

  // Answers of query-status and query-migrate.
  void set_run_status(std::string_view status);
  void set_migration_status(std::string_view status) { migration_ = status; }
  void set_mirror(const std::string& job, MirrorState mirror) { mirrors_[job] = std::move(mirror); }

  // An incoming machine waits for state, or has it and was not resumed yet.
  void expect_incoming(bool incoming) {
    incoming_ = incoming;
    received_ |= incoming;
  }
  bool incoming() const { return incoming_; }
  // A target may run, and does, before it has all of its memory.
  MemoryState memory() const;
  // What was learnt of a move that is over.
  void forget_move();

  bool runs() const { return runs_; }
  bool shut_down() const { return shut_down_; }
  const std::string& migration() const { return migration_; }
  // Nothing when there is no such job, or it ended before the agent attached.
  const MirrorState* mirror(const std::string& job) const;
  std::optional<WallTime> stopped_at() const { return stopped_at_; }
  std::optional<WallTime> resumed_at() const { return resumed_at_; }

  RunState run_state() const;

 private:
  void apply_job(const codec::QmpEvent& event);

  bool runs_ = false;
  bool shut_down_ = false;
  bool incoming_ = false;
  bool received_ = false;  // the migration that QEMU speaks of brought it here
  bool wants_power_off_ = false;
  std::string migration_ = "none";
  std::map<std::string, MirrorState> mirrors_;
  std::optional<WallTime> stopped_at_;
  std::optional<WallTime> resumed_at_;
};

// Migration can still be cancelled, and has not ended.
bool migration_under_way(std::string_view status);
bool migration_failed(std::string_view status);

}  // namespace hanse::host::qemu
