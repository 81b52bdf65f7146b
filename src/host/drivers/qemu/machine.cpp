#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {
namespace {

RunState run_state_without_session(const Machine& machine) {
  if (machine.starting) return RunState::starting;
  if (machine.unattached) return RunState::paused;  // it may run: whoever wants it stopped has to end it
  return machine.error.empty() ? RunState::stopped : RunState::failed;
}

// QEMU has gone: of itself after the guest's power off, or nobody knows why.
RunState run_state_after_end(const Machine& machine) {
  return machine.session->state().shut_down() ? RunState::stopped : RunState::failed;
}

}  // namespace

MachineState state_of(const Machine& machine) {
  MachineState state{.uid = machine.uid(), .epoch = machine.record.epoch};
  state.error = machine.error;
  state.forwards = machine.record.forwards;
  state.frozen = machine.record.frozen;
  if (!machine.session) {
    state.run_state = run_state_without_session(machine);
    return state;
  }
  const Session& session = *machine.session;
  state.run_state = session.ended() ? run_state_after_end(machine) : session.state().run_state();
  if (session.ended() && state.run_state == RunState::failed && state.error.empty())
    state.error = "the hypervisor ended by itself; see " + machine.paths.log();
  if (!session.ended()) state.memory = session.state().memory();
  state.first_heartbeat_after_resume = session.first_heartbeat();
  state.last_heartbeat = session.last_heartbeat();
  state.stopped_at = session.state().stopped_at();
  state.resumed_at = session.state().resumed_at();
  return state;
}

Task<Status> commit(DriverContext& context, Machine& machine, MachineRecord changed) {
  HANSE_CO_CHECK(co_await save_record(context.runtime.files, machine.paths.record(), changed));
  machine.record = std::move(changed);
  co_return Status();
}

Status require_session(const Machine& machine) {
  if (machine.lives()) return {};
  return fail(Code::failed_precondition, "machine {} does not run; start it first", machine.uid());
}

}  // namespace hanse::host::qemu
