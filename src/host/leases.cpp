#include "host/leases.h"

#include <algorithm>
#include <iterator>

#include "base/planted_bug.h"

namespace hanse::host {
namespace {

// Pings whose answer may still come.
constexpr std::size_t kMaxAsked = 16;

}  // namespace

Leases::~Leases() {
  runtime_.scheduler.cancel(timer_);
}

model::HostPing Leases::ping() {
  asked_.emplace(++sequence_, runtime_.clock.now());
  if (asked_.size() > kMaxAsked) asked_.erase(asked_.begin());
  return {.sequence = sequence_};
}

void Leases::granted(const model::HostLease& lease) {
  const auto asked = asked_.find(lease.sequence);
  if (asked == asked_.end()) return;
  const MonotonicTime now = runtime_.clock.now();
  const MonotonicTime end = asked->second + model::kHostLease;
  asked_.erase(asked_.begin(), std::next(asked));
  std::erase_if(ends_, [&](const auto& entry) { return entry.second <= now; });
  bool news = false;
  for (const std::string& uid : lease.machines) {
    news = news || !held(uid);
    MonotonicTime& known = ends_[uid];
    known = std::max(known, end);
    if (kPlantedBug != PlantedBug::host_ignores_lease) driver_.keep_for(uid, known - now);
  }
  wake_at_next_end();
  if (news) driver_.changes().notify();
}

bool Leases::held(const std::string& uid) const {
  if (kPlantedBug == PlantedBug::host_ignores_lease) return true;
  const auto found = ends_.find(uid);
  return found != ends_.end() && runtime_.clock.now() < found->second - kLeaseLead;
}

bool Leases::lapsed(const std::string& uid) const {
  if (held(uid)) return false;
  return ends_.contains(uid) || runtime_.clock.now() >= began_ + kFirstAnswer;
}

// Machines look at their leases when something changes.
void Leases::wake_at_next_end() {
  runtime_.scheduler.cancel(timer_);
  timer_ = TimerId::none;
  const MonotonicTime now = runtime_.clock.now();
  Nanos next = Nanos::max();
  if (began_ + kFirstAnswer > now) next = began_ + kFirstAnswer - now;
  for (const auto& [uid, end] : ends_) {
    if (end - kLeaseLead > now) next = std::min(next, end - kLeaseLead - now);
  }
  if (next == Nanos::max()) return;
  timer_ = runtime_.scheduler.schedule(next, [this] {
    timer_ = TimerId::none;
    driver_.changes().notify();
    wake_at_next_end();
  });
}

}  // namespace hanse::host
