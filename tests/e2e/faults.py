"""The faults that strike a move, what the table allows it to end in, and how long that may take.

A fault strikes while the move is held in a phase; then the held go on, and the fault lasts as long as it says. docs/fault_matrix.md has
the table of (phase, fault) that tools/fault_matrix.py makes of what the rounds have seen.
"""
import dataclasses
import time

import federation
import fault_phases
from fault_phases import COMPLETED, EITHER, PHASES, SOURCE_QEMU, TARGET_AGENT, TARGET_QEMU

LINK = {"cut": False, "delayMs": 10, "mbit": 200, "lossPercent": 0}  # as topology.yaml has it
QUIET = {"lines_per_second": 20, "line_bytes": 64, "dirty_mb_per_second": 1}  # as witness.yaml has it
MANY_LINES = {"lines_per_second": 50, "line_bytes": 4096}
LOOK_SECONDS = 0.5
TOLD_AFTER_SECONDS = 30  # a fault as long as this is told of while it lasts


@dataclasses.dataclass(frozen=True)
class Fault:
    what: str  # for docs/fault_matrix.md
    strike: object  # functions of a Move
    heal: object
    lasts: float = 0  # seconds
    whole: bool = False  # it lasts so long although the move has ended
    before: object = None  # what the witness is set to from the beginning of the move on
    victim: str = ""  # who is killed
    link: bool = False  # it is done to the link
    end_limit: float = 90  # seconds from the heal on


def _kill_process(role):
    def strike(move):
        federation.kill(move.pid_of(role))
        move.stopped.pop(role, None)
    return strike


def _start_again(role):
    return lambda move: move.running.start_again(move.zone_of(role), role.endswith("agent"))


def _kill(role):
    again = (lambda move: None) if role.endswith("QEMU") else _start_again(role)
    return Fault(f"SIGKILL of the {role}" + ("" if role.endswith("QEMU") else "; it is started again"),
                 _kill_process(role), again, victim=role)


def _link(**change):
    return lambda move: move.running.change_link(**{**LINK, **change})


def _cut(seconds):
    return Fault(f"the link between the zones is cut for {seconds} s", _link(cut=True), _link(), lasts=seconds, whole=True, link=True,
                 end_limit=180)  # TCP tries again after two minutes at the latest


def _stand_still(move):
    for role in (TARGET_AGENT, TARGET_QEMU):
        if role != TARGET_QEMU or move.running.machines(move.target):
            move.stop(role)
            move.kept.add(role)


def _go_on(move):
    move.kept.clear()
    move.resume_all()


FAULTS = {
    **{f"kill {role}": _kill(role) for role in fault_phases.ROLES},
    "cut 1 s": _cut(1),
    "cut 30 s": _cut(30),
    "cut 300 s": _cut(300),
    "slow link": Fault("a packet between the zones takes a second each way, for 60 s or as long as the move takes", _link(delayMs=1000),
                       _link(), lasts=60, link=True, end_limit=120),
    "lossy link": Fault("one packet in twenty is lost, for 60 s or as long as the move takes", _link(lossPercent=5), _link(), lasts=60,
                        link=True, end_limit=120),
    "slow target": Fault("the target's agent and QEMU stand still for 20 s (SIGSTOP)", _stand_still, _go_on, lasts=20, whole=True),
    "full disk": Fault("the file system with the target's disks is full, for 20 s or as long as the move takes; the guest writes 200 kB/s",
                       lambda move: move.running.volumes.fill(move.target), lambda move: move.running.volumes.free(move.target), lasts=20,
                       before=MANY_LINES),
}


def is_possible(phase, fault):
    return PHASES[phase].target_has_qemu or FAULTS[fault].victim != TARGET_QEMU


def cells():
    return [(phase, fault) for phase in PHASES for fault in FAULTS if is_possible(phase, fault)]


def processes_live(fault):
    """Only the way between them is broken; a target that stands still is like one that is cut off."""
    return FAULTS[fault].link or fault == "slow target"


def allowed_ends(phase, fault):
    """What the source's record may end in: as docs/protocols/seeding.md has it, who dies while the agents are at it is waited for."""
    victim = FAULTS[fault].victim
    if not PHASES[phase].running:
        return PHASES[phase].ends
    if victim == SOURCE_QEMU:  # the guest's memory is lost, unless the target has it or it boots there anyway
        return EITHER if phase == "switching" or PHASES[phase].boots else ("rolledBack",)
    return COMPLETED if victim or processes_live(fault) else EITHER


def wrong_end(phase, fault, end):
    """What is to be said of an end that is not allowed, or nothing."""
    allowed = allowed_ends(phase, fault)
    return [] if end in allowed else [f"it is {end}, and may be {' or '.join(allowed)}"]


def may_boot_again(phase, fault):
    """Whoever dies with memory of the guest: before the commit point the source's QEMU, after it the target's, in between both."""
    victim = FAULTS[fault].victim
    if PHASES[phase].boots or (PHASES[phase].split and victim in (SOURCE_QEMU, TARGET_QEMU)):
        return True
    return victim == (TARGET_QEMU if PHASES[phase].granted else SOURCE_QEMU) or (phase == "switching" and victim == TARGET_QEMU)


def _told(move):
    """What the zones say of the move, and of what is wrong with the instance: {side: text}."""
    told = {}
    for side, zone in (("source", move.source), ("target", move.target)):
        transfer = move.transfer(side)
        if transfer is not None:
            waits = transfer["status"]["waitingFor"]
            told[side] = fault_phases.phase_of(transfer) + (f" for {waits}" if waits else "")
        instance = move.running.zones[zone].instance(federation.INSTANCE) or {"status": {}}
        condition = (instance["status"].get("conditions") or [{}])[0]
        if condition.get("state") == "error" or "Unreachable" in condition.get("reason", ""):
            told[f"{side}'s instance"] = f"{condition['reason']}: {condition['message']}"
    return told


def last(move, fault):
    """The fault lasts. Returns all that was said meanwhile."""
    said = []
    until = time.monotonic() + fault.lasts
    while time.monotonic() < until:
        now = _told(move)
        said += [f"{side}: {text}" for side, text in now.items() if f"{side}: {text}" not in said]
        sides = [now[side] for side in ("source", "target") if side in now]
        if sides and not fault.whole and all(text.split("/")[0] in fault_phases.ENDS for text in sides):
            break
        time.sleep(min(LOOK_SECONDS, max(0, until - time.monotonic())))
    return said


def is_told(said):
    """Somebody who looks while the fault lasts sees the end, or that it waits, and for whom."""
    of_source = [text.removeprefix("source: ") for text in said if text.startswith("source: ")]
    return any(text.startswith(("sending/waiting", *fault_phases.ENDS)) or " for " in text for text in of_source)
