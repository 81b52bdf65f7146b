"""The cases of failure_facts.py: each brings a move to some phase, breaks something, and returns what is seen."""
import dataclasses
import os
import signal
import time
import typing

import certificates
import disks
import qmp
import virtual_machine
from move import Move

NOTICE_SECONDS = 1.5
ATTEMPT_SECONDS = 5


@dataclasses.dataclass
class Tools:
    """`state` and `witness` look at a machine; the rest is for cases that start a further target."""

    state: typing.Callable
    witness: typing.Callable
    folder: str
    net: object
    options: object


@dataclasses.dataclass
class Case:
    run: typing.Callable
    slow_memory: bool = False
    slow_disk: bool = False


def seen(move, tools, **more):
    """What both sides show after a moment, and how the source's guest is."""
    time.sleep(NOTICE_SECONDS)
    return more | {"source": tools.state(move.source), "target": tools.state(move.target)}


def attempt(machine, command, arguments=None, out_of_band=False):
    """A command's outcome as text, with the time it took."""
    started = time.monotonic()
    try:
        machine.qmp.execute(command, arguments, ATTEMPT_SECONDS, out_of_band)
        outcome = "ok"
    except (qmp.QmpError, qmp.QmpClosed, qmp.QmpTimeout) as error:
        outcome = str(error)
    return f"{outcome} ({round((time.monotonic() - started) * 1000)} ms)"


def to_mirror_running(move):
    move.prepare_target()
    move.start_disk()


def to_mirror_ready(move):
    move.prepare_target()
    move.connect_disk()


def to_memory_active(move):
    to_mirror_ready(move)
    move.send_memory()
    time.sleep(1)


def to_paused(move):
    to_mirror_ready(move)
    move.start_memory()


def to_drained(move):
    to_paused(move)
    move.drain_disk()


def to_moved(move):
    to_drained(move)
    move.finish_memory()


PHASES = {
    "mirror_running": (to_mirror_running, {"slow_disk": True}),
    "mirror_ready": (to_mirror_ready, {}),
    "memory_active": (to_memory_active, {"slow_memory": True}),
    "paused": (to_paused, {}),
    "drained": (to_drained, {}),
    "moved": (to_moved, {}),
}


def kill_target(phase):
    """The target dies; is the source still well, or well again after cont?"""

    def run(move, tools):
        phase(move)
        move.target.stop()
        result = seen(move, tools)
        if result["source"]["status"] != "running":
            result["cont"] = attempt(move.source, "cont")
            time.sleep(0.5)
        if move.source.qmp.execute("query-status")["status"] != "running":
            result["migrate_cancel"] = attempt(move.source, "migrate_cancel")
            time.sleep(0.5)
            result["after migrate_cancel"] = tools.state(move.source)
            result["second cont"] = attempt(move.source, "cont")
        return result | {"witness": tools.witness(move.source), "after": tools.state(move.source)}

    return run


def kill_source(phase):
    """The source dies; what becomes of the target, and can it run?"""

    def run(move, tools):
        phase(move)
        move.source.stop()
        result = seen(move, tools)
        if "status" in result["target"]:
            result["cont"] = attempt(move.target, "cont")
            time.sleep(0.5)
            result["after"] = tools.state(move.target)
        if phase is to_moved:
            result["witness"] = tools.witness(move.target)
        return result

    return run


def cancel(phase, cont=True):
    """An orderly roll back: the migration first, then the mirror, then cont, with the target alive."""

    def run(move, tools):
        phase(move)
        steps = {"migrate_cancel": attempt(move.source, "migrate_cancel")}
        time.sleep(0.3)
        steps["status after migrate_cancel"] = move.source.qmp.execute("query-status")["status"]
        stop_mirror = {"device": "disk0-mirror", "force": True}
        steps["block-job-cancel force"] = attempt(move.source, "block-job-cancel", stop_mirror)
        time.sleep(0.3)
        if cont:
            steps["cont"] = attempt(move.source, "cont")
        steps["blockdev-del"] = attempt(move.source, "blockdev-del", {"node-name": "disk0-remote"})
        steps["object-del"] = attempt(move.source, "object-del", {"id": "move-tls"})
        return seen(move, tools, steps=steps) | {"witness": tools.witness(move.source)}

    return run


def roll_back_moved(move, tools):
    """The source has completed, the target has not run: it is killed and the source goes on."""
    to_moved(move)
    move.target.stop()
    steps = {"blockdev-del": attempt(move.source, "blockdev-del", {"node-name": "disk0-remote"})}
    steps["cont"] = attempt(move.source, "cont")
    return seen(move, tools, steps=steps) | {"witness": tools.witness(move.source)}


def move_again(move, tools):
    """After a roll back the same source moves to a new target."""
    to_moved(move)
    move.target.stop()
    monitor = move.source.qmp
    monitor.execute("blockdev-del", {"node-name": "disk0-remote"})
    monitor.execute("cont")
    monitor.execute("object-del", {"id": "move-tls"})
    time.sleep(0.5)
    monitor.events.clear()
    folder = os.path.join(tools.folder, "again")
    os.rename(move.target.folder, folder)
    os.remove(os.path.join(folder, "disk.qcow2"))
    disks.create_empty(os.path.join(tools.options.guest, "witness.qcow2"), os.path.join(folder, "disk.qcow2"))
    certificates.make_pair(move.source.path("tls"), os.path.join(folder, "tls"), "ecdsa")
    virtual_machine.give_to(move.source.path("tls"), tools.options.user)
    blockdev = disks.arguments("full", folder)
    common = move.source.options
    target = virtual_machine.VirtualMachine("again", folder, move.target.namespace, common, blockdev, incoming=True)
    try:
        target.start()
        second = Move(move.source, target, move.options)
        second.run()
        return seen(second, tools) | {"witness": tools.witness(target)}
    finally:
        target.stop()


