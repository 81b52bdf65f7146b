#include "host/drivers/qemu/session.h"

#include <utility>

#include "host/drivers/qemu/qmp_commands.h"
#include "runtime/sleep.h"

namespace hanse::host::qemu {
namespace {

constexpr Nanos kStartLimit = Seconds{20};
constexpr Nanos kConnectLimit = Seconds{5};
constexpr Nanos kRetry = Millis{20};
// How soon a QEMU that was killed from outside is missed; its closed monitor is noticed at once.
constexpr Nanos kProcessCheck = Seconds{1};
constexpr Nanos kEndingCheck = Millis{20};
constexpr std::size_t kSessionBuffer = std::size_t{16} << 10;

std::string_view text_of(const std::vector<std::byte>& buffer, std::size_t count) {
  return {reinterpret_cast<const char*>(buffer.data()), count};
}

}  // namespace

Session::Session(Runtime& runtime, SessionOptions options, ConsoleRing& ring, Signal& driver_changes)
    : runtime_(runtime),
      options_(std::move(options)),
      ring_(ring),
      driver_changes_(driver_changes),
      changed_(runtime.scheduler) {
  state_.expect_incoming(options_.incoming);
}

void Session::notify() {
  changed_.notify();
  driver_changes_.notify();
}

Task<Status> Session::attach() {
  HANSE_CO_TRY(auto stream,
               co_await connect_when_there(runtime_, options_.paths.monitor(), options_.process));
  QmpClient::Handlers handlers{.on_event =
                                   [this](const codec::QmpEvent& event) {
                                     state_.apply(event, runtime_.clock.wall_now());
                                     notify();
                                   },
                               .on_closed = [this] { notify(); }};
  monitor_ = std::make_unique<QmpClient>(runtime_.scheduler, std::move(stream), std::move(handlers));
  HANSE_CO_CHECK(co_await monitor_->start());
  HANSE_CO_CHECK(co_await learn_state());
  HANSE_CO_TRY(console_, co_await connect_when_there(runtime_, options_.paths.serial(), options_.process));
  HANSE_CO_TRY(guest_, co_await connect_when_there(runtime_, options_.paths.guest(), options_.process));
  if (!scope_.spawn(watch_process()) || !scope_.spawn(read_console()) || !scope_.spawn(read_guest()))
    co_return fail(Code::internal, "the tasks of a machine could not be started");
  if (!state_.incoming()) guest_resumed();
  notify();
  co_return Status();
}

Task<Result<std::unique_ptr<Stream>>> connect_when_there(Runtime& runtime, std::string path,
                                                         ProcessId process) {
  const MonotonicTime deadline = runtime.clock.now() + kStartLimit;
  for (;;) {
    auto stream = co_await runtime.network.connect(Endpoint{.unix_path = path}, std::nullopt, kConnectLimit);
    if (stream) co_return std::move(*stream);
    if (!runtime.processes.alive(process)) co_return fail(Code::unavailable, "the hypervisor has ended");
    if (runtime.clock.now() >= deadline)
      co_return fail(Code::unavailable, "the hypervisor did not open {} in time: {}", path,
                     stream.error().message);
    co_await sleep_for(runtime.scheduler, kRetry);
  }
}

Task<Status> Session::learn_state() {
  HANSE_CO_TRY(const std::string status, co_await qmp::query_status(*monitor_));
  state_.set_run_status(status);
  if (options_.receives_memory) {
    state_.expect_incoming(true);
    // One that does not run is to be resumed once more.
    if (state_.runs()) state_.expect_incoming(false);
  }
  HANSE_CO_TRY(const qmp::MigrationInfo migration, co_await qmp::query_migrate(*monitor_));
  // QEMU remembers its last move for ever. One that is over counts only at a source that still stands where
  // it was handed over; a target says `completed` too, and a machine that was rolled back runs.
  if (migration_under_way(migration.status) || status == "postmigrate")
    state_.set_migration_status(migration.status);
  HANSE_CO_TRY(const std::vector<qmp::BlockJobInfo> jobs, co_await qmp::query_block_jobs(*monitor_));
  for (const qmp::BlockJobInfo& job : jobs) state_.set_mirror(job.job, MirrorState{.ready = job.ready});
  co_return Status();
}

Task<void> Session::watch_process() {
  while (runtime_.processes.alive(options_.process)) {
    const auto seen = changed_.version();
    if (monitor_->closed()) {
      co_await sleep_for(runtime_.scheduler, kEndingCheck);
    } else {
      co_await changed_.changed_since(seen, kProcessCheck);
    }
  }
  ended_ = true;
  notify();
}

Task<bool> Session::wait_ended(Nanos limit) {
  const MonotonicTime deadline = runtime_.clock.now() + limit;
  for (;;) {
    const auto seen = changed_.version();
    const MonotonicTime now = runtime_.clock.now();
    if (ended_ || now >= deadline) co_return ended_;
    co_await changed_.changed_since(seen, deadline - now);
  }
}

Task<void> Session::read_console() {
  std::vector<std::byte> buffer(kSessionBuffer);
  for (;;) {
    auto count = co_await console_->read_some(buffer);
    if (!count || *count == 0) co_return;
    ring_.append(text_of(buffer, *count));
  }
}

Task<void> Session::read_guest() {
  std::vector<std::byte> buffer(kSessionBuffer);
  GuestLineReader reader;
  for (;;) {
    auto count = co_await guest_->read_some(buffer);
    if (!count || *count == 0) co_return;
    const WallTime now = runtime_.clock.wall_now();
    for (const GuestBeat& beat : reader.feed(text_of(buffer, *count))) {
      last_heartbeat_ = MachineState::Heartbeat{.guest = beat.guest, .wall = now};
      if (first_heartbeat_) continue;
      first_heartbeat_ = last_heartbeat_;
      notify();
    }
  }
}

void Session::guest_resumed() {
  first_heartbeat_.reset();
  // Refused only when the session is going away, and then nobody needs to know the location.
  static_cast<void>(scope_.spawn(write_location()));
}

Task<void> Session::write_location() {
  const std::string line = "location " + options_.location + "\n";
  // A guest that does not listen, or has no such port, is none of our business.
  const Status told = co_await guest_->write(as_bytes(line));
  static_cast<void>(told);
}

Task<Status> Session::write_console(std::string text) {
  co_return co_await console_->write(as_bytes(text));
}

}  // namespace hanse::host::qemu
