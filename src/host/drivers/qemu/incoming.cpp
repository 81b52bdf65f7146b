#include "host/drivers/qemu/incoming.h"

#include "host/drivers/qemu/command_line.h"
#include "host/drivers/qemu/credentials.h"
#include "host/drivers/qemu/disks.h"
#include "host/drivers/qemu/nbd_disk.h"
#include "host/drivers/qemu/ports.h"
#include "host/drivers/qemu/qmp_commands.h"
#include "runtime/timeout.h"

namespace hanse::host::qemu {
namespace {

// The source says `completed` when the target has loaded all; the target's own event follows at once.
constexpr Nanos kLoadedLimit = Seconds{10};
constexpr Nanos kResumeLimit = Seconds{10};
constexpr Nanos kPauseLimit = Seconds{5};

struct StreamAddresses {
  Endpoint memory;
  Endpoint disk;
};

Task<Result<StreamAddresses>> choose_addresses(DriverContext& context, const Machine& machine, bool direct,
                                               std::set<std::uint16_t> taken) {
  const QemuOptions& options = context.options;
  if (!direct)
    co_return StreamAddresses{.memory = {.unix_path = machine.paths.memory_socket()},
                              .disk = {.unix_path = machine.paths.disk_socket()}};
  if (options.stream_address.empty())
    co_return fail(Code::failed_precondition,
                   "this host has no stream address, so no host can reach it; use the relayed path");
  HANSE_CO_TRY(const std::uint16_t memory,
               co_await find_free_port(context.runtime, options.stream_address, options.stream_ports, taken));
  taken.insert(memory);
  HANSE_CO_TRY(const std::uint16_t disk,
               co_await find_free_port(context.runtime, options.stream_address, options.stream_ports, taken));
  co_return StreamAddresses{.memory = {.host = options.stream_address, .port = memory},
                            .disk = {.host = options.stream_address, .port = disk}};
}

// Where the agent writes, each disk has one connection; so has it with a source.
Task<Status> serve_disks(Machine& machine, Endpoint endpoint, std::optional<std::string> credentials) {
  QmpClient& monitor = machine.session->monitor();
  const std::vector<model::DiskSpec> disks = machine.record.machine.disks;
  if (disks.empty()) co_return Status();
  HANSE_CO_CHECK(co_await qmp::nbd_server_start(monitor, endpoint, credentials, disks.size()));
  for (std::size_t index = 0; index < disks.size(); ++index)
    HANSE_CO_CHECK(co_await qmp::block_export_add(monitor, disk_node(index), disks[index].uid));
  co_return Status();
}

// All of it is to be on the disk soon and none of it is read again, so that the host's cache would cost more
// than it gives. Only for time: where it cannot be, it stays as it is.
Task<void> set_cache(DriverContext& context, Machine& machine, qmp::HostCache cache) {
  const std::vector<model::DiskSpec> disks = machine.record.machine.disks;
  for (std::size_t index = 0; index < disks.size(); ++index) {
    const std::string path = machine.paths.disk(disks[index].uid);
    const Status set =
        co_await qmp::blockdev_reopen_file(machine.session->monitor(), file_node(index), path, cache);
    if (!set && cache == qmp::HostCache::used)
      context.log.warning("machine {}: disk {} goes past the host's cache until it boots again: {}",
                          machine.uid(), disks[index].uid, set.error().message);
  }
}

Task<Status> wait_running(Machine& machine) {
  Session& session = *machine.session;
  for (;;) {
    const auto seen = session.changed().version();
    if (session.ended()) co_return fail(Code::unavailable, "machine {} has ended", machine.uid());
    if (session.state().runs()) co_return Status();
    co_await session.changed().changed_since(seen);
  }
}

}  // namespace

Task<Status> wait_loaded(Machine& machine) {
  Session& session = *machine.session;
  const auto info = co_await qmp::query_migrate(session.monitor());
  if (!info) co_return fail(info.error());
  session.state().set_migration_status(info->status);
  for (;;) {
    const auto seen = session.changed().version();
    const std::string status = session.state().migration();
    if (session.ended()) co_return fail(Code::unavailable, "machine {} has ended", machine.uid());
    // In a post-copy QEMU says so while the devices are still given their state; told to go on, it does when
    // they have it.
    if (status == "completed" || status.starts_with("postcopy")) co_return Status();
    if (migration_failed(status))
      co_return fail(Code::failed_precondition, "machine {} could not load its state", machine.uid());
    co_await session.changed().changed_since(seen);
  }
}

Task<Result<Writers>> open_disks(DriverContext& context, Machine& machine) {
  const std::string socket = machine.paths.seeding_socket();
  HANSE_CO_CHECK(co_await context.runtime.files.remove_all(socket));
  co_await set_cache(context, machine, qmp::HostCache::bypassed);
  HANSE_CO_CHECK(co_await serve_disks(machine, Endpoint{.unix_path = socket}, std::nullopt));
  Writers writers;
  const std::vector<model::DiskSpec> disks = machine.record.machine.disks;
  for (const model::DiskSpec& disk : disks) {
    NbdDiskOptions options{
        .uid = disk.uid, .path = machine.paths.disk(disk.uid), .chunk_count = chunk_count_of(disk)};
    HANSE_CO_TRY(std::unique_ptr<DiskWriter> writer,
                 co_await connect_nbd_disk(context.runtime, socket, std::move(options)));
    writers.push_back(std::move(writer));
  }
  co_return writers;
}

Task<void> close_disks(DriverContext& context, Machine& machine) {
  // Where there are no disks there is none.
  static_cast<void>(co_await qmp::nbd_server_stop(machine.session->monitor()));
  co_await set_cache(context, machine, qmp::HostCache::used);
}

Task<Result<IncomingEndpoints>> open_streams(DriverContext& context, Machine& machine,
                                             IncomingOptions options, std::set<std::uint16_t> taken_ports) {
  QmpClient& monitor = machine.session->monitor();
  HANSE_CO_TRY(const StreamAddresses addresses,
               co_await choose_addresses(context, machine, options.direct, std::move(taken_ports)));
  HANSE_CO_CHECK(co_await install_credentials(context, machine, options.credentials, qmp::TlsRole::server));
  qmp::MigrationSettings settings{.tls_credentials = kMoveCredentials, .streams = options.streams};
  HANSE_CO_CHECK(co_await qmp::prepare_migration(monitor, std::move(settings)));
  co_await close_disks(context, machine);
  HANSE_CO_CHECK(co_await serve_disks(machine, addresses.disk, kMoveCredentials));
  HANSE_CO_CHECK(co_await qmp::migrate_incoming(monitor, addresses.memory));
  MachineRecord record = machine.record;
  record.memory_endpoint = to_string(addresses.memory);
  record.disk_endpoint = to_string(addresses.disk);
  HANSE_CO_CHECK(co_await commit(context, machine, record));
  co_return IncomingEndpoints{.memory = record.memory_endpoint, .disk = record.disk_endpoint};
}

Task<Status> resume_incoming(DriverContext& context, Machine& machine, Epoch epoch) {
  HANSE_CO_CHECK(require_session(machine));
  Session& session = *machine.session;
  const bool begun_before = machine.record.intent == Intent::running && machine.record.epoch == epoch;
  if (begun_before && session.state().runs() && !session.state().incoming()) co_return Status();
  if (machine.record.intent != Intent::incoming && !begun_before)
    co_return fail(Code::failed_precondition, "machine {} does not wait for state; it is {} in epoch {}",
                   machine.uid(), machine.record.intent == Intent::running ? "running" : "stopped",
                   machine.record.epoch.value);
  HANSE_CO_CHECK(co_await with_timeout(context.runtime.scheduler, kLoadedLimit,
                                       "loading the state of machine " + machine.uid(),
                                       wait_loaded(machine)));
  MachineRecord record = machine.record;
  record.epoch = epoch;
  record.intent = Intent::running;
  // There the source connects again when memory follows and the stream breaks.
  if (session.state().memory() == MemoryState::whole) record.memory_endpoint.clear();
  record.disk_endpoint.clear();
  HANSE_CO_CHECK(co_await commit(context, machine, record));
  // The disks become the guest's own: nothing outside may write them any more. It was stopped already when an
  // earlier try got this far.
  static_cast<void>(co_await qmp::nbd_server_stop(session.monitor()));
  HANSE_CO_CHECK(co_await qmp::cont(session.monitor()));
  HANSE_CO_CHECK(co_await with_timeout(context.runtime.scheduler, kResumeLimit,
                                       "the resumption of machine " + machine.uid(), wait_running(machine)));
  session.state().expect_incoming(false);
  const bool whole = session.state().memory() == MemoryState::whole;
  if (whole) session.state().forget_move();
  session.guest_resumed();
  session.notify();
  HANSE_CO_CHECK(co_await context.runtime.files.remove_all(machine.paths.saved_state()));
  if (!whole) co_return Status();
  co_return co_await remove_credentials(context, machine);
}

// Out of band until the source has connected: QEMU's main loop may wait for a page.
Task<Result<IncomingEndpoints>> reopen_stream(DriverContext& context, Machine& machine,
                                              std::set<std::uint16_t> taken_ports) {
  Session& session = *machine.session;
  if (session.state().memory() == MemoryState::whole)
    co_return fail(Code::failed_precondition, "machine {} lacks no memory", machine.uid());
  // Until its devices have their state QEMU ends with the stream.
  if (!session.state().runs())
    co_return fail(Code::unavailable, "machine {} has not loaded its state", machine.uid());
  HANSE_CO_TRY(Endpoint endpoint, parse_endpoint(machine.record.memory_endpoint));
  // QEMU may still have the old port.
  if (endpoint.unix_path.empty()) {
    HANSE_CO_TRY(endpoint.port, co_await find_free_port(context.runtime, endpoint.host,
                                                        context.options.stream_ports, taken_ports));
  }
  static_cast<void>(co_await qmp::migrate_pause(session.monitor()));
  const MonotonicTime deadline = context.runtime.clock.now() + kPauseLimit;
  while (session.state().memory() != MemoryState::cut) {
    const auto seen = session.changed().version();
    const MonotonicTime now = context.runtime.clock.now();
    if (now >= deadline)
      co_return fail(Code::unavailable, "the stream of machine {} does not end", machine.uid());
    co_await session.changed().changed_since(seen, deadline - now);
  }
  HANSE_CO_CHECK(co_await qmp::migrate_recover(session.monitor(), endpoint));
  MachineRecord record = machine.record;
  record.memory_endpoint = to_string(endpoint);
  HANSE_CO_CHECK(co_await commit(context, machine, record));
  co_return IncomingEndpoints{.memory = record.memory_endpoint};
}

Task<Status> settle_incoming(DriverContext& context, Machine& machine) {
  MachineRecord record = machine.record;
  if (!std::exchange(record.memory_endpoint, std::string()).empty())
    HANSE_CO_CHECK(co_await commit(context, machine, record));
  co_return co_await remove_credentials(context, machine);
}

}  // namespace hanse::host::qemu
