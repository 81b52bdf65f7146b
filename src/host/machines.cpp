#include "host/machines.h"

#include <algorithm>
#include <utility>

#include "host/drivers/qemu/machine_paths.h"

namespace hanse::host {
namespace {

bool is_sending(const model::MachineObserved& view) {
  return view.move && view.move->state == model::MoveState::sending;
}

bool differs_in_progress_only(const model::MachineObserved& before, model::MachineObserved now) {
  if (!before.move || !now.move || before.move->progress.step != now.move->progress.step) return false;
  now.move->progress = before.move->progress;
  return before == now;
}

bool is_over(const Machine& machine, const model::MachineObserved& view) {
  const bool discarded = view.move && view.move->state == model::MoveState::discarded;
  return !view.exists && (machine.gone() || discarded);
}

}  // namespace

Machines::Machines(MachineContext& context, Report report)
    : context_(context), log_(context.runtime.log, "machines"), report_(std::move(report)) {}

Task<Status> Machines::recover() {
  HANSE_CO_TRY(const std::vector<MachineState> found, co_await context_.driver.recover());
  for (const MachineState& state : found) find_or_make(state.uid);
  if (!found.empty()) log_.info("{} machines are here from an earlier run", found.size());
  co_return Status();
}

Machines::Entry* Machines::find_or_make(const std::string& uid) {
  const auto known = entries_.find(uid);
  if (known != entries_.end()) return &known->second;
  forget_gone();
  // A uid becomes the name of files.
  const Status good = qemu::check_uid(uid);
  if (!good || entries_.size() >= kMaxMachines) {
    log_.error("the zone names a machine that cannot be here: {}",
               good ? fmt::format("a host has at most {} machines", kMaxMachines) : good.error().message);
    return nullptr;
  }
  Entry& made = entries_[uid];
  made.machine = std::make_unique<Machine>(context_, uid);
  return &made;
}

void Machines::set_desired(model::MachineDesired desired) {
  Entry* entry = find_or_make(desired.machine.uid);
  if (entry == nullptr) return;
  entry->named = true;
  entry->machine->set_desired(std::move(desired));
  tell(*entry);
}

void Machines::stream_opened() {
  for (auto& [uid, entry] : entries_) {
    entry.named = false;
    entry.told.reset();
  }
  tell_all();
  context_.driver.changes().notify();  // the next look at progress may be sooner than report_changes() knows
}

void Machines::synced() {
  std::erase_if(entries_, [](const auto& entry) {
    return !entry.second.named && !entry.second.machine->observed().exists;
  });
}

void Machines::forget_gone() {
  const MonotonicTime now = context_.runtime.clock.now();
  std::erase_if(entries_, [&](const auto& named) {
    const Entry& entry = named.second;
    return entry.told && now - entry.told_at >= kGoneKept && is_over(*entry.machine, *entry.told);
  });
}

Nanos Machines::tell(Entry& entry) {
  model::MachineObserved view = entry.machine->observed();
  const MonotonicTime now = context_.runtime.clock.now();
  const Nanos since = now - entry.told_at;
  const Nanos wait = is_sending(view) ? kProgressInterval : Nanos::max();
  if (entry.told) {
    if (*entry.told == view) return wait;
    if (differs_in_progress_only(*entry.told, view) && since < kProgressInterval)
      return kProgressInterval - since;
  }
  entry.told = view;
  entry.told_at = now;
  report_(std::move(view));
  return wait;
}

Nanos Machines::tell_all() {
  Nanos next = Nanos::max();
  for (auto& [uid, entry] : entries_) next = std::min(next, tell(entry));
  return next;
}

Task<void> Machines::report_changes() {
  while (true) {
    const std::uint64_t seen = context_.driver.changes().version();
    const Nanos next = tell_all();
    co_await context_.driver.changes().changed_since(seen, next);
  }
}

std::set<std::string> Machines::used_blobs() const {
  std::set<std::string> used;
  for (const auto& [uid, entry] : entries_) entry.machine->add_blobs(used);
  return used;
}

bool Machines::receives_at(const std::string& transfer, const std::string& endpoint) const {
  if (endpoint.empty()) return false;
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& named) {
    const model::MachineObserved view = named.second.machine->observed();
    return view.move && view.move->transfer == transfer &&
           (view.move->seed_endpoint == endpoint || view.move->disk_endpoint == endpoint ||
            view.move->memory_endpoint == endpoint);
  });
}

}  // namespace hanse::host
