#include "host/drivers/qemu/qemu_driver.h"

#include <utility>

#include "host/blobs.h"
#include "host/drivers/qemu/disks.h"
#include "host/drivers/qemu/frozen_disks.h"
#include "host/drivers/qemu/guard.h"
#include "host/drivers/qemu/launch.h"
#include "host/drivers/qemu/ports.h"
#include "host/drivers/qemu/qmp_commands.h"
#include "host/drivers/qemu/seed.h"
#include "host/drivers/qemu/tools.h"

namespace hanse::host::qemu {
namespace {

// Another program may take a port between its choice and QEMU's own attempt.
constexpr int kBootTries = 3;
constexpr std::string_view kPortTaken = "Could not set up host forwarding rule";

Status check_spec(const model::MachineSpec& machine) {
  HANSE_CHECK(check_uid(machine.uid));
  if (machine.vcpu.value <= 0 || machine.memory_mib.value <= 0)
    return fail(Code::invalid_argument, "machine {} needs at least 1 vcpu and 1 MiB of memory", machine.uid);
  return {};
}

// Ends however the start ends.
class Starting {
 public:
  explicit Starting(Machine& machine) : machine_(machine) { machine_.starting = true; }
  Starting(const Starting&) = delete;
  Starting& operator=(const Starting&) = delete;
  ~Starting() { machine_.starting = false; }

