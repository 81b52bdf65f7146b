#include <utility>

#include "host/drivers/qemu/incoming.h"
#include "host/drivers/qemu/outgoing.h"
#include "host/drivers/qemu/qemu_driver.h"

namespace hanse::host::qemu {

Task<Status> QemuDriver::check_moves() {
  HANSE_CO_TRY(const Capabilities known, co_await capabilities());
  if (!known.no_moves_reason.empty()) co_return fail(Code::failed_precondition, "{}", known.no_moves_reason);
  co_return Status();
}

Task<Result<IncomingEndpoints>> QemuDriver::open_incoming(model::MachineSpec machine, Epoch epoch,
                                                          IncomingOptions options) {
  HANSE_CO_CHECK(co_await check_moves());
  const bool had = machines_.contains(machine.uid);
  HANSE_CO_TRY(Machine * known, co_await make_machine(machine));
  const MachineRecord& record = known->record;
  // Its disks are replaced: they must not be those of a machine that lives here.
  if (had && record.intent != Intent::incoming)
    co_return fail(Code::failed_precondition, "machine {} is on this host already; remove it first",
                   known->uid());
  if (known->lives() && record.epoch == epoch && !record.memory_endpoint.empty())
    co_return IncomingEndpoints{.memory = record.memory_endpoint, .disk = record.disk_endpoint};
  HANSE_CO_CHECK(co_await end_process(context_, *known));
  const Status booted = co_await boot(*known, std::move(machine), epoch, Intent::incoming);
  if (!booted) co_return fail(booted.error());
  auto endpoints = co_await open_streams(context_, *known, std::move(options), ports_in_use(std::string()));
  if (!endpoints) {
    known->error = endpoints.error().message;
    HANSE_CO_CHECK(co_await end_process(context_, *known));
    changes_.notify();
  }
  co_return endpoints;
}

Task<Status> QemuDriver::resume_incoming(std::string uid, Epoch epoch) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::resume_incoming(context_, *machine, epoch);
}

Task<Status> QemuDriver::copy_disks(std::string uid, OutgoingOptions options) {
  HANSE_CO_CHECK(co_await check_moves());
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::copy_disks(context_, *machine, std::move(options));
}

void QemuDriver::limit_outgoing(const std::string& uid, const model::TransferLimits& limits) {
  const auto known = machines_.find(uid);
  if (known == machines_.end()) return;
  known->second->limits = limits;
  if (known->second->session) known->second->session->notify();
}

CopyProgress QemuDriver::disk_progress(const std::string& uid) const {
  const Machine* machine = find(uid);
  return machine == nullptr ? CopyProgress{} : machine->disk_progress;
}

Task<Status> QemuDriver::copy_memory(std::string uid, OutgoingOptions options) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::copy_memory(context_, *machine, std::move(options));
}

CopyProgress QemuDriver::memory_progress(const std::string& uid) const {
  const Machine* machine = find(uid);
  return machine == nullptr ? CopyProgress{} : machine->memory_progress;
}

Task<Result<MemoryReport>> QemuDriver::hand_over(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::hand_over(context_, *machine);
}

Task<Status> QemuDriver::cancel_outgoing(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::cancel_outgoing(context_, *machine);
}

}  // namespace hanse::host::qemu
