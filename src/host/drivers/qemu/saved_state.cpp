#include "host/drivers/qemu/saved_state.h"

#include <utility>

#include "host/drivers/qemu/disk_reader.h"
#include "host/drivers/qemu/frozen_disks.h"
#include "host/drivers/qemu/incoming.h"
#include "host/drivers/qemu/outgoing.h"
#include "host/drivers/qemu/qmp_commands.h"
#include "model/snapshot.h"
#include "runtime/timeout.h"
#include "store/sqlite_chunks.h"

namespace hanse::host::qemu {
namespace {

class StateWriter final : public DiskWriter {
 public:
  StateWriter(DriverContext& context, std::string path, std::uint64_t chunks)
      : context_(context), name_(model::kMemoryPart), path_(std::move(path)), chunk_count_(chunks) {}

  const std::string& uid() const override { return name_; }
  std::uint64_t chunk_count() const override { return chunk_count_; }
  Task<Status> write(std::vector<PlacedChunk> chunks) override {
    std::string data;
    for (PlacedChunk& chunk : chunks) {
      if (chunk.index != next_++)
        co_return fail(Code::data_loss, "the saved state of the guest has a gap at chunk {}", next_ - 1);
      chunk.content.resize(codec::kChunkBytes, '\0');
      data += chunk.content;
    }
    co_return co_await context_.runtime.files.append(path_, std::move(data));
  }
  Task<Status> flush() override {
    const auto& user = context_.options.guest_user;
    if (!user) co_return Status();
    co_return co_await context_.runtime.files.change_owner(path_, user->user, user->group);
  }

 private:
  DriverContext& context_;
  std::string name_;
  std::string path_;
  std::uint64_t chunk_count_;
  std::uint64_t next_ = 0;
};

// What is left free on the disk is there for the other guests.
Task<Status> check_space(DriverContext& context, const Machine& machine, Bytes needed) {
  HANSE_CO_TRY(const SpaceInfo space, co_await context.runtime.files.space(machine.paths.run_folder()));
  if (space.available >= needed + store::kSpareForChunks) co_return Status();
  co_return fail(Code::resource_exhausted,
                 "the state of machine {} needs {} MiB for a time and the host's disk has {} MiB free",
                 machine.uid(), (needed + store::kSpareForChunks).value >> 20, space.available.value >> 20);
}

Task<Status> wait_saved(DriverContext& context, Machine& machine) {
  Session& session = *machine.session;
  const MonotonicTime deadline = context.runtime.clock.now() + kSaveLimit;
  for (;;) {
    const auto seen = session.changed().version();
    if (session.ended()) co_return fail(Code::unavailable, "machine {} has ended", machine.uid());
    const std::string status = session.state().migration();
    if (status == "completed") co_return Status();
    const MonotonicTime now = context.runtime.clock.now();
    if (migration_failed(status) || now >= deadline) {
      const auto info = co_await qmp::query_migrate(session.monitor());
      co_return fail(Code::unavailable, "the state of machine {} could not be saved: {}", machine.uid(),
                     now >= deadline                ? "it takes too long"
                     : info && !info->error.empty() ? info->error
                                                    : "the hypervisor gives no reason");
    }
    co_await session.changed().changed_since(seen, deadline - now);
  }
}

Task<Status> save(DriverContext& context, Machine& machine) {
  Session& session = *machine.session;
  QmpClient& monitor = session.monitor();
  HANSE_CO_CHECK(co_await context.runtime.files.remove_all(machine.paths.saved_state()));
  HANSE_CO_CHECK(co_await qmp::prepare_file_migration(monitor));
  HANSE_CO_CHECK(co_await qmp::set_migration_limits(
      monitor, {.max_bandwidth = model::kHighestRate, .downtime_ms = model::kDefaultBlackoutMs}));
  session.state().set_migration_status("setup");
  HANSE_CO_CHECK(co_await qmp::migrate_to_file(monitor, machine.paths.saved_state()));
  co_return co_await wait_saved(context, machine);
}

}  // namespace

Task<Status> freeze_with_state(DriverContext& context, Machine& machine) {
  HANSE_CO_CHECK(require_session(machine));
  Session& session = *machine.session;
  if (session.state().run_state() != RunState::running)
    co_return fail(Code::failed_precondition, "machine {} does not run, so it has no state to save",
                   machine.uid());
  HANSE_CO_CHECK(co_await check_space(context, machine, to_bytes(machine.record.machine.memory_mib)));
  HANSE_CO_CHECK(co_await thaw(context, machine));
  HANSE_CO_CHECK(co_await qmp::stop(session.monitor()));
  // First, as QEMU gives the disks away with the state.
  HANSE_CO_CHECK(co_await part_disks(context, machine));
  HANSE_CO_CHECK(co_await save(context, machine));
  HANSE_CO_CHECK(co_await run_again(context, machine));
  session.state().forget_move();
  session.notify();
  co_return Status();
}

Task<Result<std::unique_ptr<DiskReader>>> read_state(DriverContext& context, const Machine& machine) {
  return open_plain_file(context, model::kMemoryPart, machine.paths.saved_state());
}

Task<Result<std::unique_ptr<DiskWriter>>> open_state(DriverContext& context, const Machine& machine,
                                                     std::uint64_t chunks) {
  const std::string path = machine.paths.saved_state();
  HANSE_CO_CHECK(co_await context.runtime.files.remove_all(path));
  HANSE_CO_CHECK(
      co_await check_space(context, machine, Bytes{static_cast<std::int64_t>(chunks * codec::kChunkBytes)}));
  co_return std::make_unique<StateWriter>(context, path, chunks);
}

Task<Status> load_state(DriverContext& context, Machine& machine) {
  QmpClient& monitor = machine.session->monitor();
  co_await close_disks(context, machine);
  HANSE_CO_CHECK(co_await qmp::prepare_file_migration(monitor));
  HANSE_CO_CHECK(co_await qmp::migrate_from_file(monitor, machine.paths.saved_state()));
  machine.session->state().set_migration_status("setup");
  co_return co_await with_timeout(context.runtime.scheduler, kSaveLimit,
                                  "loading the state of machine " + machine.uid(), wait_loaded(machine));
}

}  // namespace hanse::host::qemu
