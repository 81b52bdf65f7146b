#!/usr/bin/env python3
"""What it costs to keep all digests everywhere, in a simulated federation, in virtual time. Writes bench/results/digests.json.

Usage: run.py [--program FILE] [--seed N] [--zones N [N ...]]
"""
import argparse
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=os.path.join(report.ROOT, "build", "release", "bench", "bench_digests"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zones", type=int, nargs="+", default=[10, 100, 1000])
    options = parser.parse_args()
    machine = report.machine()
    command = [options.program, str(options.seed), *map(str, options.zones)]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True)
    sizes = [json.loads(line) for line in done.stdout.splitlines()]
    report.save("digests.json", {"machine": machine, "seed": options.seed, "sizes": sizes})
    rows = [
        [f"{size['zones']:,}", f"{size['changes']:,}", size["spread_median_s"], size["spread_worst_s"],
         f"{size['idle_bytes']:,}", f"{size['refresh_bytes']:,}", f"{size['bytes_per_change']:,}",
         f"{100 * size['handshake_share']:.0f} %", f"{size['probe_bytes']:,}", size["cut_spread_worst_s"],
         size["caught_up_after_s"]]
        for size in sizes]
    report.print_table(["zones", "changes", "median, s", "worst, s", "idle", "refreshed", "a change", "handshakes", "probes",
                        "worst in the cut, s", "caught up, s"], rows)


if __name__ == "__main__":
    main()
