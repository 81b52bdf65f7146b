"""A federation of two zones for one test program: brought up with a name of its own, and taken down however the program ends.

The environment says what is tested: HANSE_PROGRAM, the program, and HANSE_GUEST, the folder that testbed/guest/build_guest.sh
filled. One program at a time has a federation, or several in slots; what a killed one left, the next removes.
"""
import atexit
import contextlib
import fcntl
import glob
import json
import os
import re
import signal
import socket
import sys
import tempfile
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools"))

import hanse_cli  # noqa: E402
import host_volumes  # noqa: E402
from guest_device import let_guests_handle_faults  # noqa: E402
from hanse_cli import Failure  # noqa: E402
from zone_api import ZoneApi  # noqa: E402

LOCK = "/run/lock/hanse-e2e.lock"
LEFT_OVER = re.compile(r"e2e[0-9]-[0-9a-f]{5}")  # e2e, the slot, of the pid as much as a testbed's name has room for
SLOTS = 9  # beside slot 0
SIGNALS = (signal.SIGTERM, signal.SIGALRM, signal.SIGINT)
INSTANCE = "witness-0"
SANITIZER = re.compile(r"(AddressSanitizer|LeakSanitizer|runtime error:).*")


def wait_for(what, condition, limit, interval=0.05):
    """Asks until it is true, and returns what is true then."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(interval)
    raise Failure(f"within {limit} s: no {what}")


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    wait_for(f"end of process {pid}", lambda: not is_alive(pid), 10, 0.01)


def _interrupt(number, _frame):
    raise KeyboardInterrupt(f"signal {number}")


def end_by_signals():
    """By an exception, so that what is to be done at the end is done."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)


