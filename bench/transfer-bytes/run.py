#!/usr/bin/env python3
"""Bytes on the wire of moves against the least that would do: live, a first move, a move back, and a second instance of the same image;
stopped, a guest with a large data volume, and its move back with a tenth of it changed.

Usage: run.py [--rounds N] [--mebibytes N] [--hanse PROGRAM] [--guest FOLDER]. Needs root. Writes bench/results/transfer-bytes.json.

The bound is reckoned here and not by Hanse: before a move the source's disk is read as it lies on the host; each of its chunks that the
target's host has neither sent nor received before, counted once and without zeroes, is compressed alone by zstd -1. To that come the
pages and blocks that QEMU sent, which is what the guest has changed meanwhile.
"""
import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, "..", "migration"), os.path.join(HERE, "..", "..", "tools")]
import bare_move
import data_volume
import hanse_move
import namespaces
import report

CHUNK = 64 << 10
GUEST = ["--dirty", "0", "--lines", "8", "--line-bytes", "32768"]  # a quarter of a megabyte a second, each line synced
WRITE_SECONDS = 15
BUDGET = "≤ 1.05"
CASES = {"first": "first move", "back": "move back", "second": "a second instance of the same image",
         "volume": "stopped, a large data volume", "volume_back": "its move back, a tenth of it changed"}
CHANGED_PART = 10


def chunks_of(path):
    """{digest: content} of what the disk has of its own, without zeroes."""
    text = subprocess.run(["qemu-img", "map", "-U", "--output=json", "-f", "qcow2", path], check=True, capture_output=True).stdout
    found = {}
    with open(path, "rb") as file:
        for extent in json.loads(text):
            if extent["depth"] or not extent["present"] or not extent["data"]:
                continue
            file.seek(extent["offset"])
            content = file.read(extent["length"]).ljust(extent["length"], b"\0")
            for at in range(0, len(content), CHUNK):
                chunk = content[at:at + CHUNK]
                if chunk.strip(b"\0"):
                    found[hashlib.sha256(chunk).digest()] = chunk
    return found


def compressed_bytes(chunks):
    return sum(len(subprocess.run(["zstd", "-1", "-q", "-c", "--no-check"], input=chunk, check=True, capture_output=True).stdout)
               for chunk in chunks)


class Hosts:
    """What each host has had of chunks, as its store keeps them."""

    def __init__(self, federation):
        self.federation = federation
        self.known = {hanse_move.SOURCE: set(), hanse_move.TARGET: set()}

    def disks_of(self, zone, name):
        uid = self.federation.hanse.get("--context", zone, "get", "instance", name)["metadata"]["uid"]
        folder = f"{self.federation.hanse.state}/{zone}/{zone}-1/host/instances/{uid}/run"
        return [os.path.join(folder, entry) for entry in os.listdir(folder) if entry.startswith("disk-") and entry.endswith(".qcow2")]

    def move(self, name, source, target):
        """One move with its bound."""
        chunks = {}
        for disk in self.disks_of(source, name):
            chunks |= chunks_of(disk)
        missing = {digest: chunk for digest, chunk in chunks.items() if digest not in self.known[target]}
        bound = compressed_bytes(missing.values())
        namespace = f"hanse-{hanse_move.NAME}-{source}"
        sent = namespaces.sent_bytes(namespace)
        self.federation.run("--context", source, "migrate", name, "--to", target)
        sent = namespaces.sent_bytes(namespace) - sent
        for zone in (source, target):
            self.known[zone] |= set(chunks)
        moved = hanse_move.newest_report(self.federation, source)
        least = bound + moved["diskBytes"] + moved["memoryBytes"]
        return {"wire_bytes": sent, "least_bytes": least, "chunks_bound": bound, "seed_bytes": moved["seedBytes"],
                "saved_bytes": moved["savedBytes"], "disk_bytes": moved["diskBytes"], "memory_bytes": moved["memoryBytes"],
                "content_bytes": len(chunks) * CHUNK, "cuts": moved["cuts"]}


