#!/usr/bin/env python3
"""The main job, as ./quickstart runs it: a federation of three zones on this machine, one workload in all three, a live move, a report.

Usage: quickstart.py --hanse PROGRAM --guest FOLDER [--keep]. Needs root. Exits with 1 when anything is not as promised.
"""
import argparse
import json
import os
import subprocess
import sys
import time

NAME = "demo"
STATE = f"/var/lib/hanse-testbed/{NAME}"
INSTANCE = "witness-0"
COMMAND_LINE = "console=ttyS0 quiet panic=-1"
PLACE_LIMIT_SECONDS = 150
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Failure(Exception):
    pass


class Hanse:
    """The command line, as a user would type it."""

    def __init__(self, program):
        self.program = program
        self.environment = dict(os.environ, HANSE_CONFIG=f"{STATE}/contexts.yaml")

    def run(self, *arguments, capture=False):
        if not capture:
            print("\n$ hanse " + " ".join(arguments), flush=True)
        done = subprocess.run([self.program, *arguments], env=self.environment, text=True,
                              stdout=subprocess.PIPE if capture else None)
        if done.returncode != 0:
            raise Failure(f"'hanse {' '.join(arguments)}' ended with {done.returncode}")
        return done.stdout

    def get(self, *arguments):
        return json.loads(self.run(*arguments, "-o", "json", capture=True))


def replicas(hanse):
    return hanse.get("get", "workload", "witness")["status"].get("replicas", [])


def wait_until_running(hanse):
    """Waits for three running replicas and returns {instance: zone}."""
    deadline = time.monotonic() + PLACE_LIMIT_SECONDS
    while time.monotonic() < deadline:
        now = replicas(hanse)
        if len(now) == 3 and all(replica["powerState"] == "running" for replica in now):
            return {replica["instance"]: replica["zone"] for replica in now}
        time.sleep(1)
    raise Failure(f"the three replicas did not run within {PLACE_LIMIT_SECONDS} s: {replicas(hanse)}")


def url_of(hanse, zone):
    """Where the moved witness answers: the address that its host forwards to port 80 of the guest."""
    instance = hanse.get("--context", zone, "get", "instance", INSTANCE)
    for forward in instance["status"]["forwards"]:
        if forward["guestPort"] == 80:
            return f"http://{forward['address']}:{forward['hostPort']}"
    raise Failure(f"{INSTANCE} has no forward to port 80 in zone {zone}")


def check_witness(url, attempts=30):
    """The witness re-reads its whole disk log and all its memory pages; returns the verdict."""
    checker = os.path.join(ROOT, "testbed", "guest", "check_witness.py")
    for _ in range(attempts):
        done = subprocess.run([sys.executable, checker, url], text=True, capture_output=True)
        if done.returncode != 2:  # 2: it could not look (yet)
            return done.returncode == 0, json.loads(done.stdout)
        time.sleep(1)
    raise Failure(f"the witness at {url} does not answer: {done.stderr.strip()}")


def newest_transfer(hanse, zone):
    items = hanse.get("--context", zone, "get", "transfers")
    items = items["items"] if isinstance(items, dict) else items
    return max(items, key=lambda transfer: transfer["metadata"]["createdAt"])


def summarise(source, target, transfer, sound, verdict, seconds):
    report = transfer["status"]["report"]
    mebibytes = (report["diskBytes"] + report["memoryBytes"]) / 2**20
    guest = report.get("guestBlackoutMs")
    print(f"""
---------------------------------------------------------------------
  moved         {INSTANCE}, live, from {source} to {target}
  link          20 ms round trip, 200 Mbit/s, {report['path']} streams
  blackout      {report['blackoutMs']:.0f} ms by QEMU's events{f', {guest:.0f} ms by the guest clock' if guest is not None else ''}
  total         {report['totalMs'] / 1000:.1f} s
  sent          {mebibytes:.1f} MiB (disk {report['diskBytes'] / 2**20:.1f}, memory {report['memoryBytes'] / 2**20:.1f})
  disk lines    {verdict['lines']} read back
  lines lost    {verdict['missing'] + verdict['damaged']}
  page errors   {verdict['page_errors']}
  verdict       {'nothing was lost' if sound else 'SOMETHING WAS LOST'}
  all of this   {seconds:.0f} s
---------------------------------------------------------------------""", flush=True)


def main_job(hanse, guest):
    began = time.monotonic()
    hanse.run("testbed", "up", "--name", NAME)
    hanse.run("image", "import", f"{guest}/witness.qcow2", "--name", "witness", "--kernel", f"{guest}/vmlinux",
              "--initramfs", f"{guest}/initramfs.cpio.zst", "--command-line", COMMAND_LINE)
    hanse.run("apply", "-f", os.path.join(ROOT, "examples", "witness.yaml"))
    zones = wait_until_running(hanse)
    hanse.run("get", "workloads")
    for zone in sorted(set(zones.values())):
        hanse.run("--context", zone, "get", "instances")
    source = zones[INSTANCE]
    target = next(zone for zone in sorted(zones.values()) if zone != source)
    check_witness(url_of(hanse, source))
    hanse.run("--context", source, "migrate", INSTANCE, "--to", target)
    sound, verdict = check_witness(url_of(hanse, target))
    summarise(source, target, newest_transfer(hanse, source), sound, verdict, time.monotonic() - began)
    if not sound:
        raise Failure("the witness lost something in the move")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hanse", required=True)
    parser.add_argument("--guest", required=True)
    parser.add_argument("--keep", action="store_true", help="leave the federation running")
    options = parser.parse_args()
    hanse = Hanse(options.hanse)
    status = 0
    try:
        hanse.run("testbed", "down", "--name", NAME)
        main_job(hanse, options.guest)
    except Failure as failure:
        print(f"quickstart: {failure}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        status = 130
    if options.keep:
        print(f"""
The federation goes on running. To go on with it:
  export HANSE_CONFIG={STATE}/contexts.yaml PATH={os.path.dirname(options.hanse)}:$PATH
  hanse get instances            # of the current zone; --context ZONE for another
  hanse testbed status --name {NAME}
  hanse testbed down --name {NAME}      # ends it""")
    else:
        try:
            hanse.run("testbed", "down", "--name", NAME)
        except Failure as failure:
            print(f"quickstart: {failure}", file=sys.stderr)
            status = status or 1
    return status


if __name__ == "__main__":
    sys.exit(main())
