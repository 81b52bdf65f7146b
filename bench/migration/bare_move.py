#!/usr/bin/env python3
"""Moves the witness guest live between two QEMU processes in two network namespaces, by bare QMP: what Hanse is measured against.

Prints one JSON object a move: blackout (by QEMU's events and by heartbeats), downtime as QEMU reckons it, total, bytes, and the
witness's verdict afterwards. Exits non-zero if anything was lost. Needs root for the namespaces; QEMU itself runs unprivileged.
"""
import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time

import certificates
import disks
import namespaces
import qmp
import virtual_machine
from move import Move, MoveOptions

BOOT_SECONDS = 60
SETTLE_SECONDS = 2.0
AFTER_SECONDS = 1.0
GET = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=20).read().decode())"


def user_data(options):
    """The witness's settings, for any guest that is to do the same."""
    return (f"#cloud-config\nhanse_witness:\n  pattern_mb: {options.pattern}\n  dirty_mb_per_second: {options.dirty}\n"
            f"  lines_per_second: {options.lines}\n  line_bytes: {options.line_bytes}\n")


def write_seed(folder, options):
    """A NoCloud seed with the witness's settings, in both folders alike."""
    seed = os.path.join(folder, "seed")
    os.makedirs(seed)
    with open(os.path.join(seed, "user-data"), "w", encoding="ascii") as file:
        file.write(user_data(options) + "  location: bare/source\n")
    with open(os.path.join(seed, "meta-data"), "w", encoding="ascii") as file:
        file.write("instance-id: witness\nlocal-hostname: witness\n")
    image = os.path.join(folder, "seed.iso")
    files = [os.path.join(seed, name) for name in ("user-data", "meta-data")]
    subprocess.run(["genisoimage", "-quiet", "-o", image, "-V", "cidata", "-r", "-J", *files], check=True)


def ask_witness(machine, path):
    url = f"http://127.0.0.1:{virtual_machine.HTTP_PORT}{path}"
    return json.loads(namespaces.run_python(machine.namespace, GET, url))


@contextlib.contextmanager
def machines(folder, net, options, record=None):
    """The running source and then the waiting target, which is started last; both are gone at the end."""
    os.chmod(folder, 0o755)
    folders = [os.path.join(folder, side) for side in ("source", "target")]
    for side in folders:
        os.makedirs(side)
        write_seed(side, options)
    disks.prepare(options.disk, os.path.join(options.guest, "witness.qcow2"), *folders)
    certificates.make_pair(*(os.path.join(side, "tls") for side in folders), options.keys)
    common = virtual_machine.Options(options.guest, options.memory, options.user, options.accelerator)
    pair = []
    for side, namespace, incoming in zip(folders, (net.source, net.target), (False, True)):
        name = os.path.basename(side)
        blockdev = disks.arguments(options.disk, side)
        pair.append(virtual_machine.VirtualMachine(name, side, namespace, common, blockdev, incoming))
    try:
        for machine in pair:
            machine.start(lambda direction, message, name=machine.name: record and record(name, direction, message))
            if not machine.incoming:
                machine.wait_heartbeat(BOOT_SECONDS)
        yield pair
    finally:
        for machine in pair:
            machine.stop()


def heartbeat_gap(source, target):
    """Milliseconds between the last heartbeat heard from the source and the first from the target, those of them that the guest did
    not live through, and how many heartbeats are missing."""
    last, first = source.heartbeats.beats[-1], target.heartbeats.beats[0]
    outside = (first[2] - last[2]) * 1000
    inside = (first[1] - last[1]) / 1e6
    return {"heartbeat_gap_ms": round(outside, 1), "guest_blackout_ms": round(outside - inside, 1),
            "heartbeats_missing": first[0] - last[0] - 1}


def report(move, net_bytes):
    """Figures of a finished move; QEMU's totals are asked for once more, right after the end they may still be 0."""
    memory = move.source.qmp.execute("query-migrate")
    stop = move.source.qmp.wait_event("STOP", 1)
    times = move.times
    return {
        "blackout_ms": round((qmp.seconds_of(move.resume_event) - qmp.seconds_of(stop)) * 1000, 1),
        "downtime_ms": memory["downtime"],
        **heartbeat_gap(move.source, move.target),
        "total_s": round(move.target.start_seconds + times["resumed"] - times["start"], 3),
        "prepare_s": round(move.target.start_seconds + times["prepared"] - times["start"], 3),
        "disk_s": round(times["disk_ready"] - times["prepared"], 3),
        "memory_s": round(times["paused"] - times["disk_ready"], 3),
        "drain_ms": round((times["drained"] - times["paused"]) * 1000, 1),
        "rest_ms": round((times["memory_moved"] - times["drained"]) * 1000, 1),
        "resume_ms": round((times["resumed"] - times["memory_moved"]) * 1000, 1),
        "memory_bytes": memory["ram"]["transferred"],
        "disk_bytes": move.disk_bytes,
        "wire_bytes": net_bytes,
    }