def start(federation, guest):
    name = federation.start_guest(bare_move.parse_arguments(["--guest", guest, *GUEST]))
    hanse_move.ask(federation.address_of(hanse_move.SOURCE, name))
    time.sleep(WRITE_SECONDS)
    return name


def run_round(federation, hosts, guest):
    source, target = hanse_move.SOURCE, hanse_move.TARGET
    first = start(federation, guest)
    result = {"first": hosts.move(first, source, target)}
    time.sleep(2)
    result["back"] = hosts.move(first, target, source)
    federation.run("--context", source, "delete", "instance", first, "--wait")
    federation.run("--context", target, "delete", "instance", first, "--wait")
    second = start(federation, guest)
    result["second"] = hosts.move(second, source, target)
    verdict = hanse_move.ask(federation.address_of(target, second) + "/check")
    if not verdict["ok"]:
        raise RuntimeError(f"the move lost something: {verdict}")
    federation.remove(second)
    return result


def change(raw, mebibytes):
    """Every tenth mebibyte has another content."""
    with open(raw, "r+b") as file:
        for number in range(0, mebibytes, CHANGED_PART):
            file.seek(number * data_volume.MIB)
            file.write(os.urandom(data_volume.MIB))


def run_volume_round(hosts, volume, raw):
    """Both moves; the volume is where it was then."""
    source, target = hanse_move.SOURCE, hanse_move.TARGET
    data_volume.write_content(raw, volume.mebibytes)
    result = {}
    for case, way in (("volume", (source, target)), ("volume_back", (target, source))):
        volume.fill(raw)
        result[case] = hosts.move(data_volume.NAME, *way)
        volume.zone = way[1]
        if not data_volume.is_same(raw, volume.path()):
            raise RuntimeError("the move changed the volume")
        change(raw, volume.mebibytes)
    return result


def print_summary(rounds):
    rows = []
    for case, title in CASES.items():
        moves = [one[case] for one in rounds]
        ratio, low, high = report.quartiles([move["wire_bytes"] / move["least_bytes"] for move in moves])
        shown = [f"{report.quartiles([move[key] / 1e6 for move in moves])[0]:.2f}"
                 for key in ("content_bytes", "chunks_bound", "seed_bytes", "disk_bytes", "memory_bytes", "wire_bytes")]
        rows.append([title, *shown, f"{ratio:.3f} ({low:.3f}–{high:.3f})", BUDGET])
    report.print_table(["move", "disk's own content, MB", "missing chunks compressed, MB", "sent of them, MB", "blocks, MB", "pages, MB",
                        "on the wire, MB", "ratio to the least, median (quartiles)", "budget"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mebibytes", type=int, default=256, help="of the data volume")
    report.add_programs(parser)
    options = parser.parse_args()
    machine, rounds = report.machine(), []
    try:
        with hanse_move.Federation(options.hanse, options.guest, 192) as federation, tempfile.TemporaryDirectory() as folder:
            federation.change_link(**{"delayMs": 0, "mbit": 0})
            # The image goes to the target once, before what is counted.
            hosts = Hosts(federation)
            warm_up = start(federation, options.guest)
            hosts.move(warm_up, hanse_move.SOURCE, hanse_move.TARGET)
            federation.remove(warm_up)
            user_data = bare_move.user_data(bare_move.parse_arguments(["--guest", options.guest, *GUEST]))
            volume = data_volume.DataVolume(federation, hanse_move.SOURCE, options.mebibytes, user_data)
            raw = os.path.join(folder, "content.raw")
            for number in range(options.rounds):
                rounds.append(run_round(federation, hosts, options.guest) | run_volume_round(hosts, volume, raw))
                print(f"round {number}: {rounds[-1]}", flush=True)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench/transfer-bytes: {error}")
    report.save("transfer-bytes.json", {"machine": machine, "rounds": rounds})
    print_summary(rounds)


if __name__ == "__main__":
    main()
