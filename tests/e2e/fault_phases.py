"""The phases of a move between two zones, and how each is met for sure: whoever would end it is stopped (SIGSTOP), or the link is slow
meanwhile. A phase is a script of steps; when it has run, the move is in that phase and stays there until the fault has struck.
"""
import dataclasses
import os
import signal

import federation

SOURCE_ZONE, TARGET_ZONE = "source zone", "target zone"
SOURCE_AGENT, TARGET_AGENT = "source agent", "target agent"
SOURCE_QEMU, TARGET_QEMU = "source QEMU", "target QEMU"
ROLES = (SOURCE_ZONE, TARGET_ZONE, SOURCE_AGENT, TARGET_AGENT, SOURCE_QEMU, TARGET_QEMU)

ENDS = ("completed", "rolledBack", "cancelled", "refused")
EITHER = ("completed", "rolledBack")
COMPLETED = ("completed",)
UNDONE = ("cancelled", "rolledBack")

REACH_LIMIT_SECONDS = 60
LOOK_SECONDS = 0.01  # a switch is over in tenths of a second


@dataclasses.dataclass(frozen=True)
class Phase:
    what: str  # for docs/fault_matrix.md
    script: tuple  # of steps: functions of a Move
    ends: tuple  # phases that the source's record may end in, whatever the fault
    running: bool = False  # the agents are at it: a cut link must not end it
    seeded: bool = False  # what was frozen of the disks is at the target
    granted: bool = False  # the instance is the target's
    target_has_qemu: bool = True  # that a fault could meet
    split: bool = False  # some of the guest's memory is at the source and some at the target
    boots: bool = False  # a warm move: the guest boots at its end, whatever happens


def start(move, *options):
    answer = move.running.hanse.get("--context", move.source, "migrate", federation.INSTANCE, "--to", move.target, "--no-wait", *options)
    move.name = answer["metadata"]["name"]


def start_warm(move):
    start(move, "--mode", "warm")


def start_post_copy(move):
    """Of a guest that changes more of its memory in a second than the move may send."""
    move.running.set_witness(dirty_mb_per_second=24)
    start(move, "--post-copy", "--bandwidth", "8MB")


def run_at_target(move):
    def runs():
        instance = move.running.zones[move.target].instance(federation.INSTANCE)
        return instance and instance["status"]["powerState"] == "running"
    federation.wait_for(f"the guest in {move.target}", runs, REACH_LIMIT_SECONDS, LOOK_SECONDS)


def cancel(move):
    move.running.hanse.call("--context", move.source, "migrate", federation.INSTANCE, "--cancel")


def stop(role):
    return lambda move: move.stop(role)


def resume(role):
    return lambda move: move.resume(role)


def slow_link(delay_ms):
    return lambda move: move.running.change_link(delayMs=delay_ms)


def thin_link(mbit):
    return lambda move: move.running.change_link(mbit=mbit)


def reach(side, *phases):
    return lambda move: move.reach(side, phases)


def await_undone(move):
    """Until the source's host has no order of the move any more."""
    orders = f"{move.running.state}/{move.source}/{move.running.host_of(move.source)}/host/moves"
    federation.wait_for("end of the move at the source's host", lambda: not os.listdir(orders), REACH_LIMIT_SECONDS)


_on_memory = (start, reach("source", "sending/memory"))

