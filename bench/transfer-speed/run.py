#!/usr/bin/env python3
"""How fast a move brings disks and memory over a link without delay or limit, against nbdcopy with TLS and against QEMU alone.

Usage: run.py [--rounds N] [--mebibytes N] [--only disk|memory] [--hanse PROGRAM] [--guest FOLDER]. Needs root. Writes
bench/results/transfer-speed.json; a path's figures replace those that the file has of it.

Disk: a stopped guest with a volume of fresh content moves to the other zone, and nbdcopy copies the same between the same two network
namespaces, in turns. Memory: a running guest moves, and the same guest by bare QMP. After each the content is compared.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(HERE, "..", "migration"), os.path.join(HERE, "..", "..", "tools")]
import bare_move
import cpu_time
import data_volume
import hanse_move
import namespaces
import nbd_copy
import report

ZONES = (hanse_move.SOURCE, hanse_move.TARGET)
ADDRESSES = {"north": "10.77.1.1", "south": hanse_move.TARGET_ADDRESS}
WITNESS = ["--dirty", "0", "--lines", "1"]
PATTERN_MB, MEMORY_MIB = 256, 512
TITLES = {"hanse": "Hanse", "nbdcopy": "nbdcopy", "bare": "bare QMP"}
BUDGETS = {"disk": "≥ 0.8", "memory": "≥ 0.95"}


def program_titles(federation):
    status = federation.hanse.get("testbed", "status", "--name", hanse_move.NAME)
    titles = {status["wan"]["pid"]: "the link"}
    for zone in status["zones"]:
        titles[zone["zone"]["pid"]] = "zones"
        titles[zone["hosts"][0]["pid"]] = f"agent {zone['name']}"
    return titles


def by_role(seconds, source, target):
    """Zones change their roles from round to round."""
    roles = {f"agent {source}": "agent of the source", f"agent {target}": "agent of the target"}
    return {roles.get(title, title): spent for title, spent in seconds.items()}


def link_between(source, target):
    names = [f"hanse-{hanse_move.NAME}-{zone}" for zone in (source, target)]
    return namespaces.GivenNamespaces(*names, ADDRESSES[target])


def peak_kib(titles, zone):
    pid = next(pid for pid, title in titles.items() if title == f"agent {zone}")
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("VmHWM")).split()[1])


def write_seconds(source, folder):
    """The disk alone: the same bytes copied within it and synced."""
    place = os.path.join(folder, "alone")
    os.sync()
    began = time.monotonic()
    subprocess.run(["dd", f"if={source}", f"of={place}", "bs=1M", "conv=fdatasync", "status=none"], check=True)
    seconds = time.monotonic() - began
    os.remove(place)
    return seconds


def move_by_hanse(federation, volume, target, raw):
    titles, source = program_titles(federation), volume.zone
    link = link_between(source, target)
    volume.fill(raw)
    sent = link.sent_bytes()
    with cpu_time.CpuTime([link.source, link.target], titles) as spent:
        volume.move(target)
    sent = link.sent_bytes() - sent
    if not data_volume.is_same(raw, volume.path()):
        raise RuntimeError("the move changed the volume")
    moved = hanse_move.newest_report(federation, source)
    return {"seconds": moved["seedMs"] / 1000, "total_s": moved["totalMs"] / 1000, "sent_bytes": sent, "seed_bytes": moved["seedBytes"],
            "cpu_s": by_role(spent.seconds, source, target), "agent_peak_kib": max(peak_kib(titles, zone) for zone in ZONES)}


def copy_by_nbd(federation, folder, source, target, raw):
    link = link_between(source, target)
    disk = os.path.join(folder, "source.qcow2")
    data_volume.disk_image(raw, disk)
    os.sync()
    sent = link.sent_bytes()
    with cpu_time.CpuTime([link.source, link.target], program_titles(federation)) as spent:
        seconds, copied = nbd_copy.copy(folder, link, disk, os.path.getsize(raw))
    sent = link.sent_bytes() - sent
    if not data_volume.is_same(raw, copied):
        raise RuntimeError("nbdcopy changed the volume")
    alone = write_seconds(raw, folder)
    os.remove(copied)
    return {"seconds": seconds, "sent_bytes": sent, "cpu_s": by_role(spent.seconds, source, target), "disk_alone_s": alone}


def disk_rounds(options):
    rounds = []
    how = bare_move.parse_arguments(["--guest", options.guest, *WITNESS])
    with hanse_move.Federation(options.hanse, options.guest, how.memory) as federation, \
            tempfile.TemporaryDirectory(prefix="transfer-speed-", dir=options.folder) as folder:
        federation.change_link(delayMs=0, mbit=0)
        volume = data_volume.DataVolume(federation, ZONES[0], options.mebibytes, bare_move.user_data(how))
        raw = os.path.join(folder, "content.raw")
        # One before what is counted: the image goes to the target, and files into memory.
        for number in range(options.rounds + 1):
            source = volume.zone
            target = ZONES[1 - ZONES.index(source)]
            data_volume.write_content(raw, options.mebibytes)
            one = {"bytes": os.path.getsize(raw), "hanse": move_by_hanse(federation, volume, target, raw),
                   "nbdcopy": copy_by_nbd(federation, folder, source, target, raw)}
            print(f"disk {number}: {one}", flush=True)
            if number:
                rounds.append(one)
    return rounds


def memory_rounds(options):
    rounds = []
    how = bare_move.parse_arguments(["--guest", options.guest, "--disk", "overlay", "--pattern", str(PATTERN_MB), "--memory",
                                     str(MEMORY_MIB), *WITNESS])
    with hanse_move.Federation(options.hanse, options.guest, how.memory) as federation:
        federation.change_link(delayMs=0, mbit=0)
        how.accelerator = federation.accelerator()
        for number in range(options.rounds + 1):
            one = {"hanse": hanse_move.move_once(federation, how), "bare": bare_move.move_once(federation.link(), how)}
            print(f"memory {number}: {one}", flush=True)
            for side, result in one.items():
                if not result["ok"]:
                    raise RuntimeError(f"{side} lost something: {result['witness']}")
            if number:
                rounds.append(one)
    return rounds


def speeds_of(path, rounds, side):
    """Megabytes a second of each round."""
    if path == "disk":
        return [one["bytes"] / one[side]["seconds"] / 1e6 for one in rounds]
    return [one[side]["memory_bytes"] / one[side]["memory_s"] / 1e6 for one in rounds]


def print_speeds(result):
    rows = []
    for path, other in (("disk", "nbdcopy"), ("memory", "bare")):
        if path not in result:
            continue
        rounds = result[path]["rounds"]
        speeds = {side: report.quartiles(speeds_of(path, rounds, side)) for side in ("hanse", other)}
        shown = [f"{median:.0f} ({low:.0f}–{high:.0f})" for median, low, high in speeds.values()]
        rows.append([path, *shown, f"{speeds['hanse'][0] / speeds[other][0]:.2f}", BUDGETS[path]])
    report.print_table(["path", "Hanse, MB/s, median (quartiles)", "nbdcopy, bare QMP", "ratio of medians", "budget"], rows)


def print_costs(rounds):
    """Processor seconds for each GB of content, by program."""
    rows = []
    for side in ("hanse", "nbdcopy"):
        titles = sorted({title for one in rounds for title in one[side]["cpu_s"]})
        for title in titles:
            spent = report.quartiles([one[side]["cpu_s"].get(title, 0) * 1e9 / one["bytes"] for one in rounds])[0]
            if spent >= 0.01:
                rows.append([TITLES[side], title, f"{spent:.2f}"])
        whole = report.quartiles([sum(one[side]["cpu_s"].values()) * 1e9 / one["bytes"] for one in rounds])[0]
        wire = report.quartiles([one[side]["sent_bytes"] / one["bytes"] for one in rounds])[0]
        rows.append([TITLES[side], "all; GB on the wire", f"{whole:.2f}; {wire:.2f}"])
    alone = report.quartiles([one["bytes"] / one["nbdcopy"]["disk_alone_s"] / 1e6 for one in rounds])[0]
    peak = max(one["hanse"]["agent_peak_kib"] for one in rounds) * 1024 / 1e6
    report.print_table(["disk path", "program", "processor seconds for each GB"], rows)
    print(f"the disk alone: {alone:.0f} MB/s; an agent's memory at its highest: {peak:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--mebibytes", type=int, default=1024, help="of the data volume")
    parser.add_argument("--only", choices=["disk", "memory"], help="both by default")
    report.add_programs(parser)
    parser.add_argument("--folder", default="/var/lib", help="on the disk of the testbeds")
    options = parser.parse_args()
    result = report.load("transfer-speed.json")
    for path, measure in (("disk", disk_rounds), ("memory", memory_rounds)):
        if options.only not in (None, path):
            continue
        machine = report.machine()
        try:
            rounds = measure(options)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            sys.exit(f"bench/transfer-speed: {error}")
        result[path] = {"machine": machine, "rounds": rounds}
        report.save("transfer-speed.json", result)
    print_speeds(result)
    if "disk" in result:
        print_costs(result["disk"]["rounds"])


if __name__ == "__main__":
    main()
