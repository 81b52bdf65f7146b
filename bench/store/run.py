#!/usr/bin/env python3
"""Durable transactions a second of the store, as ratios of what SQLite does alone. Writes bench/results/store.json.

Usage: run.py [--program FILE] [--folder FOLDER] [--seconds N] [--rounds N]; the folder must be on the disk that is meant.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import report

NAMES = {
    "fdatasync": "the disk: 1 KiB appended, `fdatasync`",
    "sqlite": "SQLite alone: a row, a transaction",
    "store_1": "store, 1 writer",
    "store_16": "store, 16 writers",
    "store_64": "store, 64 writers",
}


def print_summary(rounds):
    rows = []
    for name, title in NAMES.items():
        median, lower, upper = report.quartiles(round[name] for round in rounds)
        ratio = report.quartiles(round[name] / round["sqlite"] for round in rounds)[0]
        rows.append([title, f"{median:,.0f}", f"{lower:,.0f}–{upper:,.0f}", f"{ratio:.2f}"])
    report.print_table(["durable writes of 1 KiB", "per second", "quartiles", "ratio to SQLite"], rows)


def main():
    build = os.path.join(report.ROOT, "build", "release")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=os.path.join(build, "bench", "bench_store"))
    parser.add_argument("--folder", default=build)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    machine = report.machine()
    rounds = report.run_rounds(options.program, options.folder, options.seconds, options.rounds)
    report.save("store.json", {"machine": machine, "seconds": options.seconds, "rounds": rounds})
    print_summary(rounds)


if __name__ == "__main__":
    main()
