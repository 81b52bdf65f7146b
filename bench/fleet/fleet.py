"""A fleet of simulated hosts for a benchmark: `hanse simulate fleet` against a zone of bench/api/zone.py, and what it says of itself."""
import os
import re
import subprocess
import threading
import time

LINE = re.compile(r"([0-9.]+) s: (\d+) of \d+ hosts connected, (\d+) machines running")


def memory_mib(pid):
    """Resident memory of a process."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) / 1024


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Fleet:
    def __init__(self, zone, hosts, connects, addresses, first=1, vcpus=64):
        context = (f"current: bench\ncontexts:\n  - name: bench\n    endpoint: https://127.0.0.1:{zone.port}\n"
                   f"    caFile: {zone.path('data/ca.pem')}\n    tokenFile: {zone.path('token')}\n")
        with open(zone.path("contexts.yaml"), "w", encoding="ascii") as file:
            file.write(context)
        command = [zone.hanse, "--config", zone.path("contexts.yaml"), "simulate", "fleet", "--hosts", str(hosts),
                   "--connects", str(connects), "--boot-low", "1", "--boot-high", "50", "--first", str(first), "--vcpus", str(vcpus)]
        for number in range(addresses):
            command += ["--address", f"127.0.0.{number + 1}:{zone.port}"]
        self.hosts = hosts
        self.connected = self.running = 0
        self.process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            said = LINE.match(line)
            if said:
                self.connected, self.running = int(said[2]), int(said[3])

    def wait(self, what, wanted, seconds):
        """Until `what` (connected or running) reaches a number; the seconds that it took, to one report of the fleet (1 s)."""
        began = time.monotonic()
        while getattr(self, what) < wanted:
            if self.process.poll() is not None:
                raise RuntimeError("the fleet has ended")
            if time.monotonic() > began + seconds:
                raise RuntimeError(f"{getattr(self, what)} of {wanted} {what} after {seconds} s")
            time.sleep(0.05)
        return time.monotonic() - began

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
