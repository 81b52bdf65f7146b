// A driver of machines that are only states: each call takes a little virtual time, and a test can make the
// next one fail or hang.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/driver.h"
#include "runtime/sleep.h"

namespace hanse::test {

// Of a disk of kFakeDiskChunks; an empty one is of zeroes.
using FakeChunks = std::map<std::uint64_t, std::string>;
inline constexpr std::uint64_t kFakeDiskChunks = 256;

class FakeReader final : public host::DiskReader {
 public:
  FakeReader(std::string uid, FakeChunks chunks)
      : FakeReader(std::move(uid), std::move(chunks), nullptr, {}) {}
  // Each read takes so long.
  FakeReader(std::string uid, FakeChunks chunks, Scheduler* scheduler, Nanos time)
      : uid_(std::move(uid)), chunks_(std::move(chunks)), scheduler_(scheduler), time_(time) {
    for (const auto& [index, content] : chunks_) ranges_.push_back({index, 1, content.empty()});
  }
  const std::string& uid() const override { return uid_; }
  std::uint64_t chunk_count() const override { return kFakeDiskChunks; }
  const std::vector<host::ChunkRange>& ranges() const override { return ranges_; }
  Task<Result<std::string>> read(std::uint64_t first, std::uint64_t, std::string) override {
    if (scheduler_ != nullptr && time_ > Nanos{0}) co_await sleep_for(*scheduler_, time_);
    co_return chunks_.at(first);
  }

 private:
  std::string uid_;
  FakeChunks chunks_;
  Scheduler* scheduler_;
  Nanos time_;
  std::vector<host::ChunkRange> ranges_;
};

class FakeWriter final : public host::DiskWriter {
 public:
  FakeWriter(std::string uid, FakeChunks& chunks) : uid_(std::move(uid)), chunks_(chunks) {}
  const std::string& uid() const override { return uid_; }
  std::uint64_t chunk_count() const override { return kFakeDiskChunks; }
  Task<Status> write(std::vector<host::PlacedChunk> chunks) override {
    for (host::PlacedChunk& chunk : chunks) chunks_[chunk.index] = std::move(chunk.content);
    co_return Status();
  }
  Task<Status> flush() override { co_return Status(); }

 private:
  std::string uid_;
  FakeChunks& chunks_;
};

class FakeDriver final : public host::Driver {
 public:
  explicit FakeDriver(Scheduler& scheduler) : scheduler_(scheduler), changes_(scheduler) {}

  host::SwitchKind switch_kind = host::SwitchKind::whole;  // what copy_memory() says
  host::GuestMeasure measured;                             // what measure() says
  host::CopyProgress memory_copied;                        // what memory_progress() says
  std::map<std::string, std::string> consoles;             // by uid
  std::map<std::string, Nanos> kept;                       // what keep_for() said last, by uid
  std::map<std::string, model::TransferLimits> limited;    // what limit_outgoing() said last, by uid
  std::map<std::string, FakeChunks> contents;              // of a source's disks, by their uid
  std::map<std::string, FakeChunks> changed_at_stop;       // by a guest that is shut down
  std::map<std::string, FakeChunks> written;               // of a target's
  Nanos slow_reads{0};                                     // of the readers that are made from now on, each
  Result<std::set<std::string>> blobs;                     // what used_blobs() says
  FakeChunks guest_state;                                  // what freeze_whole() saves
  FakeChunks loaded_state;                                 // of the same

  const std::vector<std::string>& calls() const { return calls_; }
  std::ptrdiff_t calls_of(const std::string& name) const {
    return std::count(calls_.begin(), calls_.end(), name);
  }
  void fail_next(const std::string& call, Error error) { failures_[call] = std::move(error); }
  void hang(const std::string& call) { hanging_.insert(call); }
  void go_on(const std::string& call) { hanging_.erase(call); }  // the next time
  void set_memory(const std::string& uid, host::MemoryState memory) {
    machines_[uid].memory = memory;
    changes_.notify();
  }
  void set_run_state(const std::string& uid, host::RunState state) {
    machines_[uid].uid = uid;
    machines_[uid].run_state = state;
    changes_.notify();
  }

