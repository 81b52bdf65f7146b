#include <algorithm>
#include <set>

#include "host/drivers/qemu/command_line.h"
#include "host/drivers/qemu/credentials.h"
#include "host/drivers/qemu/outgoing_limits.h"
#include "host/drivers/qemu/outgoing_wait.h"

namespace hanse::host::qemu {
namespace {

constexpr Nanos kJobPoll = Millis{50};
constexpr Nanos kKnockLimit = Seconds{5};
// A guest that writes all the time never lets a background mirror become ready: when only this much is left,
// its writes wait for both sides, and the rest drains.
constexpr Bytes kNearlyCopied{std::int64_t{16} << 20};

// QEMU stands still, and its guest with it, while it connects a disk: whether anybody is there is found out
// before. A relay is at hand, and says itself when it leads nowhere.
Task<Status> knock(DriverContext& context, Endpoint server) {
  if (!server.unix_path.empty()) co_return Status();
  const auto stream = co_await context.runtime.network.connect(std::move(server), std::nullopt, kKnockLimit);
  if (!stream) co_return fail(Code::unavailable, "the target's disks: {}", stream.error().message);
  co_return Status();
}

Task<Status> start_mirrors(DriverContext& context, Machine& machine, OutgoingOptions options) {
  QmpClient& monitor = machine.session->monitor();
  const std::vector<model::DiskSpec> disks = machine.record.machine.disks;
  HANSE_CO_TRY(const Endpoint server, parse_endpoint(options.target.disk));
  HANSE_CO_CHECK(co_await knock(context, server));
  for (std::size_t index = 0; index < disks.size(); ++index) {
    qmp::RemoteDisk remote{.node = remote_node(index), .export_name = disks[index].uid, .server = server};
    remote.tls = {.tls_credentials = kMoveCredentials, .tls_host_name = options.peer_name};
    // The target's hypervisor may have died, and starts anew: as good as a cut.
    if (const Status added = co_await qmp::blockdev_add_remote(monitor, std::move(remote)); !added)
      co_return fail(Code::unavailable, "disk {} of the target cannot be reached: {}", disks[index].uid,
                     added.error().message);
    const bool frozen = machine.record.frozen;
    qmp::Mirror mirror{.job = mirror_job(index), .target = remote_node(index)};
    mirror.device = frozen ? top_node(index) : disk_node(index);
    mirror.only_overlay = frozen || !disks[index].base_digest.empty();
    HANSE_CO_CHECK(co_await qmp::blockdev_mirror(monitor, std::move(mirror)));
  }
  co_return Status();
}

// One look at the mirrors: progress, and those that are nearly done are made to finish.
class MirrorRound {
 public:
  MirrorRound(Machine& machine, std::size_t count) : machine_(machine), count_(count) {}

  // One is ready that was not at the last look.
  bool has_news() const {
    const GuestState& state = machine_.session->state();
    std::size_t ready = 0;
    for (std::size_t index = 0; index < count_; ++index) {
      const MirrorState* const mirror = state.mirror(mirror_job(index));
      ready += mirror != nullptr && mirror->ready ? 1U : 0U;
    }
    return ready > ready_;
  }

  // True when all are ready and every write goes to both sides.
  Task<Result<bool>> look() {
    QmpClient& monitor = machine_.session->monitor();
    HANSE_CO_TRY(const std::vector<qmp::BlockJobInfo> jobs, co_await qmp::query_block_jobs(monitor));
    HANSE_CO_CHECK(check_mirrors(machine_));
    if (jobs.size() < count_)
      co_return fail(Code::unavailable, "a mirror of machine {} has ended too early", machine_.uid());
    CopyProgress progress{.rate = machine_.disk_progress.rate};
    ready_ = 0;
    for (const qmp::BlockJobInfo& job : jobs) {
      progress.sent += job.offset;
      progress.remaining += job.length - job.offset;
      ready_ += job.ready ? 1U : 0U;
      if (finishing_.contains(job.job) || (!job.ready && job.length - job.offset > kNearlyCopied)) continue;
      HANSE_CO_CHECK(co_await qmp::block_job_change_to_write_blocking(monitor, job.job));
      finishing_.insert(job.job);
    }
    machine_.disk_progress = progress;
    co_return ready_ >= count_&& finishing_.size() >= count_;
  }

 private:
  Machine& machine_;
  std::size_t count_;
  std::size_t ready_ = 0;
  std::set<std::string> finishing_;
};

// A poll for their progress, which no event tells; one that is ready, and new limits, are acted on at once.
Task<void> wait_for_news(DriverContext& context, const Machine& machine, const MirrorRound& round) {
  const MonotonicTime next = context.runtime.clock.now() + kJobPoll;
  Signal& changed = machine.session->changed();
  while (true) {
    const std::uint64_t seen = changed.version();
    const MonotonicTime now = context.runtime.clock.now();
    if (now >= next || round.has_news() || machine.limits != machine.applied_limits) co_return;
    co_await changed.changed_since(seen, next - now);
  }
}

}  // namespace

Task<Status> copy_disks(DriverContext& context, Machine& machine, OutgoingOptions options) {
  HANSE_CO_CHECK(require_session(machine));
  Session& session = *machine.session;
  if (session.state().run_state() != RunState::running)
    co_return fail(Code::failed_precondition, "machine {} does not run, so it cannot be moved live",
                   machine.uid());
  session.state().forget_move();
  machine.disk_progress = {};
  machine.memory_progress = {};
  HANSE_CO_CHECK(co_await install_credentials(context, machine, options.credentials, qmp::TlsRole::client));
  qmp::MigrationSettings settings{
      .tls_credentials = kMoveCredentials, .tls_host_name = options.peer_name, .streams = options.streams};
  HANSE_CO_CHECK(co_await qmp::prepare_migration(session.monitor(), std::move(settings)));
  HANSE_CO_CHECK(co_await begin_limits(machine));
  const std::size_t count = machine.record.machine.disks.size();
  if (count == 0) co_return Status();
  HANSE_CO_CHECK(co_await start_mirrors(context, machine, std::move(options)));
  MirrorRound round(machine, count);
  ProgressWatch watch(context.runtime.clock.now());
  for (;;) {
    HANSE_CO_CHECK(co_await apply_limits(machine));
    HANSE_CO_TRY(const bool done, co_await round.look());
    if (done) co_return Status();
    if (!watch.moves(machine.disk_progress.sent, context.runtime.clock.now(), machine.applied_limits))
      co_return stalled(machine, "disk copy");
    machine.disk_progress.rate = watch.rate();
    co_await wait_for_news(context, machine, round);
  }
}

}  // namespace hanse::host::qemu
