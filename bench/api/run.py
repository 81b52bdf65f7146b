#!/usr/bin/env python3
"""Requests a second and the 99th percentile of a zone's API, over TLS with a bearer token. Writes bench/results/api.json.

Usage: run.py [--hanse PROGRAM] [--store-program FILE] [--seconds N] [--rounds N]. Each round has a fresh zone with 1,000 instances, and
measures beside the API what the store does alone on the same disk. wrk is the client: it and the zone share the machine.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import report
from zone import Zone

CONNECTIONS = (1, 16)
KINDS = ("healthz", "get", "list", "create_disk", "create_instance")
TITLES = {
    "healthz": "`GET /healthz` (nothing but HTTP and TLS)",
    "get": "get one instance",
    "list": "list a page of 100 of 1,000 instances",
    "create_disk": "create a disk, durable",
    "create_instance": "create an instance, durable",
}
SEEDED = 1000


def seed(zone):
    """What the requests of load.lua refer to."""
    zone.call("PUT", "/providers/seca.compute/v1/tenants/default/skus/tiny", {"spec": {"vcpu": 1, "memoryMib": 192}})
    scope = "/providers/seca.compute/v1/tenants/default/workspaces/default/instances"
    spec = {"skuRef": "skus/tiny", "bootVolume": {"sourceImageRef": "images/none"}, "forwards": [{"guestPort": 80}]}
    for number in range(1, SEEDED + 1):
        body = {"labels": {"app": "bench"}, "spec": spec | {"userData": "#cloud-config\npackages: [nginx]\n"}}
        zone.call("PUT", f"{scope}/seeded-{number}", body)


def revision(zone):
    return int(float(re.search(r"^hanse_store_revision ([0-9.e+]+)", zone.call("GET", "/metrics"), re.M)[1]))


def measure(zone, kind, connections, seconds):
    prefix = f"{kind.replace('_', '-')}-{connections}" if kind.startswith("create") else "seeded"
    before = revision(zone)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", os.path.join(HERE, "load.lua"), zone.url]
    done = subprocess.run([*command, "--", kind, zone.token, prefix], text=True, stdout=subprocess.PIPE, check=True)
    result = json.loads(done.stdout.splitlines()[-1])
    if result["failed"] or not result["requests"]:
        raise RuntimeError(f"{kind}: {result['failed']} of {result['requests']} requests failed: {done.stdout}")
    passed = result["duration"] / 1e6
    return {"rate": round(result["requests"] / passed, 1), "transactions": round((revision(zone) - before) / passed, 1),
            "p50_ms": result["p50"] / 1e3, "p99_ms": result["p99"] / 1e3, "longest_ms": result["longest"] / 1e3}


def run_round(options):
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        store = subprocess.run([options.store_program, folder, "1", "1"], text=True, stdout=subprocess.PIPE, check=True)
        with Zone(options.hanse, folder) as zone:
            seed(zone)
            runs = {f"{kind}/{connections}": measure(zone, kind, connections, options.seconds)
                    for kind in KINDS for connections in CONNECTIONS}
    return {"store": json.loads(store.stdout), "api": runs}


def print_summary(rounds):
    rows = []
    for kind in KINDS:
        for connections in CONNECTIONS:
            name, healthz = f"{kind}/{connections}", f"healthz/{connections}"
            median, lower, upper = report.quartiles(round["api"][name]["rate"] for round in rounds)
            p99 = report.quartiles(round["api"][name]["p99_ms"] for round in rounds)[0]
            ratio = report.quartiles(round["api"][name]["rate"] / round["api"][healthz]["rate"] for round in rounds)[0]
            cells = [TITLES[kind], connections, f"{median:,.0f}", f"{lower:,.0f}–{upper:,.0f}", f"{p99:.1f}", f"{ratio:.2f}"]
            if kind.startswith("create"):
                alone = f"store_{connections}"
                done = report.quartiles(round["api"][name]["transactions"] / round["store"][alone] for round in rounds)[0]
                cells.append(f"{done:.2f}")
            else:
                cells.append("")
            rows.append(cells)
    heads = ["request", "connections", "per second", "quartiles", "p99 ms", "ratio to healthz", "transactions, ratio to the store alone"]
    report.print_table(heads, rows)


def main():
    build = os.path.join(report.ROOT, "build", "release")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hanse", default=os.path.join(build, "hanse"))
    parser.add_argument("--store-program", default=os.path.join(build, "bench", "bench_store"))
    parser.add_argument("--folder", default=build, help="where the stores are; on the disk that is meant")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    machine = report.machine()
    rounds = [run_round(options) for _ in range(options.rounds)]
    report.save("api.json", {"machine": machine, "seconds": options.seconds, "rounds": rounds})
    print_summary(rounds)


if __name__ == "__main__":
    main()
