#!/usr/bin/env python3
"""What a zone does with many hosts: `hanse simulate fleet` and `hanse zone` on this machine, the store on disk; bench/results/fleet.json.

Usage: run.py [--hosts [N ...]] [--instances N] [--large N [--store FOLDER]]. As root it runs in a network namespace of its own, so that the
traffic that it counts is its own. Each size has a fresh zone and a fresh fleet; a size that fails keeps its error in the results.
"""
import argparse
import contextlib
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
from lists import Reader, pages
from load import Load
from zone import Zone

ISOLATED = "HANSE_BENCH_ISOLATED"
HOSTS_PER_ADDRESS = 20_000  # of the 28,000 ports that one address gives
IDLE_SECONDS = 20
PAGE = 1000
WHOLE = 100_000  # the most that the API gives in one answer
PATIENCE = 900
INSTANCES_PER_HOST = 2  # of a large store


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


def active_instances(zone):
    return int(re.search(r'hanse_instances{state="active"} (\S+)', zone.call("GET", "/metrics"))[1].split(".")[0])


def create(zone, fleet, count, first=0):
    load = Load(zone)
    already = fleet.running
    before = (cpu_seconds(zone.process.pid), cpu_seconds(fleet.process.pid), time.process_time())
    began = time.monotonic()
    load.create_instances(first, count)
    accepted = time.monotonic() - began
    client = time.process_time() - before[2]
    fleet.wait("running", count + already, PATIENCE)
    running = time.monotonic() - began
    while active_instances(zone) < first + count:
        time.sleep(0.1)
    known = time.monotonic() - began
    return {"instances": count, "accepted_per_second": round(count / accepted, 1), "running_per_second": round(count / running, 1),
            "known_running_per_second": round(count / known, 1), "zone_mib": round(memory_mib(zone.process.pid)),
            "client_cpu_ms": round(client * 1000 / count, 3),
            "zone_cpu_ms": round((cpu_seconds(zone.process.pid) - before[0]) * 1000 / count, 3),
            "fleet_cpu_ms": round((cpu_seconds(fleet.process.pid) - before[1]) * 1000 / count, 3)}


def lists(zone):
    """The first time after a change, and again; by pages, and whole in one answer."""
    reader = Reader(zone)
    result = {}
    for when in ("first", "again"):
        times, items = pages(reader, PAGE)
        result[when] = {"items": items, "page_ms": [round(part, 2) for part in report.quartiles(times)],
                        "pages_ms": round(sum(times), 1)}
    whole = [sum(pages(reader, WHOLE)[0]) for _ in range(5)]
    result["whole_ms"] = [round(part, 1) for part in report.quartiles(whole)]
    return result


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
    started = cpu
    fleet.wait("connected", fleet.hosts, PATIENCE)
    back = time.monotonic() - began
    return {"serves_seconds": round(serves, 2), "start_cpu_seconds": round(started, 2), "back_seconds": round(back, 1),
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


def grow(zone, hosts, connected, connects):
    """A store of that many hosts, each with two instances, as hosts and users make it: the hosts come in shifts of as many as may be
    connected, take what is placed on them and leave."""
    made = 0
    while made < hosts:
        count = min(connected, hosts - made)
        with Fleet(zone, count, connects, -(-count // HOSTS_PER_ADDRESS), first=made + 1, vcpus=INSTANCES_PER_HOST) as fleet:
            fleet.wait("connected", count, PATIENCE)
            Load(zone).create_instances(made * INSTANCES_PER_HOST, count * INSTANCES_PER_HOST)
            fleet.wait("running", count * INSTANCES_PER_HOST, PATIENCE)
        made += count
        print(f"{made} hosts and {made * INSTANCES_PER_HOST} instances are in the store", file=sys.stderr, flush=True)


def note_grown(path, hosts, instances):
    """What is in a store, for who uses it again."""
    with open(path, "w", encoding="ascii") as file:
        json.dump({"hosts": hosts, "instances": instances}, file)


def measure_restart(zone, fleet):
    result = restart(zone, fleet)
    result["zone_mib"] = round(memory_mib(zone.process.pid))
    result["list"] = lists(zone)
    result["zone_mib_after_list"] = round(memory_mib(zone.process.pid))
    return result


def measure_large(options):
    """A zone whose store holds more hosts than may be connected here. The last of them come back, start what they had and take more."""
    hosts, connected = options.large, options.connected
    result = {"hosts": hosts, "connected": connected, "load": round(os.getloadavg()[0], 1)}
    with contextlib.ExitStack() as stack:
        folder = options.store or stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder))
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o711)
        zone = stack.enter_context(Zone(options.hanse, folder, "0.0.0.0", PATIENCE))
        grown = zone.path("grown.json")
        try:
            if not os.path.exists(grown):
                Fleet(zone, 1, 1, 1).__exit__()  # writes the context that seed() uses
                seed(zone)
                began, cpu = time.monotonic(), cpu_seconds(zone.process.pid)
                grow(zone, hosts, connected, options.connects)
                result["grown"] = {"seconds": round(time.monotonic() - began, 1),
                                   "zone_cpu_seconds": round(cpu_seconds(zone.process.pid) - cpu, 1)}
                note_grown(grown, hosts, hosts * INSTANCES_PER_HOST)
            with open(grown, encoding="ascii") as file:
                result["store"] = json.load(file)
            if result["store"]["hosts"] != hosts:
                raise RuntimeError(f"the store in {folder} is one of {result['store']['hosts']} hosts and --large says {hosts}; "
                                   "give another --store or that number")
            with Fleet(zone, connected, options.connects, 1, first=hosts - connected + 1) as fleet:
                result["connect_seconds"] = round(fleet.wait("connected", connected, PATIENCE), 1)
                fleet.wait("running", connected * INSTANCES_PER_HOST, PATIENCE)
                had = result["store"]["instances"]
                result["create"] = create(zone, fleet, options.instances, had)
                note_grown(grown, hosts, had + options.instances)
                result["list"] = lists(zone)
                result["store_mib"] = round(os.path.getsize(zone.path("data/zone.db")) / (1 << 20))
                result["restart"] = measure_restart(zone, fleet)
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            result["error"] = str(error)
    print(json.dumps(result), flush=True)
    return result


