#!/usr/bin/env python3
"""What QEMU really does when a move breaks: kills, freezes and rolls back at each phase, and prints what was seen, a JSON line a case.

The README's table of facts is made from this. `failure_facts.py --guest DIR [CASE…]`; needs root as bare_move.py does.
"""
import argparse
import json
import os
import sys
import tempfile
import time

import bare_move
import failure_cases
import namespaces
import qmp
from move import Move, MoveOptions

SLOW_BYTES_PER_SECOND = 4 << 20
SLOW_DISK_BYTES_PER_SECOND = 200_000
LOOK_SECONDS = 5


def events_of(machine):
    """The names of the events not yet taken, with the few details that matter."""
    told = []
    for event in machine.qmp.events:
        data = event.get("data", {})
        if event["event"] in ("MIGRATION_PASS", "JOB_STATUS_CHANGE"):
            continue
        details = [str(data[key]) for key in ("status", "error", "reason") if key in data]
        told.append(" ".join([event["event"], *details]))
    return told


def state_of(machine):
    """Run state, migration status and block jobs, or that QEMU is gone."""
    if machine.process.poll() is not None:
        return {"exit": machine.process.poll(), "log": machine.log()[-300:], "events": events_of(machine)}
    try:
        migration = machine.qmp.execute("query-migrate", seconds=LOOK_SECONDS)
        return {
            "status": machine.qmp.execute("query-status")["status"],
            "migration": [migration.get("status"), migration.get("error-desc")],
            "jobs": [f"{job['status']} {job.get('error', '')}" for job in machine.qmp.execute("query-block-jobs")],
            "events": events_of(machine),
        }
    except (qmp.QmpClosed, qmp.QmpTimeout, qmp.QmpError) as error:
        return {"monitor": str(error)}


def witness_of(machine):
    """The verdict, and whether new lines get acknowledged."""
    try:
        first = bare_move.ask_witness(machine, "/")["last_fsynced_line"]
        time.sleep(0.5)
        second = bare_move.ask_witness(machine, "/")
        verdict = bare_move.ask_witness(machine, "/check")
    except Exception as error:  # whatever it is, the guest does not answer, and that is the finding
        return {"answers": False, "why": type(error).__name__}
    return {"writes": second["last_fsynced_line"] > first, "ok": verdict["ok"], "write_errors": verdict["write_errors"]}


def run_case(net, options, case):
    with tempfile.TemporaryDirectory(prefix="hanse-facts-") as folder:
        with bare_move.machines(folder, net, options) as (source, target):
            how = MoveOptions(
                address=net.target_address, disk=options.disk,
                memory_bytes_per_second=SLOW_BYTES_PER_SECOND if case.slow_memory else 10 << 30,
                disk_bytes_per_second=SLOW_DISK_BYTES_PER_SECOND if case.slow_disk else 0,
            )  # fmt: skip
            time.sleep(1)
            move = Move(source, target, how)
            tools = failure_cases.Tools(state_of, witness_of, folder, net, options)
            return case.run(move, tools)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guest", required=True, metavar="DIR")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="all by default: " + ", ".join(failure_cases.CASES))
    arguments = parser.parse_args()
    settings = {"memory": 192, "pattern": 16, "dirty": 8, "lines": 50, "line_bytes": 64, "disk": "full", "keys": "ecdsa", "user": "nobody",
                "accelerator": "tcg"}
    return argparse.Namespace(guest=os.path.abspath(arguments.guest), cases=arguments.cases, **settings)


def main():
    options = parse_arguments()
    unknown = set(options.cases) - set(failure_cases.CASES)
    if unknown:
        sys.exit(f"failure_facts: no such case: {', '.join(sorted(unknown))}")
    with namespaces.NamespacePair() as net:
        for name in options.cases or failure_cases.CASES:
            try:
                seen = run_case(net, options, failure_cases.CASES[name])
            except (RuntimeError, qmp.QmpError, qmp.QmpClosed, qmp.QmpTimeout) as error:
                seen = {"stopped": f"{type(error).__name__}: {error}"}
            print(json.dumps({"case": name} | seen), flush=True)


if __name__ == "__main__":
    main()
