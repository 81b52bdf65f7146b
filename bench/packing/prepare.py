#!/usr/bin/env python3
"""Makes data/azure_v1.csv.xz, the trace that the bench reads, of the table of virtual machines described in data/ATTRIBUTION.md.

Usage: prepare.py VMS.CSV.GZ. Equal machines of a batch become one row with a count, and times become differences in steps of 300 s; nothing
is left out but the batches' numbers and the order inside a batch.
"""
import collections
import csv
import gzip
import itertools
import lzma
import os
import sys

STEP_S = 300
TARGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "azure_v1.csv.xz")
HEAD = "steps_since_last,new_batch,vcpu,memory_mib,lived_from_steps,lived_to_steps,censored,count"


def machines(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            steps = [int(row[name]) // STEP_S for name in ("arrival_s", "dur_lo_s", "dur_hi_s")]
            memory = round(float(row["mem_gb"]) * 1024)
            yield steps[0], int(row["tenant_batch"]), int(row["vcpu"]), memory, steps[1], steps[2], int(row["censored"])


def rows(path):
    """The machines by batch; the batches come in the order of their arrival."""
    last_step = None
    for (step, _), batch in itertools.groupby(machines(path), key=lambda machine: machine[:2]):
        counts = collections.Counter(machine[2:] for machine in batch)
        for number, machine in enumerate(sorted(counts)):
            yield step - (step if last_step is None else last_step), int(number == 0), *machine, counts[machine]
            last_step = step


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    text = "\n".join([HEAD, *(",".join(map(str, row)) for row in rows(sys.argv[1]))]) + "\n"
    os.makedirs(os.path.dirname(TARGET), exist_ok=True)
    with open(TARGET, "wb") as file:
        file.write(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
