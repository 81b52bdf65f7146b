#include "host/snapshots/machine_snapshots.h"

#include <algorithm>
#include <set>
#include <utility>

#include "codec/seed_frames.h"

namespace hanse::host {
namespace {

using model::SnapshotGoal;
using State = model::SnapshotObservedState;
using Mark = SnapshotStore::Mark;

// Another try may fare better.
bool may_pass(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::deadline_exceeded ||
         error.code == Code::resource_exhausted;
}

// Whether all of it can still be read: before anything is thrown away for it.
Task<Status> check_chunks(DiskReader& disk) {
  for (const ChunkRange& range : disk.ranges()) {
    if (range.zero) continue;
    std::string memory;
    for (std::uint64_t done = 0; done < range.count; done += codec::kWindowChunks) {
      const std::uint64_t count = std::min<std::uint64_t>(range.count - done, codec::kWindowChunks);
      HANSE_CO_TRY(memory, co_await disk.read(range.first + done, count, std::move(memory)));
    }
  }
  co_return Status();
}

DiskReader* find_part(const Readers& parts, const std::string& snapshot, const std::string& name) {
  const auto found = std::find_if(parts.begin(), parts.end(),
                                  [&](const auto& part) { return part->uid() == snapshot + "/" + name; });
  return found == parts.end() ? nullptr : found->get();
}

// The machine's disks are `disks`, as they are now.
Status check_parts(const Readers& disks, const Readers& parts, const std::string& snapshot) {
  for (const auto& disk : disks) {
    const DiskReader* part = find_part(parts, snapshot, disk->uid());
    if (part == nullptr || part->chunk_count() != disk->chunk_count())
      return fail(Code::failed_precondition, "the snapshot is of other disks: it has no disk {} of this size",
                  disk->uid());
  }
  return {};
}

}  // namespace

MachineSnapshots::MachineSnapshots(LogSink& log, Driver& driver, SnapshotStore& store, std::string uid)
    : log_(log, "snapshots"), driver_(driver), store_(store), uid_(std::move(uid)) {}

std::vector<model::SnapshotObserved> MachineSnapshots::observed() const {
  std::vector<model::SnapshotObserved> all;
  for (const auto& [uid, snapshot] : known_) all.push_back(snapshot);
  return all;
}

void MachineSnapshots::note(const std::string& uid, State state, std::string error) {
  model::SnapshotObserved& known = known_[uid];
  known.uid = uid;
  known.state = state;
  known.error = std::move(error);
  driver_.changes().notify();
}

Task<Status> MachineSnapshots::keep(std::vector<model::SnapshotDesired> wanted) {
  std::set<std::string> uids;
  for (const model::SnapshotDesired& one : wanted) uids.insert(one.uid);
  std::erase_if(known_, [&](const auto& known) { return !uids.contains(known.first); });
  taking_.clear();
  // Whoever froze the disks is gone: a copy, or a snapshot, that an agent did not live to finish.
  const auto state = driver_.observe(uid_);
  if (state && state->frozen && state->run_state == RunState::running)
    HANSE_CO_CHECK(co_await driver_.cancel_outgoing(uid_));
  for (model::SnapshotDesired& one : wanted) HANSE_CO_CHECK(co_await keep_one(std::move(one)));
  co_return Status();
}

Task<Status> MachineSnapshots::remove_all() {
  known_.clear();
  co_return co_await store_.remove_machine(uid_);
}

Task<Status> MachineSnapshots::keep_one(model::SnapshotDesired wanted) {
  const std::string uid = wanted.uid;
  const auto known = known_.find(uid);
  if (wanted.goal == SnapshotGoal::drop) {
    if (known != known_.end() && known->second.state == State::gone) co_return Status();
    HANSE_CO_CHECK(co_await store_.remove({uid_, uid}));
    note(uid, State::gone);
    co_return Status();
  }
  if (known != known_.end() && known->second.state != State::taking) co_return Status();
  HANSE_CO_CHECK(co_await note_found(wanted));
  const auto found = known_.find(uid);
  if (found != known_.end() && found->second.state == State::ready) co_return Status();
  if (wanted.goal == SnapshotGoal::keep) {
    note(uid, State::failed, "its host has it no more");
    co_return Status();
  }
  co_return co_await take(std::move(wanted));
}

Task<Status> MachineSnapshots::note_found(model::SnapshotDesired wanted) {
  HANSE_CO_TRY(const auto summary, co_await store_.find({uid_, wanted.uid}));
  if (!summary) co_return Status();
  model::SnapshotObserved& known = known_[wanted.uid];
  known.parts = summary->parts;
  known.size = summary->size;
  note(wanted.uid, State::ready);
  co_return Status();
}

Task<Status> MachineSnapshots::take(model::SnapshotDesired wanted) {
  const auto state = driver_.observe(uid_);
  const bool settled =
      state && (state->run_state == RunState::running || state->run_state == RunState::stopped);
  if (state && !settled) co_return Status();  // soon
  const std::string uid = wanted.uid;
  taking_ = uid;
  note(uid, State::taking);
  Status taken = state ? co_await take_frozen(wanted)
                       : fail(Code::failed_precondition, "the instance has not run yet, so it has no disks");
  if (state) {
    const Status thawed = co_await driver_.cancel_outgoing(uid_);
    if (taken && !thawed) log_.warning("machine {}: {}", uid_, thawed.error().message);
  }
  taking_.clear();
  if (taken) co_return co_await note_found(std::move(wanted));
  log_.warning("machine {}: snapshot {} cannot be taken: {}", uid_, uid, taken.error().message);
  HANSE_CO_CHECK(co_await store_.remove({uid_, uid}));
  note(uid, State::failed, taken.error().message);
  co_return Status();
}

Task<Status> MachineSnapshots::take_frozen(model::SnapshotDesired wanted) {
  HANSE_CO_TRY(const Readers disks,
               wanted.memory ? co_await driver_.freeze_whole(uid_) : co_await driver_.freeze_disks(uid_));
  SnapshotStore::New made{.id = {uid_, wanted.uid}};
  for (const auto& disk : disks)
    made.parts.push_back({disk->uid(), static_cast<std::int64_t>(disk->chunk_count())});
  HANSE_CO_TRY(const Writers parts, co_await store_.begin(std::move(made)));
  for (std::size_t i = 0; i < parts.size(); ++i) HANSE_CO_CHECK(co_await copy_chunks(*disks[i], *parts[i]));
  co_return co_await store_.finish({uid_, wanted.uid});
}

void MachineSnapshots::end_wish(const std::string& id, std::string error) {
  restored_ = id;
  restore_error_ = std::move(error);
  driver_.changes().notify();
}

Task<Result<bool>> MachineSnapshots::is_open(model::SnapshotRestore wish) {
  if (wish.id == restored_) co_return false;
  const auto done = co_await store_.restored(uid_, Mark::done);
  // The marks lie with the snapshots. Where nothing of them can be read the zone, which cancels none that it
  // knows to have begun, and this agent know of it.
  if (!done && done.error().code == Code::data_loss && wish.cancelled.value_or(false) && begun_ != wish.id) {
    end_wish(wish.id, "it was cancelled before anything was overwritten");
    co_return false;
  }
  if (!done) co_return fail(done.error());
  if (*done == wish.id) {
    end_wish(wish.id, "");
    co_return false;
  }
  HANSE_CO_TRY(const std::string begun, co_await store_.restored(uid_, Mark::begun));
  if (begun == wish.id) {
    note_begun(wish.id);
    co_return true;
  }
  untouched_for_ = wish.id;
  const bool cancelled = wish.cancelled.value_or(false);
  if (cancelled) end_wish(wish.id, "it was cancelled before anything was overwritten");
  co_return !cancelled;
}

void MachineSnapshots::note_begun(const std::string& id) {
  begun_ = id;
  untouched_for_.clear();
  driver_.changes().notify();
}

Task<Status> MachineSnapshots::restore(model::MachineDesired desired) {
  if (!desired.restore) co_return Status();
  const model::SnapshotRestore wish = *desired.restore;
  auto parts = co_await open_good(wish.snapshot);
  // Of a machine whose disks are half of this and half of that only a snapshot that is good makes one again.
  if (!parts && (begun_ == wish.id || may_pass(parts.error()))) co_return fail(parts.error());
  if (!parts) {
    end_wish(wish.id, parts.error().message);
    co_return Status();
  }
  log_.info("machine {} becomes what it was in snapshot {}", uid_, wish.snapshot);
  HANSE_CO_CHECK(co_await store_.set_restored(uid_, Mark::begun, wish.id));
  note_begun(wish.id);
  HANSE_CO_TRY(const std::string memory_error, co_await fill(std::move(desired), std::move(*parts)));
  HANSE_CO_CHECK(co_await store_.set_restored(uid_, Mark::done, wish.id));
  end_wish(wish.id, memory_error);
  co_return Status();
}

// Its parts, when all of it can be read and it is of the machine's disks.
Task<Result<Readers>> MachineSnapshots::open_good(std::string snapshot) {
  HANSE_CO_TRY(Readers parts, co_await store_.open({uid_, snapshot}));
  if (driver_.observe(uid_)) {
    HANSE_CO_TRY(const Readers disks, co_await driver_.peek_disks(uid_));
    HANSE_CO_CHECK(check_parts(disks, parts, snapshot));
  }
  for (const auto& part : parts) HANSE_CO_CHECK(co_await check_chunks(*part));
  co_return std::move(parts);
}

// The machine as a move would make it here, but that its content comes from the snapshot. Gives why its
// memory could not be loaded, of one that boots instead.
Task<Result<std::string>> MachineSnapshots::fill(model::MachineDesired desired, Readers parts) {
  const std::string snapshot = desired.restore.value_or(model::SnapshotRestore()).snapshot;
  const bool runs = desired.goal == model::MachineGoal::running;
  HANSE_CO_CHECK(co_await driver_.stop(uid_, Nanos{0}));
  HANSE_CO_TRY(Writers disks,
               co_await driver_.prepare_incoming(desired.machine, desired.epoch, KeptDisks::none));
  for (const auto& disk : disks) {
    DiskReader* const part = find_part(parts, snapshot, disk->uid());
    if (part == nullptr) co_return fail(Code::data_loss, "the snapshot has no disk {}", disk->uid());
    HANSE_CO_CHECK(co_await copy_chunks(*part, *disk));
  }
  disks.clear();
  DiskReader* const memory = find_part(parts, snapshot, model::kMemoryPart);
  if (memory == nullptr || !runs) {
    HANSE_CO_CHECK(co_await driver_.finish_incoming(uid_));
    co_return std::string();
  }
  const Status loaded = co_await load_memory(*memory);
  if (loaded) co_return std::string();
  log_.warning("machine {} boots: {}", uid_, loaded.error().message);
  HANSE_CO_CHECK(co_await driver_.stop(uid_, Nanos{0}));
  co_return "its disks are, but its memory could not be loaded, so it boots: " + loaded.error().message;
}

Task<Status> MachineSnapshots::load_memory(DiskReader& memory) {
  HANSE_CO_TRY(const std::unique_ptr<DiskWriter> state,
               co_await driver_.open_saved_state(uid_, memory.chunk_count()));
  HANSE_CO_CHECK(co_await copy_chunks(memory, *state));
  co_return co_await driver_.load_saved_state(uid_);
}

}  // namespace hanse::host