def freeze_target(phase, yank):
    """The target stands still without closing its connections, as behind a cut link."""

    def run(move, tools):
        phase(move)
        move.target.process.send_signal(signal.SIGSTOP)
        time.sleep(NOTICE_SECONDS)
        steps = {"witness while frozen": tools.witness(move.source)}
        if yank:
            instances = [{"type": "block-node", "node-name": "disk0-remote"}]
            if phase is not to_mirror_ready:  # only what exists may be named
                instances.append({"type": "migration"})
            steps["yank"] = attempt(move.source, "yank", {"instances": instances}, out_of_band=True)
        else:
            force = {"device": "disk0-mirror", "force": True}
            steps["block-job-cancel force"] = attempt(move.source, "block-job-cancel", force)
            steps["migrate_cancel"] = attempt(move.source, "migrate_cancel")
        time.sleep(1)
        steps["source"] = tools.state(move.source)
        steps["witness"] = tools.witness(move.source)
        move.target.process.send_signal(signal.SIGCONT)
        return seen(move, tools, steps=steps)

    return run


def freeze_in_device(move, tools):
    """The target stands still just before the rest of memory is sent: what frees the source?"""
    to_drained(move)
    move.target.process.send_signal(signal.SIGSTOP)
    steps = {"migrate-continue": attempt(move.source, "migrate-continue", {"state": "pre-switchover"})}
    time.sleep(NOTICE_SECONDS)
    steps["frozen"] = tools.state(move.source)
    steps["yank"] = attempt(move.source, "yank", {"instances": [{"type": "migration"}]}, out_of_band=True)
    time.sleep(0.5)
    steps["source"] = tools.state(move.source)
    steps["witness"] = tools.witness(move.source)
    move.target.process.send_signal(signal.SIGCONT)
    return seen(move, tools, steps=steps)


def wrong_authority(move, tools):
    """The source shows a certificate of a CA that the target does not know."""
    stranger = os.path.join(tools.folder, "stranger")
    certificates.make_pair(os.path.join(stranger, "a"), os.path.join(stranger, "b"), "ecdsa")
    for name in ("client-cert.pem", "client-key.pem"):
        os.replace(os.path.join(stranger, "a", name), move.source.path(f"tls/{name}"))
    virtual_machine.give_to(move.source.path("tls"), tools.options.user)
    move.prepare_target()
    return _try_streams(move, tools)


def wrong_hostname(move, tools):
    """The source expects a name that the target's certificate does not bear."""
    move.prepare_target()
    move.source.qmp.execute("migrate-set-parameters", {"tls-hostname": "other.move.hanse"})
    return _try_streams(move, tools, "other.move.hanse")


def no_hostname(move, tools):
    """The source names no host: is the certificate's name checked at all?"""
    move.prepare_target()
    move.source.qmp.execute("migrate-set-parameters", {"tls-hostname": ""})
    return _try_streams(move, tools, None)


def _try_streams(move, tools, hostname=certificates.TARGET_HOSTNAME):
    node = {"driver": "nbd", "node-name": "disk0-remote", "export": "disk0", "tls-creds": "move-tls"}
    node["server"] = {"type": "inet", "host": move.options.address, "port": "10809"}
    if hostname:
        node["tls-hostname"] = hostname
    steps = {"blockdev-add": attempt(move.source, "blockdev-add", node)}
    move.send_memory()
    return seen(move, tools, steps=steps)


CASES = {f"kill_target_{name}": Case(kill_target(reach), **slow) for name, (reach, slow) in PHASES.items()}
CASES |= {f"kill_source_{name}": Case(kill_source(reach), **slow) for name, (reach, slow) in PHASES.items()}
CASES |= {
    "cancel_memory_active": Case(cancel(to_memory_active), slow_memory=True),
    "cancel_paused": Case(cancel(to_paused)),
    "cancel_paused_without_cont": Case(cancel(to_paused, cont=False)),
    "cancel_drained": Case(cancel(to_drained)),
    "cancel_moved": Case(cancel(to_moved)),
    "roll_back_moved": Case(roll_back_moved),
    "move_again": Case(move_again),
    "freeze_mirror_ready_cancel": Case(freeze_target(to_mirror_ready, yank=False)),
    "freeze_mirror_ready_yank": Case(freeze_target(to_mirror_ready, yank=True)),
    "freeze_memory_active_cancel": Case(freeze_target(to_memory_active, yank=False), slow_memory=True),
    "freeze_memory_active_yank": Case(freeze_target(to_memory_active, yank=True), slow_memory=True),
    "freeze_paused_yank": Case(freeze_target(to_paused, yank=True)),
    "freeze_drained_cancel": Case(freeze_target(to_drained, yank=False)),
    "freeze_device_yank": Case(freeze_in_device),
    "wrong_authority": Case(wrong_authority),
    "wrong_hostname": Case(wrong_hostname),
    "no_hostname": Case(no_hostname),
}
