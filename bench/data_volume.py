"""A guest with a data volume of known content, for benchmarks of what becomes of disks in a move. Needs a hanse_move.Federation.

The guest boots once, so that its host makes its disks, and is stopped then; the volume is filled while it is.
"""
import os
import random
import subprocess
import time

NAME, VOLUME = "keeper", "data"
MIB = 1 << 20
STOP_SECONDS = 90
HOSTS = ("alpha", "beta", "gamma", "delta")


def _lines(size, counter):
    """Lines of a log, each other than all before: zstd -1 makes a quarter of them."""
    pick = random.random
    made, length = [], 0
    while length < size:
        counter += 1
        line = (f"2026-03-01T00:00:00Z {HOSTS[int(pick() * 4)]} request={counter:08x} status=200 "
                f"bytes={int(pick() * 1e6)} path=/objects/{int(pick() * 1e4)} agent=backup/2.1\n")
        made.append(line)
        length += len(line)
    return "".join(made).encode()[:size], counter


def write_content(path, mebibytes):
    """A raw disk, a mebibyte of random bytes after each of log lines; no 64 KiB of it are twice, or in an earlier one."""
    counter = random.getrandbits(31)
    with open(path, "wb") as file:
        for number in range(mebibytes):
            if number % 2:
                file.write(os.urandom(MIB))
            else:
                text, counter = _lines(MIB, counter)
                file.write(text)


def disk_image(raw, path):
    """The same as a disk of a host is."""
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, path], check=True)


def is_same(raw, disk):
    return subprocess.run(["qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", raw, disk]).returncode == 0


class DataVolume:
    """See the module. `zone` is where it is now."""

    def __init__(self, federation, zone, mebibytes, user_data):
        self.federation, self.zone, self.mebibytes = federation, zone, mebibytes
        volume = {"apiVersion": "hanse/v1", "kind": "BlockStorage", "metadata": {"name": VOLUME}, "spec": {"sizeMib": mebibytes}}
        spec = {"skuRef": "skus/bench", "bootVolume": {"sourceImageRef": "images/witness"}, "userData": user_data,
                "dataVolumes": [{"deviceRef": f"block-storages/{VOLUME}"}], "forwards": [{"guestPort": 80}]}
        federation.apply(volume, {"apiVersion": "hanse/v1", "kind": "Instance", "metadata": {"name": NAME}, "spec": spec})
        federation.address_of(zone, NAME)
        federation.run("--context", zone, "stop", NAME)
        deadline = time.monotonic() + STOP_SECONDS
        while self._get("instance", NAME)["status"]["powerState"] != "stopped":
            if time.monotonic() > deadline:
                raise RuntimeError(f"{NAME} does not stop")
            time.sleep(0.2)

    def _get(self, kind, name):
        return self.federation.hanse.get("--context", self.zone, "get", kind, name)

    def path(self):
        """Its file on the host where it is now."""
        instance, volume = (self._get(kind, name)["metadata"]["uid"] for kind, name in (("instance", NAME), ("block-storage", VOLUME)))
        host = f"{self.federation.hanse.state}/{self.zone}/{self.zone}-1/host"
        return f"{host}/instances/{instance}/run/disk-{volume}.qcow2"

    def fill(self, raw):
        """Gives it that content, and has all of it on disk."""
        subprocess.run(["qemu-img", "convert", "-n", "-f", "raw", "-O", "qcow2", raw, self.path()], check=True)
        os.sync()

    def move(self, target):
        """To the other zone, as it is: stopped."""
        self.federation.run("--context", self.zone, "migrate", NAME, "--to", target)
        self.zone = target
