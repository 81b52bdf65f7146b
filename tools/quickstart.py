#!/usr/bin/env python3
"""The main job, as ./quickstart runs it: a federation of three zones on this machine, one workload in all three, a live move, a report.
With --full, eleven zones and three workloads instead (first_day.py).

Usage: quickstart.py --hanse PROGRAM --guest FOLDER [--debian FOLDER | --full] [--keep]. Needs root. Exits with 1 when anything is not
as promised.
"""
import argparse
import os
import signal
import sys
import time

import debian_guest
import first_day
import hanse_cli
from hanse_cli import Failure

# The one does not take down what the other was told to keep.
NAME = "demo"
FULL_NAME = "demo-full"
INSTANCE = "witness-0"


def summarise(source, target, transfer, sound, verdict, seconds):
    report = transfer["status"]["report"]
    disk = (report["seedBytes"] + report["diskBytes"]) / 2**20
    memory = report["memoryBytes"] / 2**20
    guest = report.get("guestBlackoutMs")
    print(f"""
---------------------------------------------------------------------
  moved         {INSTANCE}, live, from {source} to {target}
  link          20 ms round trip, 200 Mbit/s, {report['path']} streams
  blackout      {report['blackoutMs']:.0f} ms by QEMU's events{f', {guest:.0f} ms by the guest clock' if guest is not None else ''}
  total         {report['totalMs'] / 1000:.1f} s
  sent          {disk + memory:.1f} MiB (disk {disk:.1f}, memory {memory:.1f})
  disk lines    {verdict['lines']} read back
  lines lost    {verdict['missing'] + verdict['damaged']}
  page errors   {verdict['page_errors']}
  verdict       {'nothing was lost' if sound else 'SOMETHING WAS LOST'}
  all of this   {seconds:.0f} s
---------------------------------------------------------------------""", flush=True)


def main_job(hanse, guest):
    """Returns from where to where the witness was moved."""
    began = time.monotonic()
    hanse.run("testbed", "up", "--name", hanse.testbed)
    hanse_cli.import_witness(hanse, guest)
    hanse.run("apply", "-f", os.path.join(hanse_cli.ROOT, "examples", "witness.yaml"))
    zones = hanse_cli.wait_until_running(hanse, 3)
    hanse.run("get", "workloads")
    for zone in sorted(set(zones.values())):
        hanse.run("--context", zone, "get", "instances")
    source = zones[INSTANCE]
    target = next(zone for zone in sorted(zones.values()) if zone != source)
    hanse_cli.check_witness(hanse_cli.url_of(hanse, source, INSTANCE))
    hanse.run("--context", source, "migrate", INSTANCE, "--to", target)
    sound, verdict = hanse_cli.check_witness(hanse_cli.url_of(hanse, target, INSTANCE))
    summarise(source, target, hanse_cli.newest_transfer(hanse, source), sound, verdict, time.monotonic() - began)
    if not sound:
        raise Failure("the witness lost something in the move")
    return source, target


def make_room(hanse):
    """A federation of an earlier run under the same name goes, and it is said that it does."""
    if os.path.exists(f"{hanse.state}/testbed.json"):
        print(f"quickstart: the federation '{hanse.testbed}' of an earlier run is still there; it is removed first, with all that it has",
              flush=True)
    hanse.run("testbed", "down", "--name", hanse.testbed)


def end(hanse, keep, status):
    """Leaves the federation running, or takes it down; returns the exit status."""
    if keep:
        print(f"""
The federation goes on running. To go on with it:
  export HANSE_CONFIG={hanse.state}/contexts.yaml PATH={os.path.dirname(hanse.program)}:$PATH
  hanse get instances            # of the current zone; --context ZONE for another
  hanse testbed status --name {hanse.testbed}
  hanse testbed down --name {hanse.testbed}      # ends it""")
        return status
    try:
        hanse.run("testbed", "down", "--name", hanse.testbed)
    except Failure as failure:
        print(f"quickstart: {failure}", file=sys.stderr)
        return status or 1
    return status


def interrupt(_number, _frame):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hanse", required=True)
    parser.add_argument("--guest", required=True)
    parser.add_argument("--debian", metavar="FOLDER", help="then also run and move an ordinary Debian")
    parser.add_argument("--full", action="store_true", help="eleven zones and the three workloads of a first day, instead of three and one")
    parser.add_argument("--keep", action="store_true", help="leave the federation running")
    options = parser.parse_args()
    hanse = hanse_cli.Hanse(options.hanse, FULL_NAME if options.full else NAME)
    signal.signal(signal.SIGTERM, interrupt)
    status = 1
    try:
        make_room(hanse)
        if options.full:
            first_day.run(hanse, options.guest)
        else:
            source, target = main_job(hanse, options.guest)
        if options.debian:
            debian_guest.deploy_and_move(hanse, options.debian, source, target)
        status = 0
    except Failure as failure:
        print(f"quickstart: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        status = 130
    finally:
        status = end(hanse, options.keep, status)
    return status


if __name__ == "__main__":
    sys.exit(main())
