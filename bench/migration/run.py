#!/usr/bin/env python3
"""Live moves by Hanse against the same moves by bare QMP, in turns, over the same link. Writes bench/results/migration.json.

Usage: run.py [--case NAME]… [--pairs N] [--hanse PROGRAM] [--guest FOLDER]. Needs root. A case's figures replace those that the
file has of it; the other cases stay. Exits non-zero when a guest lost anything.
"""
import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(HERE, "..", "..", "tools")]
import bare_move
import hanse_move
import report

# Arguments of bare_move.py: what the guest does while it is moved.
CASES = {
    "lan": ["--dirty", "0", "--lines", "1"],
    "idle": ["--dirty", "0", "--lines", "1"],
    "memory": ["--dirty", "8", "--lines", "1"],
    "disk": ["--dirty", "0", "--lines", "50", "--line-bytes", "4096"],
}
LAN = {"delayMs": 0, "mbit": 0}  # of the link; the other cases have that of two_zones.yaml
TITLES = {"lan": "idle, no delay, no limit of the link", "idle": "idle", "memory": "dirties 8 MB/s",
          "disk": "writes 50 × 4 KiB/s, each synced"}
BUDGETS = {"blackout_ms": "≤ 1.2", "total_s": "≤ 1.15"}  # of the ratios
FIGURES = {  # and how they are shown
    "blackout_ms": ("blackout by QEMU's events, ms", 1, ".0f"),
    "guest_blackout_ms": ("blackout by the guest's clock, ms", 1, ".0f"),
    "total_s": ("total, s", 1, ".2f"),
    "wire_bytes": ("MB on the wire", 1e6, ".1f"),
}


def options_of(case, guest):
    return bare_move.parse_arguments(["--guest", guest, "--disk", "overlay", *CASES[case]])


def run_case(case, options):
    """What the guests run with, and the pairs of moves. One of each before them, which brings the image to the target and files
    into memory, is not counted."""
    how = options_of(case, options.guest)
    pairs = []
    with hanse_move.Federation(options.hanse, options.guest, how.memory) as federation:
        if case == "lan":
            federation.change_link(**LAN)
        how.accelerator = federation.accelerator()
        agent_kib = {"idle": federation.agent_kib(hanse_move.TARGET)}
        for number in range(options.pairs + 1):
            pair = {"hanse": hanse_move.move_once(federation, how), "bare": bare_move.move_once(federation.link(), how)}
            for side, result in pair.items():
                shown = ", ".join(f"{name} {result[name]}" for name in FIGURES)
                print(f"{case} {number} {side}: {shown}", flush=True)
                if not result["ok"]:
                    raise RuntimeError(f"{side} lost something: {result['witness']}")
            if number:
                pairs.append(pair)
        agent_kib["after"] = federation.agent_kib(hanse_move.TARGET)
    return how.accelerator, pairs, agent_kib


def print_summary(cases):
    rows = []
    for case, result in cases.items():
        for figure, (title, unit, digits) in FIGURES.items():
            sides = [[pair[side][figure] / unit for pair in result["pairs"] if pair[side][figure] is not None]
                     for side in ("hanse", "bare")]
            hanse, bare = (report.quartiles(values) for values in sides)
            shown = [f"{side[0]:{digits}} ({side[1]:{digits}}–{side[2]:{digits}})" for side in (hanse, bare)]
            rows.append([TITLES[case], title, *shown, f"{hanse[0] / bare[0]:.2f}", BUDGETS.get(figure, "")])
        moves = [pair["hanse"] for pair in result["pairs"]]
        parts = ("image_bytes", "memory_bytes", "disk_bytes", "seed_bytes")
        ratios = [move["wire_bytes"] / sum(move.get(part, 0) for part in parts) for move in moves]
        median, low, high = report.quartiles(ratios)
        rows.append([TITLES[case], "bytes on the wire, ratio to memory and disk as QEMU sent them",
                     f"{median:.3f} ({low:.3f}–{high:.3f})", "", "", "≤ 1.05"])
        if "agent_kib" in result:
            rows.append([TITLES[case], "memory of the target's agent, MB: idle, after the moves",
                         ", ".join(f"{kib * 1024 / 1e6:.1f}" for kib in result["agent_kib"].values()), "", "", "≤ 20"])
    report.print_table(["guest", "figure", "Hanse, median (quartiles)", "bare QMP", "ratio of medians", "budget"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", action="append", choices=sorted(CASES), help="all by default")
    parser.add_argument("--pairs", type=int, default=10)
    report.add_programs(parser)
    options = parser.parse_args()
    result = report.load("migration.json")
    for case in options.case or CASES:
        machine = report.machine()
        try:
            accelerator, pairs, agent_kib = run_case(case, options)
        except (RuntimeError, OSError) as error:
            sys.exit(f"bench/migration: {error}")
        result[case] = {"machine": machine, "accelerator": accelerator, "pairs": pairs, "agent_kib": agent_kib}
        report.save("migration.json", {name: result[name] for name in CASES if name in result})
    print_summary({name: result[name] for name in CASES if name in result})


if __name__ == "__main__":
    main()
