#include "host/drivers/simulated/driver.h"

#include <algorithm>
#include <utility>

namespace hanse::host::simulated {

model::Inventory default_inventory() {
  return model::Inventory{.vcpu = {64},
                          .memory_mib = {256 * 1024},
                          .disk_mib = {4 * 1024 * 1024},
                          .architecture = "x86_64",
                          .hypervisor = "simulated 1",
                          .accelerated = true,
                          .live_moves = true,
                          .processor = "simulated",
                          .cpu_models = {"qemu64", "x86-64-v2", "x86-64-v3"},
                          .machine_types = {"simulated-1"},
                          .accelerators = {}};
}

SimulatedDriver::SimulatedDriver(Runtime& runtime, Fleet& fleet, SimulatedHostOptions options)
    : runtime_(runtime), fleet_(fleet), options_(std::move(options)), changes_(runtime.scheduler) {
  fleet_.set_observer(options_.host, [this] { changes_.notify(); });
}

SimulatedDriver::~SimulatedDriver() {
  fleet_.set_observer(options_.host, nullptr);
  for (const auto& [uid, relay] : relays_) fleet_.break_stream(options_.host, uid);
}

Task<Result<model::Inventory>> SimulatedDriver::inventory() {
  co_return options_.inventory == model::Inventory() ? default_inventory() : options_.inventory;
}

// The guests' hypervisors kept listening while no agent was there; so does this one, at the same ports.
Task<Result<std::vector<MachineState>>> SimulatedDriver::recover() {
  std::vector<MachineState> states = fleet_.states(options_.host);
  for (const MachineState& state : states) {
    const SimulatedMachine* machine = fleet_.find(options_.host, state.uid);
    if (machine == nullptr || state.run_state != RunState::incoming) continue;
    if (machine->endpoints.memory.empty()) continue;
    HANSE_CO_TRY(Endpoint memory, parse_endpoint(machine->endpoints.memory));
    HANSE_CO_TRY(Endpoint disk, parse_endpoint(machine->endpoints.disk));
    HANSE_CO_CHECK(co_await open_door(state.uid, std::move(memory), std::move(disk)));
  }
  co_return states;
}

std::optional<MachineState> SimulatedDriver::observe(const std::string& uid) const {
  const SimulatedMachine* machine = fleet_.find(options_.host, uid);
  if (machine == nullptr) return std::nullopt;
  return machine->state;
}

Task<void> SimulatedDriver::wait_while(std::string uid, Busy busy) {
  while (true) {
    const std::uint64_t seen = changes_.version();
    const SimulatedMachine* machine = fleet_.find(options_.host, uid);
    if (machine == nullptr || !busy(*machine)) co_return;
    co_await changes_.changed_since(seen);
  }
}

Task<Status> SimulatedDriver::start(model::MachineSpec machine, Epoch epoch) {
  const std::string uid = machine.uid;
  HANSE_CO_CHECK(fleet_.boot(options_.host, std::move(machine), epoch));
  co_await wait_while(uid,
                      [](const SimulatedMachine& one) { return one.state.run_state == RunState::starting; });
  const auto state = observe(uid);
  if (!state) co_return fail(Code::not_found, "machine {} was removed while it started", uid);
  if (state->run_state == RunState::failed)
    co_return fail(Code::internal, "machine {} did not start: {}", uid, state->error);
  co_return Status{};
}

Task<Status> SimulatedDriver::stop(std::string uid, Nanos grace) {
  HANSE_CO_CHECK(fleet_.shut_down(options_.host, uid, grace));
  co_await wait_while(uid,
                      [](const SimulatedMachine& one) { return one.state.run_state == RunState::stopping; });
  co_return Status{};
}

Task<Status> SimulatedDriver::remove(std::string uid) {
  doors_.erase(uid);
  relays_.erase(uid);
  fleet_.remove(options_.host, uid);
  co_return Status{};
}

Driver::ConsoleOutput SimulatedDriver::console(const std::string& uid, std::uint64_t offset) const {
  const SimulatedMachine* machine = fleet_.find(options_.host, uid);
  if (machine == nullptr) return {};
  const std::uint64_t begin = machine->console_end - machine->console.size();
  const std::uint64_t from = std::clamp(offset, begin, machine->console_end);
  return ConsoleOutput{.offset = from, .text = machine->console.substr(from - begin)};
}

Task<Status> SimulatedDriver::write_console(std::string uid, std::string text) {
  if (!observe(uid)) co_return fail(Code::not_found, "this host has no machine {}", uid);
  fleet_.write_console(options_.host, uid, text);  // the guest echoes
  co_return Status{};
}

}  // namespace hanse::host::simulated