def row(result):
    made, listed, again, quiet = (result.get(name, {}) for name in ("create", "list", "restart", "idle"))
    whole, page = listed.get("whole_ms"), listed.get("again", {}).get("page_ms")
    cells = [f"{result['hosts']:,}", result.get("connect_seconds"), result.get("zone_kib_per_host"), result.get("fleet_kib_per_host"),
             quiet.get("host_kbit_per_second"), made.get("accepted_per_second"), made.get("known_running_per_second"),
             page and page[0], whole and whole[0], again.get("serves_seconds"), again.get("back_seconds")]
    return ["" if cell is None else cell for cell in cells]


def main():
    build = os.path.join(report.ROOT, "build", "release")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hanse", default=os.path.join(build, "hanse"))
    parser.add_argument("--folder", default=build, help="where the stores are; on the disk that is meant")
    parser.add_argument("--hosts", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--large", type=int, metavar="N",
                        help="also: a store of N hosts with two instances each, of which --connected are there")
    parser.add_argument("--store", metavar="FOLDER", help="keep the store of --large there, and use the one that is there already")
    parser.add_argument("--connected", type=int, default=16_000,
                        help="hosts of --large that are connected, as the limit of descriptors has it")
    parser.add_argument("--instances", type=int, default=20_000)
    parser.add_argument("--connects", type=int, default=250, help="connections that the fleet opens in a second")
    parser.add_argument("--only-idle", action="store_true", help="no instances")
    options = parser.parse_args()
    isolate()
    results = report.load("fleet.json")  # what is not measured now stays
    if options.hosts:
        results |= {"machine": report.machine(), "sizes": [measure(options, hosts) for hosts in options.hosts]}
    if options.large:
        results["large"] = {"machine": report.machine(), **measure_large(options)}
    report.save("fleet.json", results)
    heads = ["hosts", "connected, s", "zone KiB/host", "fleet KiB/host", "idle kbit/s a host", "accepted/s", "running/s",
             "page of 1,000, ms", "whole list, ms", "restart: serves, s", "all back, s"]
    report.print_table(heads, [row(size) for size in results.get("sizes", [])])


if __name__ == "__main__":
    main()
