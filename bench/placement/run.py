#!/usr/bin/env python3
"""Choices of a host and of a zone a second on one core, as ratios of what looks at all of them. Writes bench/results/placement.json.

Usage: run.py [--folder FOLDER] [--hosts N] [--zones N] [--seconds N] [--rounds N]; the programs are in the folder.
"""
import argparse
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import report

# Each: its rate, its percentiles if they are measured, what its ratio is to, its budget.
HOST_ROWS = [
    ("a release and a placement, all hosts alike", "host_index", "host_index", "host_scan", "≥ 1,000,000; p99 ≤ 5 µs"),
    ("the same, hosts of 16 capabilities", "host_classes", None, "host_scan", ""),
    ("placements until an empty fleet is full", "host_fill", None, None, ""),
    ("reference: best fit in a `std::set`", "host_set", "host_set", "host_scan", ""),
    ("reference: a vectorised scan", "host_scan", None, "host_scan", ""),
]
ZONE_ROWS = [
    ("all hard constraints, three weights", "zone_index", "zone_index", "zone_scan", "≥ 100,000; p99 ≤ 50 µs"),
    ("five weights, nearly every zone remains", "zone_any", None, None, ""),
    ("reference: a scan of prepared numbers", "zone_scan", None, "zone_scan", ""),
    ("reference: the planner", "zone_planner", None, "zone_scan", ""),
]

CAPACITY_ROUNDS = 3


def run(folder, program, *arguments):
    command = [os.path.join(folder, program), *map(str, arguments)]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_rounds(options):
    return run(options.folder, "bench_placement", options.hosts, options.zones, options.seconds, options.rounds)


def run_capacity(options):
    """Each round at each number of hosts, from a hundredth of all to all."""
    scales = [max(10, options.hosts // part) for part in (100, 10, 1)]
    return [result for _ in range(CAPACITY_ROUNDS) for scale in scales for result in run(options.folder, "bench_capacity", scale)]


def median(rounds, name):
    return report.quartiles(round[name] for round in rounds)[0]


def print_rates(head, rounds, rows):
    table = []
    for title, rate, percentiles, reference, budget in rows:
        middle, lower, upper = report.quartiles(round[rate] for round in rounds)
        micros = [f"{median(rounds, f'{percentiles}_{part}_us'):.2f}" if percentiles else "" for part in ("p50", "p99")]
        ratio = report.quartiles(round[rate] / round[reference] for round in rounds)[0] if reference else None
        ratio = f"{ratio:.1f}" if ratio and ratio >= 0.1 else f"{ratio:.3f}" if ratio else ""
        table.append([title, f"{middle:,.0f}", f"{lower:,.0f}–{upper:,.0f}", *micros, ratio, budget])
    report.print_table([head, "per second", "quartiles", "p50 µs", "p99 µs", "ratio to the scan", "budget"], table)
    print()


def print_capacity(results):
    table = []
    for hosts in sorted({result["hosts"] for result in results}):
        same = [result for result in results if result["hosts"] == hosts]
        reserve, release, sum_up = (median(same, name) for name in ("reserve_us", "release_us", "sum_up_us"))
        table.append([f"{hosts:,}", f"{reserve:.2f}", f"{release:.1f}", f"{sum_up:,.0f}", f"{sum_up / reserve:,.0f}",
                      f"{median(same, 'load_s'):.2f}", f"{median(same, 'load_slice_ms'):.1f}"])
    report.print_table(["hosts, two instances each", "a choice, µs", "its record, µs", "adding all up, µs", "ratio to the choice",
                        "reading all once, s", "longest turn of it, ms"], table)
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default=os.path.join(report.ROOT, "build", "release", "bench"))
    parser.add_argument("--hosts", type=int, default=100_000)
    parser.add_argument("--zones", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    machine = report.machine()
    rounds = run_rounds(options)
    parameters = {name: getattr(options, name) for name in ("hosts", "zones", "seconds")}
    capacity = run_capacity(options)
    report.save("placement.json", {"machine": machine, **parameters, "rounds": rounds, "capacity": capacity})
    print_rates(f"host choice, {options.hosts:,} hosts", rounds, HOST_ROWS)
    print_rates(f"zone choice, {options.zones:,} zones", rounds, ZONE_ROWS)
    print_capacity(capacity)
    print(f"zones that remain: {median(rounds, 'zone_remaining'):.0f} on average; "
          f"requests that find one: {100 * median(rounds, 'zone_chosen'):.0f} %; "
          f"a new digest: {median(rounds, 'zone_update_us'):.1f} µs; "
          f"a place named for the first time: {median(rounds, 'zone_new_place_us'):.0f} µs")


if __name__ == "__main__":
    main()