def ignore_signals():
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def take_lock(path):
    """Closing the file gives it back. A process that inherits the file holds it too."""
    lock = open(path, "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def take_machine():
    """The lock of whoever has federations, once all is gone that a killed one left."""
    lock = take_lock(LOCK)
    with contextlib.suppress(FileNotFoundError):
        for name in filter(LEFT_OVER.fullmatch, os.listdir(hanse_cli.TESTBEDS)):
            _take_down(hanse_cli.Hanse(os.environ["HANSE_PROGRAM"], name))
    return lock


def _take_down(hanse):
    if host_volumes.mounted_under(hanse.state):  # a program has made HostVolumes: what uses them ends first
        hanse.call("testbed", "down", "--name", hanse.testbed)
        host_volumes.unmount_under(hanse.state)
    hanse.run("testbed", "down", "--name", hanse.testbed)


class Machine:
    """A QEMU process of the federation."""

    def __init__(self, pid, command_line):
        self.pid = pid
        self.program = command_line.split(" ", 1)[0]
        self.zone = None
        self.host = None
        self.uid = re.search(r"/instances/([^/]+)/run/", command_line).group(1)
        forward = re.search(r"hostfwd=tcp:([0-9.]+):(\d+)-:80\b", command_line)
        self.url = f"http://{forward.group(1)}:{forward.group(2)}" if forward else None


class Federation:
    def __init__(self, limit, topology="topology.yaml", slot=0, post_copy=False):
        """`limit`: seconds, after which all is taken down; `slot`: 1 to SLOTS for one of several at a time, whose program has the lock;
        `post_copy`: its guests may run before all of their memory has come."""
        self.topology = os.path.join(HERE, topology)
        self.slot = slot
        self.guest = os.environ["HANSE_GUEST"]
        self.hanse = hanse_cli.Hanse(os.environ["HANSE_PROGRAM"], f"e2e{slot}-{os.getpid() & 0xfffff:05x}")
        self.state = self.hanse.state
        self.post_copy = post_copy
        self.held = contextlib.ExitStack()  # of the machine
        self.is_begun = False
        self.zones = {}  # name: ZoneApi
        self.volumes = None  # HostVolumes, of a program that fills them
        end_by_signals()
        signal.alarm(limit)

    # Life.

    def up(self):
        if not self.slot:
            self.held.enter_context(take_machine())
        if self.post_copy:
            self.held.enter_context(let_guests_handle_faults())
        self.is_begun = True
        atexit.register(self.down)
        with self._topology_file() as topology:
            self.hanse.run("testbed", "up", "--name", self.hanse.testbed, "--topology", topology)
        for zone in self.status()["zones"]:
            self.zones[zone["name"]] = ZoneApi(zone["address"], f"{self.state}/{zone['name']}")

    @contextlib.contextmanager
    def _topology_file(self):
        """Each slot has a network of its own."""
        if not self.slot:
            yield self.topology
            return
        with open(self.topology) as file, tempfile.NamedTemporaryFile("w", suffix=".yaml") as copy:
            copy.write(file.read().replace("network: 10.79.", f"network: 10.{79 + self.slot}."))
            copy.flush()
            yield copy.name

    def down(self):
        if not self.is_begun:
            return
        ignore_signals()
        groups = self._control_groups()
        _take_down(self.hanse)
        left = [path for path in [self.state, *groups] if os.path.exists(path)]
        left += glob.glob(f"/run/netns/*{self.hanse.testbed}*")
        left += [str(machine.pid) for machine in self.machines()]
        if left:
            raise Failure(f"'hanse testbed down' left {left}")
        self.is_begun = False
        self.held.close()

    def _control_groups(self):
        groups = []
        for path in glob.glob(f"{self.state}/*/*/host/instances/*/control_groups"):
            with open(path) as file:
                groups += file.read().split()
        return groups

    def start_witness(self, noise_mb=0):
        """Imports the image, applies the workload, waits until it runs. Returns the zone that runs it. `noise_mb`: of what no compression
        makes smaller on its disk."""
        hanse_cli.import_witness(self.hanse, self.guest)
        with open(os.path.join(HERE, "witness.yaml")) as file:
            self._apply_witness(file.read() + (f"          noise_mb: {noise_mb}\n" if noise_mb else ""))
        zone = hanse_cli.wait_until_running(self.hanse, 1)[INSTANCE]
        hanse_cli.check_witness(self.url())
        return zone

    # What there is.

    def status(self):
        return self.hanse.get("testbed", "status", "--name", self.hanse.testbed)

    def other(self, zone):
        return next(name for name in self.zones if name != zone)

    def host_of(self, zone):
        return f"{zone}-1"

    def machines(self, zone=None):
        """The QEMU processes, of one zone or of all."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            with contextlib.suppress(OSError):
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    command_line = file.read().replace(b"\0", b" ").decode()
                place = re.search(re.escape(self.state) + r"/([^/]+)/([^/]+)/host/instances/(?!probe/)", command_line)
                if not place or "qemu-system" not in command_line.split(" ", 1)[0]:
                    continue
                machine = Machine(int(entry), command_line)
                machine.zone, machine.host = place.groups()
                if zone in (None, machine.zone):
                    found.append(machine)
        return found

    def disks(self, zone, host=None):
        """The machines whose folders a zone's host keeps, by default its first."""
        folder = f"{self.state}/{zone}/{host or self.host_of(zone)}/host/instances"
        return [name for name in os.listdir(folder) if name != "probe"]

    def runs_in(self):
        """The zones that say that they run the witness."""
        zones = []
        for name, api in self.zones.items():
            instance = api.instance(INSTANCE)
            if instance and not instance["status"].get("movedTo") and instance["status"]["powerState"] == "running":
                zones.append(name)
        return zones

    def url(self):
        machines = self.machines()
        if len(machines) != 1:
            raise Failure(f"{len(machines)} machines where one should be")
        return machines[0].url

    def witness(self):
        with urllib.request.urlopen(self.url(), timeout=10) as answer:
            return json.load(answer)

    def set_witness(self, **settings):
        """As testbed/guest/README.md has them."""
        with urllib.request.urlopen(f"{self.url()}/settings?{urllib.parse.urlencode(settings)}", timeout=10) as answer:
            return json.load(answer)

    def set_power(self, power):
        """Of the witness, in its workload: what a user does to a replica alone the workload takes back."""
        with open(os.path.join(HERE, "witness.yaml")) as file:
            self._apply_witness(file.read().replace("      skuRef: skus/tiny\n", f"      skuRef: skus/tiny\n      power: {power}\n"))

    def _apply_witness(self, text):
        path = os.path.join(self.state, "witness.yaml")
        with open(path, "w") as file:
            file.write(text)
        self.hanse.run("apply", "-f", path)

    def sanitizer_reports(self):
        found = []
        for folder, _, names in os.walk(self.state):
            for name in names:
                if name.endswith(".log"):
                    with open(os.path.join(folder, name), errors="replace") as file:
                        found += [f"{name}: {line.strip()}" for line in file if SANITIZER.search(line)]
        return found

    # What is done to it.

    # `host`: False for the zone, True for its first host, or the name of one.

    def process(self, zone, host):
        """The pid of the zone's process, or of that of its host."""
        report = next(entry for entry in self.status()["zones"] if entry["name"] == zone)
        if not host:
            return report["zone"]["pid"]
        return next(entry["pid"] for entry in report["hosts"] if host in (True, entry["name"]))

    def send_signal(self, number, zone, host):
        """To the zone's process, or to that of its host."""
        os.kill(self.process(zone, host), number)

    def kill(self, zone, host):
        kill(self.process(zone, host))

    def start_again(self, zone, host):
        name = self.host_of(zone) if host is True else host
        self.hanse.run("testbed", "start", zone, *([name] if name else []), "--name", self.hanse.testbed)

    def forget_chunks(self, zone):
        """Empties the store of chunks of the zone's first host, under its agent: it is a cache."""
        os.truncate(f"{self.state}/{zone}/{self.host_of(zone)}/host/chunks.db.frames", 0)

    def change_link(self, **change):
        """The link between the two zones (of more: `pair`), as docs/testbed.md has it."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(f"{self.state}/wan/control")
            control.sendall(json.dumps({"pair": list(self.zones), **change}).encode() + b"\n")
            answer = json.loads(control.makefile().readline())
        if answer["error"]:
            raise Failure(f"the link cannot be changed: {answer['error']}")


def bring_up_with_witness(tests, limit, post_copy=False):
    """`tests.running` for all tests of a class."""
    tests.running = Federation(limit, post_copy=post_copy)
    tests.addClassCleanup(tests.running.down)
    tests.running.up()
    tests.running.start_witness()


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False
