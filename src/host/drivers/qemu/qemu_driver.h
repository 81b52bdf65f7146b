// QemuDriver: the Driver that runs real machines, one QEMU process each. It only composes: what QEMU is
// started with is command_line.h, processes are launch.h, moves are outgoing.h and incoming.h.
//
// Lifecycle, thread and failures: host/driver.h. Requires: runtime outlives it, and no call is under way when
// it is destroyed; the machines go on running.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/scope.h"
#include "host/driver.h"
#include "host/drivers/qemu/capabilities.h"
#include "host/drivers/qemu/disks.h"
#include "host/drivers/qemu/machine.h"
#include "host/drivers/qemu/options.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"

namespace hanse::host::qemu {

class QemuDriver final : public Driver {
 public:
  QemuDriver(Runtime& runtime, QemuOptions options);

  Task<Result<model::Inventory>> inventory() override;
  Task<Result<std::vector<MachineState>>> recover() override;
  std::optional<MachineState> observe(const std::string& uid) const override;
  Result<std::set<std::string>> used_blobs() const override;
  Signal& changes() override { return changes_; }

  Task<Status> start(model::MachineSpec machine, Epoch epoch) override;
  Task<Status> stop(std::string uid, Nanos grace) override;
  void keep_for(const std::string& uid, Nanos time) override;
  Task<Status> remove(std::string uid) override;

  Task<Result<GuestMeasure>> measure(std::string uid, Nanos watch) override;
  Task<Result<Readers>> peek_disks(std::string uid) override;

  Task<Result<Writers>> prepare_incoming(model::MachineSpec machine, Epoch epoch, KeptDisks kept) override;
  Task<Result<IncomingEndpoints>> open_incoming(std::string uid, IncomingOptions options) override;
  Task<Status> finish_incoming(std::string uid) override;
  Task<Result<std::unique_ptr<DiskWriter>>> open_saved_state(std::string uid, std::uint64_t chunks) override;
  Task<Status> load_saved_state(std::string uid) override;
  Task<Status> resume_incoming(std::string uid, Epoch epoch) override;
  Task<Result<IncomingEndpoints>> reopen_incoming(std::string uid) override;
  Task<Status> settle_incoming(std::string uid) override;

  void limit_outgoing(const std::string& uid, const model::TransferLimits& limits) override;
  Task<Result<Readers>> freeze_disks(std::string uid) override;
  Readers unmade_disks(const std::vector<model::DiskSpec>& disks) const override;
  Task<Result<Readers>> freeze_whole(std::string uid) override;
  Task<Status> copy_disks(std::string uid, OutgoingOptions options) override;
  CopyProgress disk_progress(const std::string& uid) const override;
  Task<Result<SwitchKind>> copy_memory(std::string uid, OutgoingOptions options) override;
  CopyProgress memory_progress(const std::string& uid) const override;
  Task<Status> drain_disks(std::string uid) override;
  Task<Status> send_state(std::string uid, SwitchKind kind) override;
  Task<Status> send_rest(std::string uid) override;
  Task<Status> send_again(std::string uid, OutgoingOptions options) override;
  Task<Status> break_outgoing(std::string uid) override;
  Task<Status> cancel_outgoing(std::string uid) override;

  ConsoleOutput console(const std::string& uid, std::uint64_t offset) const override;
  Task<Status> write_console(std::string uid, std::string text) override;

 private:
  const Machine* find(const std::string& uid) const;
  Result<Machine*> require(const std::string& uid);
  Task<Result<Capabilities>> capabilities();
  Task<Status> check_moves();
  Task<Error> give_up_incoming(Machine& machine, Error failure);
  Task<Result<Machine*>> make_machine(model::MachineSpec machine);
  Task<Status> prepare_files(Machine& machine, Existing existing);
  // `existing`: of its disks.
  Task<Status> boot(Machine& machine, model::MachineSpec spec, Epoch epoch, Intent intent, Existing existing);
  Task<Status> boot_once(Machine& machine, HostFacts facts);
  Task<Status> note_failed_boot(Machine& machine, Error failure);
  Task<Status> recover_one(std::string uid);
  Task<void> guard(std::string uid);
  // Ports of this driver's machines; QEMU may not have taken them yet.
  std::set<std::uint16_t> ports_in_use(const std::string& but_of) const;

  QemuOptions options_;
  Runtime& runtime_;
  Signal changes_;
  DriverContext context_;
  std::optional<Capabilities> capabilities_;
  std::map<std::string, std::string> unreadable_;  // found with a record that says nothing: uid, why
  std::map<std::string, std::unique_ptr<Machine>> machines_;
  std::map<std::string, MonotonicTime> ends_;  // of those that run by a lease
  std::set<std::string> guarding_;             // whose guard is being told
  Scope scope_{64};                            // declared last: destroyed first
};

}  // namespace hanse::host::qemu
