#!/usr/bin/env python3
"""Durable transactions a second of the store, as ratios of what SQLite does alone. Writes bench/results/store.json.

Usage: run.py [--program FILE] [--folder FOLDER] [--seconds N] [--rounds N]; the folder must be on the disk that is meant.
"""
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


if __name__ == "__main__":
    report.run_disk_program(__doc__, "store", 2, 10, print_summary)
