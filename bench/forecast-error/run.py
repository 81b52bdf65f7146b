#!/usr/bin/env python3
"""How far forecasts of live moves are off: for each move `hanse migrate --dry-run` is asked first, and its report compared.

Usage: run.py [--rounds N] [--case NAME …] [--hanse PROGRAM] [--guest FOLDER]. Needs root. Writes bench/results/forecast-error.json.

Each round is one fresh guest and one move of it. In the first move of a case nothing is known of the link but by the probe; it is told
apart. The error is |likely − fact| over the fact; a range holds when the fact lies between low and high, which it should do nine times of
ten.
"""
import argparse
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, "..", "migration"), os.path.join(HERE, "..", "..", "tools")]
import bare_move
import hanse_cli
import hanse_move
import report

SETTLE_SECONDS = 5
FIGURES = {"bytes": "bytes", "totalMs": "time", "blackoutMs": "blackout"}
CASES = {
    "lan": ("no delay, no limit of the link, idle guest", {"delayMs": 0, "mbit": 0}, ["--dirty", "0", "--lines", "1"]),
    "idle": ("20 ms, 200 Mbit/s, idle guest", {"delayMs": 10, "mbit": 200}, ["--dirty", "0", "--lines", "1"]),
    "memory": ("20 ms, 200 Mbit/s, 8 MB/s of memory dirtied", {"delayMs": 10, "mbit": 200}, ["--dirty", "8", "--lines", "1"]),
    "disk": ("20 ms, 200 Mbit/s, 0.2 MB/s written to disk, synced", {"delayMs": 10, "mbit": 200},
             ["--dirty", "0", "--lines", "50", "--line-bytes", "4096"]),
}


def fact_of(transfer):
    moved = transfer["status"]["report"]
    return {"bytes": sum(moved[f"{part}Bytes"] for part in ("image", "seed", "disk", "memory")), "totalMs": moved["totalMs"],
            "blackoutMs": moved["blackoutMs"]}


def run_round(federation, guest, load):
    name = federation.start_guest(bare_move.parse_arguments(["--guest", guest, *load]))
    hanse_move.ask(federation.address_of(hanse_move.SOURCE, name))
    time.sleep(SETTLE_SECONDS)
    to = ["--context", hanse_move.SOURCE, "migrate", name, "--to", hanse_move.TARGET]
    forecast = federation.hanse.get(*to, "--dry-run")
    if not forecast.get("figures"):
        raise RuntimeError(f"no figures: {forecast}")
    federation.run(*to)
    transfer = hanse_cli.newest_transfer(federation.hanse, hanse_move.SOURCE)
    verdict = hanse_move.ask(federation.address_of(hanse_move.TARGET, name) + "/check")
    if not verdict["ok"]:
        raise RuntimeError(f"the move lost something: {verdict}")
    federation.remove(name)
    return {"forecast": forecast["figures"], "fact": fact_of(transfer)}


def error_of(one, figure):
    fact = one["fact"][figure]
    return abs(one["forecast"][figure]["likely"] - fact) / fact


def holds(one, figure):
    return one["forecast"][figure]["low"] <= one["fact"][figure] <= one["forecast"][figure]["high"]


def print_summary(cases):
    rows = []
    for case, rounds in cases.items():
        for figure, title in FIGURES.items():
            known = rounds[1:]
            error, low, high = report.quartiles([100 * error_of(one, figure) for one in known])
            scale, unit = (1e6, "MB") if figure == "bytes" else (1, "ms")
            fact = report.quartiles([one["fact"][figure] / scale for one in known])[0]
            rows.append([CASES[case][0], title, f"{fact:.1f} {unit}", f"{error:.0f} % ({low:.0f}–{high:.0f})",
                         f"{sum(holds(one, figure) for one in known)} of {len(known)}", f"{100 * error_of(rounds[0], figure):.0f} %"])
    report.print_table(["move", "figure", "fact, median", "error of the likely value, median (quartiles)", "within the range",
                        "error of the first move"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--case", nargs="+", choices=CASES, default=list(CASES))
    report.add_programs(parser)
    options = parser.parse_args()
    machine, cases = report.machine(), {}
    try:
        for case in options.case:
            _, link, load = CASES[case]
            with hanse_move.Federation(options.hanse, options.guest, 192) as federation:
                federation.change_link(**link)
                cases[case] = []
                for number in range(options.rounds + 1):
                    cases[case].append(run_round(federation, options.guest, load))
                    print(f"{case} {number}: {json.dumps(cases[case][-1])}", flush=True)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench/forecast-error: {error}")
    report.save("forecast-error.json", {"machine": machine, "cases": cases})
    print_summary(cases)


if __name__ == "__main__":
    main()
