"""One QEMU process with the witness guest, in a network namespace, as an unprivileged user.

start() runs it, stop() ends it whatever state it is in; everything it needs lies in its folder. The layout of devices must be the
same on both sides of a move: only paths, and `incoming`, differ.
"""
import dataclasses
import os
import pwd
import re
import shutil
import subprocess
import threading
import time

import qmp

HTTP_PORT = 18080
SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"
CPU = "qemu64,+cx16,+lahf-lm,+popcnt,+pni,+sse4.1,+sse4.2,+ssse3"  # x86-64-v2, as a zone gives it to a new instance
KERNEL_ARGUMENTS = (
    "console=ttyS0 quiet panic=-1 tsc=reliable no_timer_check nokaslr mitigations=off random.trust_cpu=on 8250.nr_uarts=1"
)


@dataclasses.dataclass
class Options:
    """What both machines of a move have in common."""

    guest: str
    memory_mib: int = 192
    user: str = "nobody"
    accelerator: str = "tcg"


def host_clock_khz():
    """The time stamp counter's rate, which an emulated guest cannot measure on a busy host."""
    with open("/proc/cpuinfo", encoding="ascii") as file:
        return int(float(re.search(r"cpu MHz\s*: ([0-9.]+)", file.read())[1]) * 1000)


class Heartbeats:
    """Collects `heartbeat <sequence> <guest ns>` lines of a virtio-serial socket with their arrival times."""

    def __init__(self, path):
        self.beats = []
        self.socket = qmp.socket.socket(qmp.socket.AF_UNIX)
        self.socket.connect(path)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        rest = b""
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                return
            if not data:
                return
            now = time.monotonic()
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                word, sequence, guest_ns = line.split(b" ")
                if word == b"heartbeat":
                    self.beats.append((int(sequence), int(guest_ns), now))

    def tell_location(self, location):
        self.socket.sendall(f"location {location}\n".encode())


class VirtualMachine:
    """See the module. `disk_arguments` are the -blockdev options of the node "disk0"."""

    def __init__(self, name, folder, namespace, options, disk_arguments, incoming=False):
        self.name, self.folder, self.namespace, self.options = name, folder, namespace, options
        self.disk_arguments, self.incoming = disk_arguments, incoming
        self.process = None
        self.qmp = None
        self.heartbeats = None
        self.start_seconds = 0.0  # what start() took

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self):
        options = self.options
        seed = self.path("seed.iso")
        command = [
            "qemu-system-x86_64", "-name", self.name, "-nodefaults", "-no-user-config", "-display", "none",
            "-sandbox", SANDBOX,
            "-machine", f"pc-q35-10.0,accel={options.accelerator}", "-cpu", CPU, "-smp", "1",
            "-m", str(options.memory_mib), "-rtc", "base=utc",
            "-kernel", os.path.join(options.guest, "vmlinux"),
            "-initrd", os.path.join(options.guest, "initramfs.cpio.zst"),
            "-append", f"{KERNEL_ARGUMENTS} tsc_early_khz={host_clock_khz()}",
            *self.disk_arguments, "-device", "virtio-blk-pci,drive=disk0,id=disk0-device",
            "-blockdev", f"driver=file,node-name=seed0-file,filename={seed},read-only=on",
            "-blockdev", "driver=raw,node-name=seed0,file=seed0-file,read-only=on",
            "-device", "virtio-blk-pci,drive=seed0,id=seed0-device",
            "-netdev", f"user,id=net0,hostfwd=tcp:127.0.0.1:{HTTP_PORT}-:80",
            "-device", "virtio-net-pci,netdev=net0,romfile=,mac=52:54:00:12:34:56",
            "-device", "virtio-serial-pci,id=serial0",
            "-chardev", f"socket,id=guest0,path={self.path('guest.sock')},server=on,wait=off",
            "-device", "virtserialport,bus=serial0.0,chardev=guest0,name=org.hanse.guest.0",
            "-object", "rng-random,id=rng0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng0",
            "-chardev", f"socket,id=console0,path={self.path('console.sock')},server=on,wait=off,"
            f"logfile={self.path('console.log')}", "-serial", "chardev:console0",
            "-qmp", f"unix:{self.path('qmp.sock')},server=on,wait=off",
        ]  # fmt: skip
        return command + (["-S", "-incoming", "defer"] if self.incoming else [])

    def start(self, record=None):
        began = time.monotonic()
        give_to(self.folder, self.options.user)
        with open(self.path("qemu.log"), "wb") as log:
            command = ["ip", "netns", "exec", self.namespace, *drop_privileges(self.options.user), *self.command()]
            # A session of its own, as a daemon has: the kernel shares the processors out among sessions.
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            self.qmp = qmp.Qmp(self.path("qmp.sock"), record)
        except (qmp.QmpTimeout, qmp.QmpClosed) as error:
            raise RuntimeError(f"{self.name} did not start ({self.process.poll()}): {self.log()}") from error
        self.heartbeats = Heartbeats(self.path("guest.sock"))
        self.start_seconds = time.monotonic() - began

    def log(self):
        with open(self.path("qemu.log"), encoding="utf-8", errors="replace") as file:
            return file.read().strip()

    def wait_heartbeat(self, seconds):
        deadline = time.monotonic() + seconds
        while not self.heartbeats.beats:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name}: no heartbeat within {seconds} s: {self.log()}")
            time.sleep(0.02)

    def stop(self):
        """Kills the process; harmless when it has ended or never ran."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()


def drop_privileges(user):
    """A command prefix; QEMU's own -run-with user= is killed by its sandbox's elevateprivileges=deny."""
    owner = pwd.getpwnam(user)
    identity = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    return ["setpriv", *identity, "--no-new-privs", "--bounding-set=-all", "--"]


def give_to(folder, user):
    """Makes a folder and all in it the user's own."""
    owner = pwd.getpwnam(user)
    for path, folders, files in os.walk(folder):
        for name in [path, *(os.path.join(path, entry) for entry in folders + files)]:
            shutil.chown(name, owner.pw_uid, owner.pw_gid)
