#!/usr/bin/env python3
"""What a record in the audit log adds to a durable write of the store, by the number of writers. Writes bench/results/audit.json.

Usage: run.py [--program FILE] [--folder FOLDER] [--seconds N] [--rounds N]; the folder must be on the disk that is meant.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import report

WRITERS = [1, 16, 64]
PARTS = ["store", "store_and_record", "record"]


def print_summary(rounds):
    rows = []
    for writers in WRITERS:
        rates = [report.quartiles(round[f"{part}_{writers}"] for round in rounds)[0] for part in PARTS]
        ratio = report.quartiles(round[f"store_and_record_{writers}"] / round[f"store_{writers}"] for round in rounds)[0]
        rows.append([writers, *(f"{rate:,.0f}" for rate in rates), f"{ratio:.2f}"])
    report.print_table(["writers", "store alone", "store, then record", "record alone", "with record, ratio to without"], rows)


if __name__ == "__main__":
    report.run_disk_program(__doc__, "audit", 1, 7, print_summary)
