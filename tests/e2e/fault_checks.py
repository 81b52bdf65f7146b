"""What must hold after each round of faults, each check by its name: a function of a Move and its Seen that yields what is wrong."""
import contextlib
import dataclasses
import glob
import http.client
import os
import time

import federation
import free_room

ZONE_PORT = 8443
SETTLE_SECONDS = 30
LISTENING = "0A"
WITNESS_SIZE = (1, 192)  # vCPU and MiB, as witness.yaml has it
WITNESS_DISK = f"{federation.INSTANCE}-boot"


@dataclasses.dataclass
class Seen:
    """What a round has seen."""
    status: dict  # of the source's record at the end
    owner: str  # the zone that must run it
    loser: str
    watch: object  # WitnessWatch
    may_boot_again: bool
    told_in_time: bool


def _listening(pid):
    """The TCP ports on which somebody listens in the process' network namespace."""
    ports = set()
    for family in ("tcp", "tcp6"):
        with open(f"/proc/{pid}/net/{family}") as file:
            for line in list(file)[1:]:
                fields = line.split()
                if fields[3] == LISTENING:
                    ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports


def _processes(pid):
    """How many processes are in the network namespace of this one."""
    space = os.readlink(f"/proc/{pid}/ns/net")
    count = 0
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if entry.isdigit() and os.readlink(f"/proc/{entry}/ns/net") == space and federation.is_alive(entry):
                count += 1
    return count


def runs_once(move, seen):
    running = move.running
    if running.runs_in() != [seen.owner]:
        yield f"{running.runs_in()} say that they run it, and {seen.owner} should"
    zones = [machine.zone for machine in running.machines()]
    if zones != [seen.owner]:
        yield f"there is QEMU in {zones}, and should be in {seen.owner} alone"
    if seen.watch.together:
        yield f"two copies ran at one time: {seen.watch.together}"


def keeps_lines(move, seen):
    sound, verdict = federation.hanse_cli.check_witness(move.running.url(), seen.watch.last_line)
    if not sound:
        yield f"the guest has lost something: {verdict}"
    seen.watch.boots.add(verdict["boot_id"])
    if len(seen.watch.boots) > (2 if seen.may_boot_again else 1):
        yield f"the guest has booted again: {seen.watch.boots}"


def leaves_nothing(move, seen):
    running = move.running
    if running.disks(seen.loser):
        yield f"{seen.loser} keeps disks: {running.disks(seen.loser)}"
    for zone in running.zones:
        folder = f"{running.state}/{zone}/{running.host_of(zone)}/host"
        left = glob.glob(f"{folder}/moves/*") + glob.glob(f"{folder}/relays/*")
        if left:
            yield f"{zone} keeps {left}"
        pid = running.process(zone, host=False)
        forwards = {int(machine.url.rpartition(":")[2]) for machine in running.machines(zone)}
        if _listening(pid) != {ZONE_PORT} | forwards:
            yield f"in {zone} somebody listens on {sorted(_listening(pid) - forwards - {ZONE_PORT})}"
        wanted = 2 + (zone == seen.owner)
        if _processes(pid) != wanted:
            yield f"{zone} has {_processes(pid)} processes, and should have {wanted}"
    disks = glob.glob(f"{running.state}/{seen.owner}/{running.host_of(seen.owner)}/host/instances/*/run/*.qcow2")
    if len(disks) != 1:
        yield f"{seen.owner} has {len(disks)} files for one disk: {disks}"


def releases_room(move, seen):
    """A move's room is held by the instance's record in that zone."""
    for zone, api in move.running.zones.items():
        instance = api.instance(federation.INSTANCE)
        status = (instance or {}).get("status", {})
        if zone == seen.owner and instance is None:
            yield f"{zone} has no record of it"
        if status.get("transfer") or status.get("incoming"):
            yield f"{zone} still holds it for transfer {status.get('transfer')}"
        if zone == seen.loser and instance is not None and status.get("movedTo") != seen.owner:
            yield f"{zone} has a record of it that says nothing of {seen.owner}"


def frees_room(move, seen):
    """What both zones say of their room, beside what the witness has: as if there had been no move."""
    for zone, api in move.running.zones.items():
        runs = zone == seen.owner
        wanted = tuple(has - (takes if runs else 0) for has, takes in zip(free_room.whole(api), WITNESS_SIZE))
        if (free := free_room.free(api)) != wanted:
            yield f"{zone} says that {free} of vCPU and MiB are free, and {wanted} should be"
        if (disks := free_room.disks(api)) != [WITNESS_DISK] * runs:
            yield f"{zone} has the disks {disks} on record"


def tells(move, seen):
    """The user reads in the record what has happened, and while a long fault lasted, what would."""
    conditions = seen.status.get("conditions") or [{}]
    if seen.status["phase"] in ("rolledBack", "refused") and not seen.status["failure"]:
        yield f"it is {seen.status['phase']} and nobody says why"
    if conditions[0].get("reason") != seen.status["phase"]:
        yield f"the newest condition is {conditions[0]}, and the phase {seen.status['phase']}"
    if not seen.told_in_time:
        yield "while the fault lasted, nothing said that it waits, and for whom"


CHECKS = {"runs once": runs_once, "keeps lines": keeps_lines, "leaves nothing": leaves_nothing, "releases room": releases_room,
          "frees room": frees_room, "tells": tells}


def violations(move, seen):
    """All that is still wrong after a time to settle, as texts."""
    def look():
        wrong = []
        for name, check in CHECKS.items():
            try:
                wrong += [f"{name}: {text}" for text in check(move, seen)]
            except (federation.Failure, OSError, http.client.HTTPException) as error:
                wrong.append(f"{name}: {error}")
        return wrong
    deadline = time.monotonic() + SETTLE_SECONDS
    while (wrong := look()) and time.monotonic() < deadline:
        time.sleep(1)
    return wrong
