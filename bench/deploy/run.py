#!/usr/bin/env python3
"""How long a workload with a replica in each of eleven zones takes, against one guest's boot; writes bench/results/deploy.json.

Usage: run.py [--rounds N] [--hanse PROGRAM]. Needs root, and no testbed may run. The zones are those of the topology virt8ra, processes of
their own with its delays between them. The guests are simulated and boot in BOOT_SECONDS each, since eleven emulated ones would
wait for this machine's two cores and not for Hanse.
"""
import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, "..", "..", "tools"), os.path.join(HERE, "..", "..", "tests", "e2e")]
import hanse_cli
import report
from zone_api import ZoneApi

NAME = "deploy"
BOOT_SECONDS = 5
HOSTS = 2
PATIENCE = 120
WORKLOADS = "/providers/hanse.workload/v1/tenants/default/workspaces/default/workloads"
SKU = {"apiVersion": "hanse/v1", "kind": "InstanceSku", "metadata": {"name": "bench"}, "spec": {"vcpu": 1, "memoryMib": 256}}


def workload(name, placement):
    spec = {"replicas": 1, "placement": placement,
            "instance": {"spec": {"skuRef": "skus/bench", "bootVolume": {"sourceImageRef": "images/bench"}}}}
    return {"apiVersion": "hanse/v1", "kind": "Workload", "metadata": {"name": name}, "spec": spec}


class Federation:
    """The eleven zones with simulated hosts, for the time of a `with` block."""

    def __init__(self, program):
        self.hanse = hanse_cli.Hanse(program, NAME)
        self.fleets = []
        self.zones = {}

    def run(self, *arguments, text=None):
        done = self.hanse.call(*arguments, input=text)
        if done.returncode != 0:
            raise hanse_cli.Failure(f"'hanse {' '.join(arguments)}' ended with {done.returncode}: {done.stderr.strip()}")

    def __enter__(self):
        self.run("testbed", "down", "--name", NAME)
        self.run("testbed", "up", "--name", NAME, "--topology", "virt8ra")
        try:
            for zone in self.hanse.get("testbed", "status", "--name", NAME)["zones"]:
                self.zones[zone["name"]] = ZoneApi(zone["address"], f"{self.hanse.state}/{zone['name']}")
                for host in zone["hosts"]:
                    self.run("--context", zone["name"], "cordon", host["name"])
                self.fleets.append(self.start_fleet(zone["name"]))
            self.seed()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for fleet in self.fleets:
            fleet.terminate()
            fleet.wait()
        self.run("testbed", "down", "--name", NAME)

    def start_fleet(self, zone):
        boot = str(BOOT_SECONDS * 1000)
        return subprocess.Popen([self.hanse.program, "--context", zone, "simulate", "fleet", "--hosts", str(HOSTS), "--vcpus", "16",
                                 "--boot-low", boot, "--boot-high", boot],
                                env=self.hanse.environment, stdout=subprocess.DEVNULL)

    def seed(self):
        with tempfile.NamedTemporaryFile(suffix=".raw") as disk:
            disk.truncate(1 << 20)
            self.run("image", "import", disk.name, "--name", "bench", "--format", "raw")
        self.apply(SKU)
        deadline = time.monotonic() + PATIENCE
        for zone in self.zones:
            while sum(host["status"]["state"] == "active" for host in self.hanse.items("--context", zone, "get", "hosts")) <= HOSTS:
                if time.monotonic() > deadline:
                    raise hanse_cli.Failure(f"the simulated hosts of zone {zone} do not connect")
                time.sleep(0.2)
        time.sleep(70)  # until every zone has said anew what it has room for

    def apply(self, *resources):
        self.run("apply", "-f", "-", text="\n---\n".join(json.dumps(one) for one in resources))

    def deploy(self, wanted, count):
        """Seconds from the order until `count` replicas are known to run, and the zones that run them; all are removed again."""
        name = wanted["metadata"]["name"]
        home = self.zones[self.hanse.get("testbed", "status", "--name", NAME)["zones"][0]["name"]]
        body = {key: wanted[key] for key in ("metadata", "spec")}
        began = time.monotonic()
        status, answer = home.call("PUT", f"{WORKLOADS}/{name}", body)
        if status not in (200, 201):
            raise hanse_cli.Failure(f"workload {name}: {status} {answer}")
        while True:
            replicas = home.call("GET", f"{WORKLOADS}/{name}")[1]["status"].get("replicas", [])
            if sum(replica["powerState"] == "running" for replica in replicas) == count:
                break
            if time.monotonic() > began + PATIENCE:
                raise hanse_cli.Failure(f"{replicas} where {count} replicas should run")
            time.sleep(0.02)
        took = time.monotonic() - began
        self.run("delete", "workload", name, "--wait")
        return round(took, 3), sorted(replica["zone"] for replica in replicas)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hanse", default=os.path.join(report.ROOT, "build", "release", "hanse"))
    options = parser.parse_args()
    machine, one, all_zones = report.machine(), [], []
    try:
        with Federation(os.path.abspath(options.hanse)) as federation:
            count = len(federation.zones)
            first, _ = federation.deploy(workload("first", {"perZone": True}), count)  # brings the image everywhere
            for number in range(options.rounds):
                one.append(federation.deploy(workload(f"one-{number}", {}), 1)[0])
                took, zones = federation.deploy(workload(f"all-{number}", {"perZone": True}), count)
                if len(set(zones)) != count:
                    raise hanse_cli.Failure(f"the replicas are in {zones}")
                all_zones.append(took)
                print(f"{number}: one {one[-1]} s, {count} zones {took} s", flush=True)
    except (hanse_cli.Failure, OSError) as error:
        sys.exit(f"bench/deploy: {error}")
    report.save("deploy.json", {"machine": machine, "boot_seconds": BOOT_SECONDS, "zones": count, "first_s": first, "one_s": one,
                                "all_s": all_zones})
    rows = [[what, f"{report.quartiles(took)[0]:.2f}", f"{report.quartiles(took)[0] / BOOT_SECONDS:.2f}", budget]
            for what, took, budget in (("one replica", one, ""), (f"one in each of {count} zones", all_zones, "≤ 1.2"),
                                       ("the same for the first time, with the image", [first], ""))]
    report.print_table(["a workload of", "runs after, s", "ratio to a boot", "budget"], rows)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