 private:
  Machine& machine_;
};

MachineState state_of_unreadable(const std::string& uid, const std::string& reason) {
  return MachineState{.uid = uid, .run_state = RunState::failed, .error = reason};
}

}  // namespace

QemuDriver::QemuDriver(Runtime& runtime, QemuOptions options)
    : options_(std::move(options)),
      runtime_(runtime),
      changes_(runtime.scheduler),
      context_{
          .runtime = runtime, .options = options_, .log = Logger(runtime.log, "qemu"), .changes = changes_} {}

const Machine* QemuDriver::find(const std::string& uid) const {
  const auto found = machines_.find(uid);
  return found == machines_.end() ? nullptr : found->second.get();
}

Result<Machine*> QemuDriver::require(const std::string& uid) {
  const auto found = machines_.find(uid);
  if (found == machines_.end()) return fail(Code::not_found, "this host has no machine {}", uid);
  return found->second.get();
}

Task<Result<Capabilities>> QemuDriver::capabilities() {
  if (!capabilities_) {
    HANSE_CO_TRY(capabilities_, co_await probe_capabilities(context_));
  }
  co_return *capabilities_;
}

Task<Result<model::Inventory>> QemuDriver::inventory() {
  HANSE_CO_CHECK(co_await runtime_.files.make_directories(options_.data_dir, 0711));
  HANSE_CO_TRY(const Capabilities known, co_await capabilities());
  HANSE_CO_TRY(const SpaceInfo space, co_await runtime_.files.space(options_.data_dir));
  model::Inventory inventory = known.inventory;
  inventory.disk_mib = MiB{space.available.value >> 20};
  co_return inventory;
}

Task<Result<std::vector<MachineState>>> QemuDriver::recover() {
  const std::string folder = MachinePaths::instances_folder(options_.data_dir);
  HANSE_CO_CHECK(co_await runtime_.files.make_directories(folder, 0711));
  HANSE_CO_TRY(const std::vector<std::string> uids, co_await runtime_.files.list(folder));
  for (const std::string& uid : uids) {
    if (machines_.contains(uid) || !check_uid(uid)) continue;
    const Status recovered = co_await recover_one(uid);
    if (recovered) continue;
    context_.log.error("machine {}: {}", uid, recovered.error().message);
    unreadable_[uid] = recovered.error().message;
  }
  std::vector<MachineState> states;
  for (const auto& [uid, machine] : machines_) states.push_back(state_of(*machine));
  for (const auto& [uid, reason] : unreadable_) states.push_back(state_of_unreadable(uid, reason));
  co_return states;
}

Task<Status> QemuDriver::recover_one(std::string uid) {
  const MachinePaths paths(options_.data_dir, uid);
  auto record = co_await load_record(runtime_.files, paths.record());
  // A crash between making the folder and writing the record; nothing ever ran in it.
  if (!record && record.error().code == Code::not_found)
    co_return co_await runtime_.files.remove_all(paths.folder());
  if (!record) co_return fail(std::move(record).error());
  auto machine = std::make_unique<Machine>(options_.data_dir, std::move(*record));
  const auto attached = co_await attach_to_running(context_, *machine);
  if (!attached) machine->error = attached.error().message;
  const bool running = attached && *attached;
  if (!running && machine->error.empty() && machine->record.intent == Intent::incoming)
    machine->error = "the hypervisor ended while it waited for state";
  context_.log.info("machine {}: {}", uid, running ? "found running" : "not running");
  machines_[uid] = std::move(machine);
  co_return Status();
}

std::optional<MachineState> QemuDriver::observe(const std::string& uid) const {
  if (const Machine* machine = find(uid); machine != nullptr) return state_of(*machine);
  // Its disks are there: nobody may take it for one that was never made.
  const auto unreadable = unreadable_.find(uid);
  if (unreadable == unreadable_.end()) return std::nullopt;
  return state_of_unreadable(uid, unreadable->second);
}

Result<std::set<std::string>> QemuDriver::used_blobs() const {
  for (const auto& [uid, reason] : unreadable_)
    return fail(Code::failed_precondition, "what machine {} lies over is not known: {}", uid, reason);
  std::set<std::string> used;
  for (const auto& [uid, machine] : machines_) add_blobs(machine->record.machine, used);
  return used;
}

std::set<std::uint16_t> QemuDriver::ports_in_use(const std::string& but_of) const {
  std::set<std::uint16_t> ports;
  for (const auto& [uid, machine] : machines_) {
    if (uid == but_of) continue;
    for (const model::PortForward& forward : machine->record.forwards)
      ports.insert(static_cast<std::uint16_t>(forward.host_port));
    for (const std::string& text : {machine->record.memory_endpoint, machine->record.disk_endpoint}) {
      if (const auto endpoint = parse_endpoint(text)) ports.insert(endpoint->port);
    }
  }
  return ports;
}

Task<Result<Machine*>> QemuDriver::make_machine(model::MachineSpec machine) {
  HANSE_CO_CHECK(check_spec(machine));
  const std::string uid = machine.uid;
  if (!machines_.contains(uid)) {
    // recover() could not read it; its disks may hold what is nowhere else.
    const std::string left_behind = MachinePaths(options_.data_dir, uid).record();
    if (co_await runtime_.files.info(left_behind))
      co_return fail(Code::data_loss,
                     "{} could not be read and its disks are kept; restore it or remove machine {}",
                     left_behind, uid);
    MachineRecord record;
    record.machine = std::move(machine);
    machines_[uid] = std::make_unique<Machine>(options_.data_dir, std::move(record));
  }
  HANSE_CO_CHECK(check_socket_paths(machines_[uid]->paths));
  co_return machines_[uid].get();
}

Task<Status> QemuDriver::prepare_files(Machine& machine, Existing existing) {
  const model::MachineSpec& spec = machine.record.machine;
  HANSE_CO_CHECK(co_await make_guest_folder(runtime_, options_, machine.paths.run_folder()));
  HANSE_CO_CHECK(co_await runtime_.files.remove_all(machine.paths.saved_state()));
  HANSE_CO_CHECK(co_await settle_disks(context_, machine, existing));
  HANSE_CO_CHECK(co_await make_disks(runtime_, options_, machine.paths, spec, existing));
  co_return co_await make_seed(runtime_, options_, machine.paths, spec);
}

Task<Status> QemuDriver::boot(Machine& machine, model::MachineSpec spec, Epoch epoch, Intent intent,
                              Existing existing) {
  HANSE_CO_TRY(const Capabilities known, co_await capabilities());
  const Starting starting(machine);
  // A start that was broken off may have left a QEMU behind.
  HANSE_CO_CHECK(co_await end_process(context_, machine));
  machine.error.clear();
  HANSE_CO_CHECK(co_await runtime_.files.make_directories(machine.paths.folder(), 0711));
  MachineRecord record = machine.record;
  record.machine = std::move(spec);
  record.epoch = epoch;
  record.intent = intent;
  record.memory_endpoint.clear();
  record.disk_endpoint.clear();
  HANSE_CO_CHECK(co_await commit(context_, machine, std::move(record)));
  Status booted = co_await prepare_files(machine, existing);
  for (int tries = 0; booted && tries < kBootTries; ++tries) {
    booted = co_await boot_once(machine, known.facts);
    if (booted) co_return Status();
    if (booted.error().message.find(kPortTaken) == std::string::npos) break;
    if (tries + 1 < kBootTries) booted = Status();
  }
  co_return co_await note_failed_boot(machine, booted.error());
}

Task<Status> QemuDriver::boot_once(Machine& machine, HostFacts facts) {
  MachineRecord record = machine.record;
  auto forwards = co_await assign_forwards(runtime_, options_, record.machine.forwards, record.forwards,
                                           ports_in_use(machine.uid()));
  if (!forwards) co_return fail(forwards.error());
  record.forwards = std::move(*forwards);
  HANSE_CO_CHECK(co_await commit(context_, machine, std::move(record)));
  machine.guard.reset();
  HANSE_CO_CHECK(co_await launch(context_, machine, facts));
  co_await guard(machine.uid());
  co_return Status();
}

void QemuDriver::keep_for(const std::string& uid, Nanos time) {
  const MonotonicTime now = runtime_.clock.now();
  std::erase_if(ends_, [&](const auto& entry) { return entry.second <= now; });
  ends_.insert_or_assign(uid, now + time);
  // What this one misses the next one says.
  if (!guarding_.insert(uid).second) return;
  if (!scope_.spawn(guard(uid))) guarding_.erase(uid);
}

Task<void> QemuDriver::guard(std::string uid) {
  const auto known = machines_.find(uid);
  const auto end = ends_.find(uid);
  if (known != machines_.end() && known->second->lives() && end != ends_.end()) {
    const Machine& machine = *known->second;
    const auto guard = co_await guard_machine(context_, machine.paths, machine.session->process(),
                                              machine.guard, end->second);
    // It may be gone by now.
    if (const auto still = machines_.find(uid); still != machines_.end()) still->second->guard = guard;
  }
  guarding_.erase(uid);
}

// The record must not say that a machine should run which could not: what recover() finds would be wrong.
Task<Status> QemuDriver::note_failed_boot(Machine& machine, Error failure) {
  machine.error = failure.message;
  MachineRecord record = machine.record;
  if (record.intent == Intent::running) record.intent = Intent::stopped;
  HANSE_CO_CHECK(co_await commit(context_, machine, std::move(record)));
  changes_.notify();
  co_return fail(std::move(failure));
}

Task<Status> QemuDriver::start(model::MachineSpec machine, Epoch epoch) {
  HANSE_CO_TRY(Machine * known, co_await make_machine(machine));
  // Its state is lost with its QEMU. This zone holds the right to run it, so its disks are complete.
  if (known->record.intent == Intent::incoming && known->lives())
    co_return fail(Code::failed_precondition, "machine {} waits for state from another host", known->uid());
  if (!known->lives())
    co_return co_await boot(*known, std::move(machine), epoch, Intent::running, Existing::keep);
  if (known->record.epoch != epoch) {
    MachineRecord record = known->record;
    record.epoch = epoch;
    HANSE_CO_CHECK(co_await commit(context_, *known, std::move(record)));
  }
  const RunState state = known->session->state().run_state();
  if (state == RunState::switch_point || state == RunState::handed_over)
    co_return fail(Code::failed_precondition, "machine {} is paused in a move; roll the move back first",
                   known->uid());
  if (state != RunState::paused) co_return Status();
  // Perhaps a target whose agent ended between its new epoch and its resumption: nobody writes its disks from
  // outside any more. Elsewhere there is no such server, and QEMU says so.
  static_cast<void>(co_await qmp::nbd_server_stop(known->session->monitor()));
  HANSE_CO_CHECK(co_await finish_thaw(context_, *known));
  co_return co_await qmp::cont(known->session->monitor());
}

Task<Status> QemuDriver::stop(std::string uid, Nanos grace) {
  const auto found = machines_.find(uid);
  if (found == machines_.end()) co_return Status();
  Machine& machine = *found->second;
  MachineRecord record = machine.record;
  record.intent = Intent::stopped;
  HANSE_CO_CHECK(co_await commit(context_, machine, std::move(record)));
  if (machine.lives() && machine.session->state().runs() && grace > Nanos{0}) {
    const Status asked = co_await qmp::system_powerdown(machine.session->monitor());
    if (!asked || !co_await machine.session->wait_ended(grace))
      context_.log.warning("machine {} did not power off within {} ms and is ended", uid,
                           std::chrono::duration_cast<Millis>(grace).count());
  }
  HANSE_CO_CHECK(co_await end_process(context_, machine));
  machine.error.clear();
  changes_.notify();
  co_return Status();
}

Task<Status> QemuDriver::remove(std::string uid) {
  HANSE_CO_CHECK(check_uid(uid));
  const auto found = machines_.find(uid);
  if (found != machines_.end()) {
    HANSE_CO_CHECK(co_await end_process(context_, *found->second));
    machines_.erase(uid);
  }
  ends_.erase(uid);
  HANSE_CO_CHECK(co_await runtime_.files.remove_all(MachinePaths(options_.data_dir, uid).folder()));
  unreadable_.erase(uid);
  changes_.notify();
  co_return Status();
}

Driver::ConsoleOutput QemuDriver::console(const std::string& uid, std::uint64_t offset) const {
  const Machine* machine = find(uid);
  return machine == nullptr ? ConsoleOutput{} : machine->ring.read(offset);
}

Task<Status> QemuDriver::write_console(std::string uid, std::string text) {
  HANSE_CO_TRY(Machine * machine, require(uid));
  HANSE_CO_CHECK(require_session(*machine));
  co_return co_await machine->session->write_console(std::move(text));
}

}  // namespace hanse::host::qemu
