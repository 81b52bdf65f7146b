#!/usr/bin/env python3
"""Hosts that packing policies keep open on a trace of virtual machines, beside the number that any packing needs. Writes
bench/results/packing.json and bench/results/packing.svg.

Usage: run.py [--program FILE] [HOST ...]; a host is VCPUxMIB, and the first is the one that is plotted.
"""
import argparse
import json
import lzma
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import report

HOSTS = ["40x131072", "16x114688", "32x131072", "64x196608"]
SAMPLES_A_DAY = 96
NAMES = {
    "best_fit": "best fit, as the zone does",
    "price": "shadow price",
    "price_learned": "shadow price, learned lifetimes",
    "price_known": "shadow price, true lifetimes",
    "best_fit_moves": "best fit, moves",
    "price_moves": "shadow price, moves",
    "all_fewer_moves": "all three, a fifth of the moves",
    "all": "**all three: price, learned lifetimes, moves**",
    "all_unlimited": "all three, moves without limit",
}
PLOTTED = ["best_fit", "price_learned", "all"]


def replay(program, hosts):
    with tempfile.NamedTemporaryFile(suffix=".csv") as trace:
        with lzma.open(os.path.join(HERE, "data", "azure_v1.csv.xz")) as packed:
            trace.write(packed.read())
        trace.flush()
        done = subprocess.run([program, trace.name, *hosts], text=True, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def excess(hosts, bound):
    """By how many per cent the time averages differ."""
    return round(100 * (sum(hosts) / sum(bound) - 1), 2)


def summary(size):
    bound = size["at_least"]
    policies = {}
    for policy in size["policies"]:
        policies[policy["name"]] = {
            "hosts": round(sum(policy["open"]) / len(bound), 1),
            "excess_percent": excess(policy["open"], bound),
            **{name: policy[name] for name in ("moves_an_hour", "moved_share", "most_moved_share")},
        }
    return {
        "host": {"vcpu": size["vcpu"], "memory_mib": size["memory_mib"]},
        "bound": round(sum(bound) / len(bound), 1),
        "packed_anew_excess_percent": excess(size["at_most"], bound),
        "policies": policies,
    }


def series(size):
    """What is plotted, an hour a sample."""
    lines = {policy["name"]: policy["open"] for policy in size["policies"] if policy["name"] in PLOTTED}
    lines["bound"] = size["at_least"]
    return {name: " ".join(map(str, samples[::SAMPLES_A_DAY // 24])) for name, samples in lines.items()}


def plot(lines):
    styles = {
        "best_fit": ("#888888", NAMES["best_fit"]),
        "price_learned": ("#3070b0", NAMES["price_learned"]),
        "all": ("#c04020", "with moves, at most 1 % an hour"),
        "bound": ("#000000", "no packing needs fewer (proved)"),
    }
    script = [
        'set terminal svg size 860,380 font "sans-serif,13" background "white"',
        f"set output '{os.path.join(report.RESULTS, 'packing.svg')}'",
        'set xlabel "day of the window"; set ylabel "open hosts"; set yrange [0:*]; set key bottom right; set grid ytics',
    ]
    for name in styles:
        points = [f"{hour / 24:.3f} {hosts}" for hour, hosts in enumerate(lines[name].split())]
        script += [f"${name} << END", *points, "END"]
    parts = [f'${name} with lines lw 2 lc rgb "{color}" title "{title}"' for name, (color, title) in styles.items()]
    script.append("plot " + ", ".join(parts))
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)


def print_sizes(sizes):
    for size in sizes:
        host = size["host"]
        print(f"\n{host['vcpu']} vCPU, {host['memory_mib'] // 1024} GiB:\n")
        rows = [["any packing needs (proved)", f"{size['bound']:,.0f}", "–", "–"]]
        for name, title in NAMES.items():
            policy = size["policies"][name]
            moves = f"{policy['moves_an_hour']:.0f} ({100 * policy['moved_share']:.2f} %)" if "moves" in name or "all" in name else "–"
            rows.append([title, f"{policy['hosts']:,.0f}", f"{policy['excess_percent']:+.1f} %", moves])
        rows.append(["all packed anew each time", "–", f"≤ {size['packed_anew_excess_percent']:+.1f} %", "–"])
        report.print_table(["policy", "open hosts", "over the bound", "moves an hour"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=os.path.join(report.ROOT, "build", "release", "bench", "bench_packing"))
    parser.add_argument("hosts", nargs="*", default=HOSTS)
    options = parser.parse_args()
    machine = report.machine()
    sizes = replay(options.program, options.hosts)
    lines = series(sizes[0])
    summaries = [summary(size) for size in sizes]
    report.save("packing.json", {"machine": machine, "sizes": summaries, "hourly_of_the_first": lines})
    plot(lines)
    print_sizes(summaries)


if __name__ == "__main__":
    main()
