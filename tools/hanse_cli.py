"""The command line as a user would type it, and what ./quickstart and the end-to-end tests ask of a federation with the witness."""
import json
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TESTBEDS = "/var/lib/hanse-testbed"
WITNESS_COMMAND_LINE = "console=ttyS0 quiet panic=-1"
PLACE_LIMIT_SECONDS = 150


class Failure(Exception):
    """Something is not as promised; the text says what."""


class Hanse:
    """`hanse` with the contexts of one testbed."""

    def __init__(self, program, testbed):
        self.program = program
        self.testbed = testbed
        self.state = f"{TESTBEDS}/{testbed}"
        self.environment = dict(os.environ, HANSE_CONFIG=f"{self.state}/contexts.yaml")

    def call(self, *arguments, **options):
        """The ended process; both outputs are kept as text."""
        return subprocess.run([self.program, *arguments], env=self.environment, text=True, capture_output=True, **options)

    def run(self, *arguments):
        """Shows the command and what it prints; it must succeed."""
        print("\n$ hanse " + " ".join(arguments), flush=True)
        done = subprocess.run([self.program, *arguments], env=self.environment)
        if done.returncode != 0:
            raise Failure(f"'hanse {' '.join(arguments)}' ended with {done.returncode}")

    def get(self, *arguments):
        """The JSON that a command prints; it must succeed."""
        done = self.call(*arguments, "-o", "json")
        if done.returncode != 0:
            raise Failure(f"'hanse {' '.join(arguments)}' ended with {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def items(self, *arguments):
        """As get(), of a list."""
        answer = self.get(*arguments)
        return answer["items"] if isinstance(answer, dict) else answer


def import_witness(hanse, guest, *context):
    """`context`: "--context" and its name, unless it is the testbed's first zone."""
    hanse.run(*context, "image", "import", f"{guest}/witness.qcow2", "--name", "witness", "--kernel", f"{guest}/vmlinux",
              "--initramfs", f"{guest}/initramfs.cpio.zst", "--command-line", WITNESS_COMMAND_LINE)


def replicas(hanse, workload="witness"):
    return hanse.get("get", "workload", workload)["status"].get("replicas", [])


def wait_until_running(hanse, count):
    """Waits for that many running replicas of the witness and returns {instance: zone}."""
    deadline = time.monotonic() + PLACE_LIMIT_SECONDS
    while time.monotonic() < deadline:
        now = replicas(hanse)
        if len(now) == count and all(replica["powerState"] == "running" for replica in now):
            return {replica["instance"]: replica["zone"] for replica in now}
        time.sleep(1)
    raise Failure(f"{count} replicas did not run within {PLACE_LIMIT_SECONDS} s: {replicas(hanse)}")


def forward_of(hanse, zone, name, guest_port):
    """(address, port) that the host of an instance forwards to a port of the guest."""
    instance = hanse.get("--context", zone, "get", "instance", name)
    for forward in instance["status"]["forwards"]:
        if forward["guestPort"] == guest_port:
            return forward["address"], forward["hostPort"]
    raise Failure(f"{name} has no forward to port {guest_port} in zone {zone}")


def url_of(hanse, zone, name):
    """Where an instance of the witness answers."""
    address, port = forward_of(hanse, zone, name, 80)
    return f"http://{address}:{port}"


def check_witness(url, at_least=0, attempts=30):
    """The witness re-reads its whole disk log and all its memory pages; returns whether all is there, and the verdict."""
    checker = os.path.join(ROOT, "testbed", "guest", "check_witness.py")
    for _ in range(attempts):
        done = subprocess.run([sys.executable, checker, url, "--at-least", str(at_least)], text=True, capture_output=True)
        if done.returncode != 2:  # 2: it could not look (yet)
            return done.returncode == 0, json.loads(done.stdout)
        time.sleep(1)
    raise Failure(f"the witness at {url} does not answer: {done.stderr.strip()}")


def newest_transfer(hanse, zone):
    return max(hanse.items("--context", zone, "get", "transfers"), key=lambda transfer: transfer["metadata"]["createdAt"])