def move_once(net, options):
    """Boots, moves, checks; gives the figures with the verdict."""
    with tempfile.TemporaryDirectory(prefix="hanse-bare-") as folder:
        trace = open(options.trace, "w", encoding="utf-8") if options.trace else None
        started = time.monotonic()

        def record(name, direction, message):
            if trace:
                print(f"{time.monotonic() - started:8.3f} {name} {direction} {json.dumps(message)}", file=trace, flush=True)

        with machines(folder, net, options, record) as (source, target):
            time.sleep(SETTLE_SECONDS)
            before = ask_witness(source, "/")
            how = MoveOptions(
                address=net.target_address, disk=options.disk, tls=options.tls, multifd=options.multifd,
                socket_folder=target.folder if options.transport == "unix" else None,
                compression=options.compression, copy_mode=options.copy_mode, downtime_limit_ms=options.downtime_limit,
            )  # fmt: skip
            sent = net.sent_bytes()
            move = Move(source, target, how)
            move.run()
            sent = net.sent_bytes() - sent
            target.heartbeats.tell_location("bare/target")
            time.sleep(AFTER_SECONDS)
            result = report(move, sent)
            move.clean_up_source()
            verdict = ask_witness(target, "/check")
            same = verdict["boot_id"] == before["boot_id"] and verdict["counter"] > before["counter"]
            if verdict["lines"] <= before["last_fsynced_line"]:
                verdict["ok"] = False
            return result | {"ok": verdict["ok"] and same, "witness": verdict}


def parse_arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guest", required=True, metavar="DIR", help="made by testbed/guest/build_guest.sh")
    parser.add_argument("--repeat", type=int, default=1, metavar="N")
    parser.add_argument("--memory", type=int, default=192, metavar="MIB")
    parser.add_argument("--pattern", type=int, default=16, metavar="MB", help="memory pages of the witness")
    parser.add_argument("--dirty", type=int, default=1, metavar="MB_PER_S")
    parser.add_argument("--lines", type=int, default=20, metavar="PER_S", help="lines with fsync")
    parser.add_argument("--line-bytes", type=int, default=64, metavar="BYTES")
    parser.add_argument("--disk", choices=sorted(disks.MIRROR_SYNC), default="full")
    parser.add_argument("--copy-mode", choices=["background", "switch", "write-blocking"], default="switch")
    parser.add_argument("--transport", choices=["tcp", "unix"], default="tcp")
    parser.add_argument("--no-tls", dest="tls", action="store_false")
    parser.add_argument("--keys", choices=sorted(certificates.KEY_ARGUMENTS), default="ecdsa")
    parser.add_argument("--multifd", type=int, default=0, metavar="CHANNELS")
    parser.add_argument("--compression", choices=["none", "zlib", "zstd"], default="none", help="of multifd")
    parser.add_argument("--downtime-limit", type=int, default=100, metavar="MS")
    parser.add_argument("--accelerator", choices=["tcg", "kvm"], default="tcg", help="kvm needs a user who may use it")
    parser.add_argument("--user", default="nobody", help="that QEMU runs as")
    parser.add_argument("--trace", metavar="FILE", help="write every QMP message there")
    parser.add_argument("--namespaces", nargs=3, metavar=("SOURCE", "TARGET", "TARGET_ADDRESS"), help="use existing ones")
    arguments = parser.parse_args(words)
    arguments.guest = os.path.abspath(arguments.guest)
    return arguments


def main():
    options = parse_arguments()
    net = namespaces.GivenNamespaces(*options.namespaces) if options.namespaces else namespaces.NamespacePair()
    sound = True
    try:
        with net:
            for _ in range(options.repeat):
                result = move_once(net, options)
                sound = sound and result["ok"]
                print(json.dumps(result), flush=True)
    except (RuntimeError, qmp.QmpError, qmp.QmpClosed, qmp.QmpTimeout, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"bare_move: {error}")
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