  Task<Result<model::Inventory>> inventory() override { co_return model::Inventory{}; }
  Task<Result<std::vector<host::MachineState>>> recover() override {
    std::vector<host::MachineState> all;
    for (const auto& [uid, machine] : machines_) all.push_back(machine);
    co_return all;
  }
  std::optional<host::MachineState> observe(const std::string& uid) const override {
    const auto found = machines_.find(uid);
    if (found == machines_.end()) return std::nullopt;
    return found->second;
  }
  Result<std::set<std::string>> used_blobs() const override { return blobs; }
  Signal& changes() override { return changes_; }

  Task<Status> start(model::MachineSpec machine, Epoch epoch) override {
    return call("start", machine.uid, host::RunState::running, epoch);
  }
  Task<Status> stop(std::string uid, Nanos) override {
    HANSE_CO_CHECK(co_await call("stop", uid, host::RunState::stopped, {}));
    for (const auto& [disk, changed] : changed_at_stop) {
      for (const auto& [index, content] : changed) contents[disk][index] = content;
    }
    co_return Status();
  }
  void keep_for(const std::string& uid, Nanos time) override { kept[uid] = time; }
  Task<Status> remove(std::string uid) override {
    HANSE_CO_CHECK(co_await begin("remove"));
    machines_.erase(uid);
    changes_.notify();
    co_return Status{};
  }
  Task<Result<host::GuestMeasure>> measure(std::string, Nanos) override {
    HANSE_CO_CHECK(co_await begin("measure"));
    co_return measured;
  }
  Task<Result<host::Readers>> peek_disks(std::string) override {
    HANSE_CO_CHECK(co_await begin("peek_disks"));
    co_return readers();
  }
  Task<Result<host::Writers>> prepare_incoming(model::MachineSpec machine, Epoch epoch,
                                               host::KeptDisks disks) override {
    const bool keeps = disks == host::KeptDisks::all;
    HANSE_CO_CHECK(co_await call(keeps ? "prepare_incoming_again" : "prepare_incoming", machine.uid,
                                 host::RunState::incoming, epoch));
    host::Writers writers;
    for (const model::DiskSpec& disk : machine.disks) {
      if (!keeps) written[disk.uid].clear();
      writers.push_back(std::make_unique<FakeWriter>(disk.uid, written[disk.uid]));
    }
    co_return writers;
  }
  Task<Result<host::IncomingEndpoints>> open_incoming(std::string uid,
                                                      host::IncomingOptions options) override {
    HANSE_CO_CHECK(co_await call("open_incoming", uid, host::RunState::incoming, {}));
    if (!options.direct) co_return host::IncomingEndpoints{"unix:/incoming/memory", "unix:/incoming/disk"};
    co_return host::IncomingEndpoints{"10.0.0.9:1", "10.0.0.9:2"};
  }
  Task<Status> finish_incoming(std::string uid) override {
    return call("finish_incoming", uid, host::RunState::stopped, {});
  }
  Task<Status> resume_incoming(std::string uid, Epoch epoch) override {
    return call("resume_incoming", uid, host::RunState::running, epoch);
  }
  Task<Result<host::Readers>> freeze_disks(std::string uid) override {
    HANSE_CO_CHECK(co_await call("freeze_disks", uid, machines_[uid].run_state, {}));
    machines_[uid].frozen = machines_[uid].run_state == host::RunState::running;
    co_return readers();
  }
  host::Readers unmade_disks(const std::vector<model::DiskSpec>& disks) const override {
    host::Readers readers;
    for (const model::DiskSpec& disk : disks)
      readers.push_back(std::make_unique<host::UnmadeDisk>(disk.uid, kFakeDiskChunks));
    return readers;
  }
  Task<Result<host::Readers>> freeze_whole(std::string uid) override {
    HANSE_CO_CHECK(co_await call("freeze_whole", uid, machines_[uid].run_state, {}));
    machines_[uid].frozen = true;
    host::Readers all = readers();
    all.push_back(std::make_unique<FakeReader>(model::kMemoryPart, guest_state));
    co_return all;
  }
  Task<Result<std::unique_ptr<host::DiskWriter>>> open_saved_state(std::string, std::uint64_t) override {
    HANSE_CO_CHECK(co_await begin("open_saved_state"));
    co_return std::make_unique<FakeWriter>(model::kMemoryPart, loaded_state);
  }
  Task<Status> load_saved_state(std::string uid) override {
    return call("load_saved_state", uid, host::RunState::incoming, {});
  }
  Task<Status> copy_disks(std::string uid, host::OutgoingOptions) override {
    return call("copy_disks", uid, host::RunState::running, {});
  }
  void limit_outgoing(const std::string& uid, const model::TransferLimits& limits) override {
    limited[uid] = limits;
  }
  host::CopyProgress disk_progress(const std::string&) const override { return {}; }
  Task<Result<host::SwitchKind>> copy_memory(std::string uid, host::OutgoingOptions) override {
    HANSE_CO_CHECK(co_await call("copy_memory", uid, host::RunState::switch_point, {}));
    co_return switch_kind;
  }
  host::CopyProgress memory_progress(const std::string&) const override { return memory_copied; }
  Task<Status> drain_disks(std::string uid) override {
    return call("drain_disks", uid, host::RunState::switch_point, {});
  }
  Task<Status> send_state(std::string uid, host::SwitchKind) override {
    return call("send_state", uid, host::RunState::handed_over, {});
  }
  Task<Status> send_rest(std::string) override { return begin("send_rest"); }
  Task<Status> send_again(std::string, host::OutgoingOptions) override { return begin("send_again"); }
  Task<Result<host::IncomingEndpoints>> reopen_incoming(std::string) override {
    HANSE_CO_CHECK(co_await begin("reopen_incoming"));
    co_return host::IncomingEndpoints{"10.0.0.9:1", ""};
  }
  Task<Status> settle_incoming(std::string) override { return begin("settle_incoming"); }
  Task<Status> break_outgoing(std::string uid) override {
    return call("break_outgoing", uid, host::RunState::running, {});
  }
  Task<Status> cancel_outgoing(std::string uid) override {
    const bool stopped = machines_[uid].run_state == host::RunState::stopped;
    return call("cancel_outgoing", uid, stopped ? host::RunState::stopped : host::RunState::running, {});
  }
  ConsoleOutput console(const std::string& uid, std::uint64_t offset) const override {
    const auto found = consoles.find(uid);
    if (found == consoles.end() || offset > found->second.size()) return {.offset = offset};
    return {.offset = offset, .text = found->second.substr(offset)};
  }
  Task<Status> write_console(std::string uid, std::string text) override {
    HANSE_CO_CHECK(co_await begin("write_console"));
    consoles[uid] += text;
    co_return Status{};
  }

