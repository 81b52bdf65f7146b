"""Two zones of Hanse on this machine, and one live move of a fresh witness guest between them: the other half of the comparison.

The figures have the names that bare_move.py gives them. Needs root, and no other testbed may run.
"""
import json
import os
import socket
import time
import urllib.request

import bare_move
import hanse_cli
import namespaces
import virtual_machine

NAME = "bench"
SOURCE, TARGET = "north", "south"
SOURCE_NAMESPACE, TARGET_NAMESPACE = f"hanse-{NAME}-{SOURCE}", f"hanse-{NAME}-{TARGET}"
TARGET_ADDRESS = "10.77.2.1"
TOPOLOGY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "two_zones.yaml")
START_SECONDS = 90
ANSWER_SECONDS = 60
SKU = {"apiVersion": "hanse/v1", "kind": "InstanceSku", "metadata": {"name": "bench"}}


class Federation:
    """The testbed, for the time of a `with` block; its namespaces and link are there for the bare move too."""

    def __init__(self, program, guest, memory_mib):
        self.hanse, self.guest, self.memory_mib = hanse_cli.Hanse(program, NAME), guest, memory_mib
        self.moves = 0

    def run(self, *arguments, text=None):
        done = self.hanse.call(*arguments, input=text)
        if done.returncode != 0:
            raise hanse_cli.Failure(f"'hanse {' '.join(arguments)}' ended with {done.returncode}: {done.stderr.strip()}")

    def apply(self, *resources):
        self.run("--context", SOURCE, "apply", "-f", "-", text="\n---\n".join(json.dumps(one) for one in resources))

    def __enter__(self):
        self.run("testbed", "down", "--name", NAME)
        self.run("testbed", "up", "--name", NAME, "--topology", TOPOLOGY)
        try:
            self.run("--context", SOURCE, "image", "import", f"{self.guest}/witness.qcow2", "--name", "witness",
                     "--kernel", f"{self.guest}/vmlinux", "--initramfs", f"{self.guest}/initramfs.cpio.zst",
                     "--command-line", virtual_machine.KERNEL_ARGUMENTS)
            self.apply(SKU | {"spec": {"vcpu": 1, "memoryMib": self.memory_mib}})
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.run("testbed", "down", "--name", NAME)

    def link(self):
        """The same link for the bare move."""
        return namespaces.GivenNamespaces(SOURCE_NAMESPACE, TARGET_NAMESPACE, TARGET_ADDRESS)

    def change_link(self, **change):
        """The link between the two zones, as docs/testbed.md has it."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(f"{self.hanse.state}/wan/control")
            control.sendall(json.dumps({"pair": [SOURCE, TARGET], **change}).encode() + b"\n")
            answer = json.loads(control.makefile().readline())
        if answer["error"]:
            raise RuntimeError(f"the link cannot be changed: {answer['error']}")

    def agent_kib(self, zone):
        """Resident memory of the zone's host agent."""
        zones = self.hanse.get("testbed", "status", "--name", NAME)["zones"]
        pid = next(entry for entry in zones if entry["name"] == zone)["hosts"][0]["pid"]
        with open(f"/proc/{pid}/status") as file:
            return int(next(line for line in file if line.startswith("VmRSS")).split()[1])

    def accelerator(self):
        """What the source's host runs its guests with; the bare move must use the same."""
        host = self.hanse.get("--context", SOURCE, "get", "host", f"{SOURCE}-1")
        return "kvm" if host["status"]["inventory"]["accelerated"] else "tcg"

    def start_guest(self, options):
        self.moves += 1
        name = f"guest-{self.moves}"
        spec = {"skuRef": "skus/bench", "bootVolume": {"sourceImageRef": "images/witness"}, "forwards": [{"guestPort": 80}]}
        spec["userData"] = bare_move.user_data(options)
        self.apply({"apiVersion": "hanse/v1", "kind": "Instance", "metadata": {"name": name}, "spec": spec})
        return name

    def address_of(self, zone, name):
        """Where the guest's witness is reached, once the guest runs."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            status = self.hanse.get("--context", zone, "get", "instance", name)["status"]
            for forward in status.get("forwards", []):
                if status["powerState"] == "running" and forward["guestPort"] == 80:
                    return f"http://{forward['address']}:{forward['hostPort']}"
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not run in zone {zone}: {status}")
            time.sleep(0.2)

    def remove(self, name):
        self.run("--context", TARGET, "delete", "instance", name, "--wait")
        self.run("--context", SOURCE, "delete", "instance", name, "--wait")

    def newest_report(self):
        return newest_report(self, SOURCE)


def newest_report(federation, zone):
    """Of the last move out of that zone."""
    return hanse_cli.newest_transfer(federation.hanse, zone)["status"]["report"]


def ask(url):
    """The witness's answer, as soon as it gives one."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return json.load(answer)
        except OSError as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{url} does not answer: {error}") from error
            time.sleep(0.1)


def figures(report, wire_bytes):
    return {
        "blackout_ms": round(report["blackoutMs"], 1),
        "guest_blackout_ms": round(report["guestBlackoutMs"], 1) if report.get("guestBlackoutMs") is not None else None,
        "total_s": round(report["totalMs"] / 1000, 3),
        "prepare_s": round(report["prepareMs"] / 1000, 3),
        "seed_s": round(report["seedMs"] / 1000, 3),
        "disk_s": round(report["diskMs"] / 1000, 3),
        "memory_s": round(report["memoryMs"] / 1000, 3),
        "switch_ms": round(report["switchMs"], 1),
        "image_bytes": report["imageBytes"],
        "memory_bytes": report["memoryBytes"],
        "disk_bytes": report["diskBytes"],
        "seed_bytes": report["seedBytes"],
        "path": report["path"],
        "wire_bytes": wire_bytes,
    }


def move_once(federation, options):
    """Boots, moves, checks and removes; gives the figures with the verdict, as bare_move.move_once() does."""
    name = federation.start_guest(options)
    url = federation.address_of(SOURCE, name)
    ask(url)
    time.sleep(bare_move.SETTLE_SECONDS)
    before = ask(url)
    sent = namespaces.sent_bytes(SOURCE_NAMESPACE)
    began = time.monotonic()
    federation.run("--context", SOURCE, "migrate", name, "--to", TARGET)
    command_seconds = time.monotonic() - began
    sent = namespaces.sent_bytes(SOURCE_NAMESPACE) - sent
    time.sleep(bare_move.AFTER_SECONDS)
    verdict = ask(federation.address_of(TARGET, name) + "/check")
    result = figures(federation.newest_report(), sent)
    federation.remove(name)
    same = verdict["boot_id"] == before["boot_id"] and verdict["counter"] > before["counter"]
    kept = verdict["lines"] > before["last_fsynced_line"]
    return result | {"command_s": round(command_seconds, 3), "ok": verdict["ok"] and same and kept, "witness": verdict}
