#include "host/drivers/qemu/guest_state.h"

#include <boost/json.hpp>
#include <utility>

namespace hanse::host::qemu {
namespace {

// Of one machine; a hypervisor that speaks of more is not one that the agent has asked for.
constexpr std::size_t kMostMirrors = 64;

std::string text_of(const json::Object& data, std::string_view key) {
  const json::Value* found = data.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

Bytes bytes_of(const json::Object& data, std::string_view key) {
  const json::Value* found = data.if_contains(key);
  return found != nullptr && found->is_int64() ? Bytes{found->get_int64()} : Bytes{};
}

}  // namespace

bool migration_under_way(std::string_view status) {
  return status == "setup" || status == "active" || status == "pre-switchover" || status == "device" ||
         status == "cancelling" || status == "wait-unplug" || status.starts_with("postcopy");
}

bool migration_failed(std::string_view status) {
  return status == "failed" || status == "cancelled" || status == "cancelling";
}

void GuestState::apply(const codec::QmpEvent& event, WallTime now) {
  const WallTime at = event.since_epoch ? WallTime(*event.since_epoch) : now;
  if (event.name == "STOP") {
    runs_ = false;
    stopped_at_ = at;
  } else if (event.name == "RESUME") {
    runs_ = true;
    wants_power_off_ = false;
    resumed_at_ = at;
  } else if (event.name == "SHUTDOWN") {
    shut_down_ = true;
  } else if (event.name == "POWERDOWN") {
    wants_power_off_ = true;
  } else if (event.name == "MIGRATION") {
    migration_ = text_of(event.data, "status");
    // Its memory has followed it here: from now on it is a machine like others.
    if (migration_ == "completed" && runs_ && received_) forget_move();
  } else if (event.name.starts_with("BLOCK_JOB_")) {
    apply_job(event);
  }
}

void GuestState::apply_job(const codec::QmpEvent& event) {
  const std::string job = text_of(event.data, "device");
  if (job.empty() || (mirrors_.size() >= kMostMirrors && !mirrors_.contains(job))) return;
  MirrorState& mirror = mirrors_[job];
  if (event.name == "BLOCK_JOB_READY") {
    mirror.ready = true;
  } else if (event.name == "BLOCK_JOB_ERROR") {
    // The job ends by itself, but only when its speed limit lets it.
    mirror.failed = true;
    if (mirror.error.empty()) mirror.error = "the " + text_of(event.data, "operation") + " failed";
  } else if (event.name == "BLOCK_JOB_COMPLETED" || event.name == "BLOCK_JOB_CANCELLED") {
    mirror.ended = true;
    mirror.length = bytes_of(event.data, "len");
    mirror.offset = bytes_of(event.data, "offset");
    const std::string error = text_of(event.data, "error");
    if (!error.empty()) mirror.error = error;
    mirror.failed |= !error.empty() || event.name == "BLOCK_JOB_CANCELLED";
  }
}

void GuestState::set_run_status(std::string_view status) {
  runs_ = status == "running";
  shut_down_ = status == "shutdown" || status == "guest-panicked";
}

void GuestState::forget_move() {
  received_ = false;
  mirrors_.clear();
  migration_ = "none";
}

const MirrorState* GuestState::mirror(const std::string& job) const {
  const auto found = mirrors_.find(job);
  return found == mirrors_.end() ? nullptr : &found->second;
}

MemoryState GuestState::memory() const {
  if (!migration_.starts_with("postcopy") || !received_) return MemoryState::whole;
  return migration_ == "postcopy-paused" ? MemoryState::cut : MemoryState::follows;
}

RunState GuestState::run_state() const {
  if (incoming_) return RunState::incoming;
  if (shut_down_ || (runs_ && wants_power_off_)) return RunState::stopping;
  if (runs_) return RunState::running;
  if (migration_ == "pre-switchover" || migration_ == "device") return RunState::switch_point;
  if (received_) return RunState::paused;
  if (migration_ == "completed" || migration_.starts_with("postcopy")) return RunState::handed_over;
  return RunState::paused;
}

}  // namespace hanse::host::qemu
