#include <utility>

#include "host/drivers/qemu/disk_reader.h"
#include "host/drivers/qemu/disks.h"
#include "host/drivers/qemu/frozen_disks.h"
#include "host/drivers/qemu/incoming.h"
#include "host/drivers/qemu/measure.h"
#include "host/drivers/qemu/outgoing.h"
#include "host/drivers/qemu/qemu_driver.h"
#include "host/drivers/qemu/saved_state.h"

namespace hanse::host::qemu {

Task<Status> QemuDriver::check_moves() {
  HANSE_CO_TRY(const Capabilities known, co_await capabilities());
  if (!known.no_moves_reason.empty()) co_return fail(Code::failed_precondition, "{}", known.no_moves_reason);
  co_return Status();
}

Task<Result<Writers>> QemuDriver::prepare_incoming(model::MachineSpec machine, Epoch epoch, KeptDisks kept) {
  const bool had = machines_.contains(machine.uid);
  HANSE_CO_TRY(Machine * known, co_await make_machine(machine));
  // Its disks are written from outside: they must not be those of a machine that lives here. One that was
  // whole already, and stopped, is prepared once more when its source has missed the answer.
  const bool waits = known->record.intent == Intent::incoming ||
                     (known->record.intent == Intent::stopped && known->record.epoch == epoch);
  if (had && !waits)
    co_return fail(Code::failed_precondition, "machine {} is on this host already; remove it first",
                   known->uid());
  HANSE_CO_CHECK(co_await end_process(context_, *known));
  const Existing existing = kept == KeptDisks::all ? Existing::keep : Existing::replace;
  const Status booted = co_await boot(*known, std::move(machine), epoch, Intent::incoming, existing);
  if (!booted) co_return fail(booted.error());
  auto writers = co_await open_disks(context_, *known);
  if (!writers) co_return fail(co_await give_up_incoming(*known, writers.error()));
  co_return std::move(*writers);
}

Task<Result<IncomingEndpoints>> QemuDriver::open_incoming(std::string uid, IncomingOptions options) {
  HANSE_CO_TRY(Machine * known, require(uid));
  HANSE_CO_CHECK(co_await check_moves());
  const MachineRecord& record = known->record;
  if (record.intent != Intent::incoming || !known->lives())
    co_return fail(Code::failed_precondition, "machine {} does not wait for state from another host", uid);
  if (!record.memory_endpoint.empty())
    co_return IncomingEndpoints{.memory = record.memory_endpoint, .disk = record.disk_endpoint};
  auto endpoints = co_await open_streams(context_, *known, std::move(options), ports_in_use(std::string()));
  if (!endpoints) co_return fail(co_await give_up_incoming(*known, endpoints.error()));
  co_return std::move(*endpoints);
}

Task<Status> QemuDriver::finish_incoming(std::string uid) {
  HANSE_CO_TRY(Machine * known, require(uid));
  if (known->record.intent != Intent::incoming || !known->lives())
    co_return fail(Code::failed_precondition, "machine {} does not wait for its disks", uid);
  HANSE_CO_CHECK(co_await end_process(context_, *known));
  MachineRecord record = known->record;
  record.intent = Intent::stopped;
  HANSE_CO_CHECK(co_await commit(context_, *known, std::move(record)));
  changes_.notify();
  co_return Status();
}

Task<Error> QemuDriver::give_up_incoming(Machine& machine, Error failure) {
  machine.error = failure.message;
  const Status ended = co_await end_process(context_, machine);
  if (!ended) context_.log.error("machine {}: {}", machine.uid(), ended.error().message);
  changes_.notify();
  co_return failure;
}

Task<Status> QemuDriver::resume_incoming(std::string uid, Epoch epoch) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::resume_incoming(context_, *machine, epoch);
}

Task<Status> QemuDriver::settle_incoming(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::settle_incoming(context_, *machine);
}

Task<Result<IncomingEndpoints>> QemuDriver::reopen_incoming(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  HANSE_CO_CHECK(require_session(*machine));
  co_return co_await machine->session->run_beside(
      reopen_stream(context_, *machine, ports_in_use(std::string())));
}

Readers QemuDriver::unmade_disks(const std::vector<model::DiskSpec>& disks) const {
  Readers readers;
  for (const model::DiskSpec& disk : disks)
    readers.push_back(std::make_unique<UnmadeDisk>(disk.uid, chunk_count_of(disk)));
  return readers;
}

Task<Result<Readers>> QemuDriver::freeze_disks(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  HANSE_CO_CHECK(co_await freeze(context_, *machine));
  co_return co_await open_readers(context_, *machine, DiskUse::frozen);
}

Task<Result<Readers>> QemuDriver::freeze_whole(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  HANSE_CO_CHECK(co_await freeze_with_state(context_, *machine));
  HANSE_CO_TRY(Readers readers, co_await open_readers(context_, *machine, DiskUse::frozen));
  HANSE_CO_TRY(std::unique_ptr<DiskReader> state, co_await read_state(context_, *machine));
  readers.push_back(std::move(state));
  co_return std::move(readers);
}

Task<Result<std::unique_ptr<DiskWriter>>> QemuDriver::open_saved_state(std::string uid,
                                                                       std::uint64_t chunks) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await open_state(context_, *machine, chunks);
}

Task<Status> QemuDriver::load_saved_state(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  HANSE_CO_CHECK(require_session(*machine));
  if (machine->record.intent != Intent::incoming)
    co_return fail(Code::failed_precondition, "machine {} does not wait for state", uid);
  co_return co_await load_state(context_, *machine);
}

Task<Result<GuestMeasure>> QemuDriver::measure(std::string uid, Nanos watch) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  if (!machine->lives() || !machine->session->state().runs()) co_return GuestMeasure();
  Session& session = *machine->session;
  const Bytes memory_size = to_bytes(machine->record.machine.memory_mib);
  co_return co_await session.run_beside(measure_guest(runtime_, session, memory_size, watch));
}

Task<Result<Readers>> QemuDriver::peek_disks(std::string uid) {
  HANSE_CO_TRY(const Machine* machine, require(uid));
  co_return co_await open_readers(context_, *machine, DiskUse::live);
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

Task<Result<SwitchKind>> QemuDriver::copy_memory(std::string uid, OutgoingOptions options) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::copy_memory(context_, *machine, std::move(options));
}

CopyProgress QemuDriver::memory_progress(const std::string& uid) const {
  const Machine* machine = find(uid);
  return machine == nullptr ? CopyProgress{} : machine->memory_progress;
}

Task<Status> QemuDriver::drain_disks(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::drain_disks(context_, *machine);
}

Task<Status> QemuDriver::send_state(std::string uid, SwitchKind kind) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::send_state(context_, *machine, kind);
}

Task<Status> QemuDriver::send_rest(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::send_rest(context_, *machine);
}

Task<Status> QemuDriver::send_again(std::string uid, OutgoingOptions options) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::send_again(context_, *machine, std::move(options));
}

Task<Status> QemuDriver::break_outgoing(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::break_outgoing(context_, *machine);
}

Task<Status> QemuDriver::cancel_outgoing(std::string uid) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  co_return co_await qemu::cancel_outgoing(context_, *machine);
}

}  // namespace hanse::host::qemu