 private:
  host::Readers readers() const {
    host::Readers all;
    for (const auto& [disk, content] : contents)
      all.push_back(std::make_unique<FakeReader>(disk, content, &scheduler_, slow_reads));
    return all;
  }
  Task<Status> begin(std::string name) {
    calls_.push_back(name);
    co_await sleep_for(scheduler_, hanging_.contains(name) ? Seconds{1'000'000} : Seconds{1});
    const auto failure = failures_.find(name);
    if (failure == failures_.end()) co_return Status{};
    const Error error = failure->second;
    failures_.erase(failure);
    co_return fail(error);
  }
  // A zero epoch keeps the one that the machine has.
  Task<Status> call(std::string name, std::string uid, host::RunState after, Epoch epoch) {
    HANSE_CO_CHECK(co_await begin(name));
    machines_[uid].uid = uid;
    machines_[uid].run_state = after;
    if (name == "start" || name == "stop" || name == "cancel_outgoing") machines_[uid].frozen = false;
    if (after == host::RunState::stopped) machines_[uid].memory = host::MemoryState::whole;
    if (epoch.value > 0) machines_[uid].epoch = epoch;
    changes_.notify();
    co_return Status{};
  }

  Scheduler& scheduler_;
  Signal changes_;
  std::vector<std::string> calls_;
  std::map<std::string, host::MachineState> machines_;
  std::map<std::string, Error> failures_;
  std::set<std::string> hanging_;
};

}  // namespace hanse::test
