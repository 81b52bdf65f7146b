#!/usr/bin/env python3
"""What a zone does with many hosts: `hanse simulate fleet` and `hanse zone` on this machine, the store on disk; bench/results/fleet.json.

Usage: run.py [--hosts N ...] [--instances N]. As root it runs in a network namespace of its own, so that the traffic that it counts is
its own. Each size has a fresh zone and a fresh fleet; a size that fails keeps its error in the results.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "api")]
import report
from fleet import Fleet, cpu_seconds, memory_mib
from load import SCOPE, Load
from zone import Zone

ISOLATED = "HANSE_BENCH_ISOLATED"
HOSTS_PER_ADDRESS = 20_000  # of the 28,000 ports that one address gives
IDLE_SECONDS = 20
PAGE = 1000  # the most that the API gives at once
PATIENCE = 900


def isolate():
    """Starts anew in a network namespace with nothing but a loopback."""
    if os.geteuid() != 0 or ISOLATED in os.environ:
        return
    os.environ[ISOLATED] = "1"
    os.execvp("unshare", ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv])


def loopback_bytes():
    with open("/proc/net/dev", encoding="ascii") as file:
        return int(re.search(r"lo:\s*(\d+)", file.read())[1])


def seed(zone):
    zone.call("PUT", "/providers/seca.compute/v1/tenants/default/skus/tiny", {"spec": {"vcpu": 1, "memoryMib": 64}})
    disk = zone.path("disk.raw")
    with open(disk, "wb") as file:
        file.truncate(1 << 20)
    subprocess.run([zone.hanse, "--config", zone.path("contexts.yaml"), "image", "import", disk, "--name", "bench", "--format", "raw"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def idle(zone, fleet):
    """Bytes and processor time of connected hosts that have nothing to do."""
    time.sleep(15)  # what the connecting has stirred up
    began, cpu, sent = time.monotonic(), cpu_seconds(zone.process.pid), loopback_bytes()
    time.sleep(IDLE_SECONDS)
    passed = time.monotonic() - began
    return {"host_kbit_per_second": round((loopback_bytes() - sent) * 8 / 1000 / passed / fleet.hosts, 3),
            "zone_cores": round((cpu_seconds(zone.process.pid) - cpu) / passed, 3)}


def create(zone, fleet, count):
    load = Load(zone)
    before = (cpu_seconds(zone.process.pid), cpu_seconds(fleet.process.pid))
    began = time.monotonic()
    load.create_instances(0, count)
    accepted = time.monotonic() - began
    fleet.wait("running", count, PATIENCE)
    running = time.monotonic() - began
    while int(re.search(r'hanse_instances{state="active"} (\S+)', zone.call("GET", "/metrics"))[1].split(".")[0]) < count:
        time.sleep(0.2)
    known = time.monotonic() - began
    return {"instances": count, "accepted_per_second": round(count / accepted, 1), "running_per_second": round(count / running, 1),
            "known_running_per_second": round(count / known, 1), "zone_mib": round(memory_mib(zone.process.pid)),
            "zone_cpu_ms": round((cpu_seconds(zone.process.pid) - before[0]) * 1000 / count, 3),
            "fleet_cpu_ms": round((cpu_seconds(fleet.process.pid) - before[1]) * 1000 / count, 3)}


def lists(zone):
    """The first time, when the zone has to make the JSON of each that has changed, and the second."""
    return {"first": list_once(zone), "second": list_once(zone)}


def list_once(zone):
    """Milliseconds of a page, and of all pages one after the other."""
    pages, token = [], ""
    while True:
        began = time.monotonic()
        answer = zone.call("GET", f"{SCOPE}?limit={PAGE}" + (f"&skipToken={token}" if token else ""))
        pages.append((time.monotonic() - began) * 1000)
        token = json.loads(answer)["metadata"].get("skipToken", "")
        if not token:
            return {"pages": len(pages), "page_ms": round(report.quartiles(pages)[0], 1), "whole_ms": round(sum(pages), 1)}


def restart(zone, fleet):
    """Kills the zone and starts it again: until it answers, and until all hosts are back."""
    zone.process.kill()
    zone.process.wait()
    while fleet.connected:
        time.sleep(0.05)
    began = time.monotonic()
    zone.start()
    serves = time.monotonic() - began
    cpu = cpu_seconds(zone.process.pid)
    fleet.wait("connected", fleet.hosts, PATIENCE)
    back = time.monotonic() - began
    return {"serves_seconds": round(serves, 2), "back_seconds": round(back, 1),
            "zone_cpu_ms_per_host": round((cpu_seconds(zone.process.pid) - cpu) * 1000 / fleet.hosts, 3)}


def measure(options, hosts):
    result = {"hosts": hosts, "load": round(os.getloadavg()[0], 1)}
    addresses = -(-hosts // HOSTS_PER_ADDRESS)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, Zone(options.hanse, folder, "0.0.0.0", PATIENCE) as zone:
        os.chmod(folder, 0o711)  # images are read by another user
        empty = memory_mib(zone.process.pid)
        try:
            with Fleet(zone, hosts, options.connects, addresses) as fleet:
                result["connect_seconds"] = round(fleet.wait("connected", hosts, PATIENCE), 1)
                result["zone_cpu_ms_per_host"] = round(cpu_seconds(zone.process.pid) * 1000 / hosts, 3)
                result["fleet_cpu_ms_per_host"] = round(cpu_seconds(fleet.process.pid) * 1000 / hosts, 3)
                result["zone_kib_per_host"] = round((memory_mib(zone.process.pid) - empty) * 1024 / hosts, 1)
                result["fleet_kib_per_host"] = round(memory_mib(fleet.process.pid) * 1024 / hosts, 1)
                result["idle"] = idle(zone, fleet)
                if not options.only_idle:
                    seed(zone)
                    result["create"] = create(zone, fleet, options.instances)
                    result["list"] = lists(zone)
                result["restart"] = restart(zone, fleet)
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            result["error"] = str(error)
    print(json.dumps(result), flush=True)
    return result


def row(result):
    made, listed, again, quiet = (result.get(name, {}) for name in ("create", "list", "restart", "idle"))
    listed = listed.get("second", {})
    cells = [f"{result['hosts']:,}", result.get("connect_seconds"), result.get("zone_kib_per_host"), result.get("fleet_kib_per_host"),
             quiet.get("host_kbit_per_second"), made.get("accepted_per_second"), made.get("known_running_per_second"),
             listed.get("page_ms"), listed.get("whole_ms"), again.get("serves_seconds"), again.get("back_seconds")]
    return ["" if cell is None else cell for cell in cells]


def main():
    build = os.path.join(report.ROOT, "build", "release")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hanse", default=os.path.join(build, "hanse"))
    parser.add_argument("--folder", default=build, help="where the stores are; on the disk that is meant")
    parser.add_argument("--hosts", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--instances", type=int, default=20_000)
    parser.add_argument("--connects", type=int, default=250, help="connections that the fleet opens in a second")
    parser.add_argument("--only-idle", action="store_true", help="no instances")
    options = parser.parse_args()
    isolate()
    machine = report.machine()
    sizes = [measure(options, hosts) for hosts in options.hosts]
    report.save("fleet.json", {"machine": machine, "sizes": sizes})
    heads = ["hosts", "connected, s", "zone KiB/host", "fleet KiB/host", "idle kbit/s a host", "accepted/s", "running/s",
             "page of 1,000, ms", "whole list, ms", "restart: serves, s", "all back, s"]
    report.print_table(heads, [row(size) for size in sizes])


if __name__ == "__main__":
    main()