PHASES = {
    "asking": Phase("the source has its record, and the target zone was not asked yet",
                    (stop(TARGET_ZONE), start, reach("source", "preparing", "planned")), (*EITHER, "refused"), target_has_qemu=False),
    "preparing": Phase("the target zone has its record and room, its host nothing yet",
                       (stop(TARGET_AGENT), start, reach("target", "preparing")), EITHER, target_has_qemu=False),
    "seed": Phase("the agents bring the disk's content over in chunks",
                  (slow_link(250), start, reach("source", "sending/seed")), EITHER, running=True),
    "disk": Phase("what the guest has written since goes over the mirror",
                  (slow_link(100), start, reach("source", "sending/disk")), EITHER, running=True, seeded=True),
    "memory": Phase("memory is sent", _on_memory, EITHER, running=True, seeded=True),
    "switching": Phase("the guest is paused, and the last of it is sent",
                       (slow_link(30), *_on_memory, reach("source", "sending/switching")), EITHER, running=True, seeded=True),
    "committed": Phase("the source has ended its epoch, and the target zone has not heard of it",
                       (*_on_memory, stop(TARGET_ZONE), reach("source", "committed")), COMPLETED, granted=True),
    "granted": Phase("the target zone holds the epoch, and its host has not heard of it",
                     (*_on_memory, stop(TARGET_AGENT), reach("target", "granted")), COMPLETED, granted=True),
    "following": Phase("a post-copy: the guest runs at the target, and some of its memory is at the source",
                       (start_post_copy, reach("source", "committed"), thin_link(8), run_at_target), COMPLETED, granted=True, split=True),
    "finishing": Phase("the guest runs at the target, and the source's copy is there yet",
                       (*_on_memory, stop(TARGET_ZONE), reach("source", "committed"), stop(SOURCE_AGENT), resume(TARGET_ZONE),
                        reach("source", "completed")), COMPLETED, granted=True),
    "rolling back": Phase("the user has cancelled, and the source's host has not heard of it",
                          (*_on_memory, stop(SOURCE_AGENT), cancel, reach("source", "rollingBack")), UNDONE),
    "letting go": Phase("it is undone at the source, and the target zone has not heard of it",
                        (*_on_memory, stop(TARGET_ZONE), cancel, reach("source", "rollingBack"), await_undone), UNDONE,
                        target_has_qemu=False),  # it ends by itself when its source cancels
    "warm seed": Phase("a warm move: the agents bring the disk's content over while the guest runs",
                       (slow_link(250), start_warm, reach("source", "sending/seed")), EITHER, running=True, boots=True),
    "warm stop": Phase("a warm move: the guest is shut down for the switch",
                       (start_warm, reach("source", "sending/switching")), EITHER, running=True, boots=True),
}


def phase_of(transfer):
    if transfer is None:
        return ""
    status = transfer["status"]
    return f"{status['phase']}/{status['progress']['step']}"


def has_ended(transfer):
    return phase_of(transfer).split("/")[0] in ENDS


class Move:
    """One move of the witness, with the processes that take part in it."""

    def __init__(self, running):
        self.running = running
        self.source = running.machines()[0].zone
        self.target = running.other(self.source)
        self.name = ""
        self.stopped = {}  # role: pid
        self.kept = set()  # roles that are stopped by the fault, and go on with its end
        # A switch is over before the command line has said who is who.
        self._pids = {role: running.process(self.zone_of(role), role.endswith("agent")) for role in ROLES if not role.endswith("QEMU")}
        for api in running.zones.values():
            api.close()  # the zone has ended a connection that was idle for so long

    def zone_of(self, role):
        return self.source if role.startswith("source") else self.target

    def pid_of(self, role):
        if not role.endswith("QEMU"):
            return self._pids[role]
        machines = self.running.machines(self.zone_of(role))
        if not machines:
            raise federation.Failure(f"there is no {role} to be met")
        return machines[0].pid

    def transfer(self, side):
        return self.running.zones[self.source if side == "source" else self.target].transfer(self.name)

    def reach(self, side, phases):
        def there():
            now = phase_of(self.transfer(side))
            if now.startswith(phases):
                return True
            if now.split("/")[0] in ENDS:
                raise federation.Failure(f"the move was {now} before it was seen {phases[0]} at the {side}")
            return False
        federation.wait_for(f"{phases[0]} at the {side}", there, REACH_LIMIT_SECONDS, LOOK_SECONDS)

    def stop(self, role):
        self.stopped[role] = self.pid_of(role)
        os.kill(self.stopped[role], signal.SIGSTOP)

    def resume(self, role):
        pid = self.stopped.pop(role, None)
        if pid is not None:
            os.kill(pid, signal.SIGCONT)

    def resume_all(self):
        for role in set(self.stopped) - self.kept:
            self.resume(role)

    def run_script(self, phase):
        for step in PHASES[phase].script:
            step(self)
