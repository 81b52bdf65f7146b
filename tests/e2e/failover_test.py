"""Zones and hosts are lost while their guests run on: each guest does what its failover policy says, and none runs twice.

Lisbon loses its zone and the agent of one of its hosts. Helsinki loses the agent of one host, and is cut off from another by the network,
while its agent lives on:
  witness-0  a replica, restart; agent and zone are lost   ends with its lease, and starts in the other zone only after that
  ends       restart; its agent has lost its zone          the agent stops it, and starts it again when the zone is back
  stays      keep; its agent has lost its zone             runs on
  moves      restart; the zone has lost its host           ends with its lease, and starts on the zone's other host only after that
  splits     restart; its agent and the zone live apart    the agent ends it with its lease; it starts on another host only after that
  rests      keep; its agent and the zone live apart       runs on, and is started nowhere else
"""
import json
import threading
import unittest

import federation
import hanse_cli
import host_cut

LIMIT_SECONDS = 480
# docs/placement.md: a host's lease, after how long a host and a zone are given up, each with what a busy machine adds.
HOST_LEASE_SECONDS = 60 + 15
HOST_LOST_SECONDS = 66 + 30
ZONE_LOST_SECONDS = 156 + 60
HOSTS = {"helsinki": ("helsinki-1", "helsinki-2", "helsinki-3"), "lisbon": ("lisbon-1", "lisbon-2")}
CLEANED_SECONDS = 60
BACK_SECONDS = 60


class Witness(threading.Thread):
    """Counts the guests that there are, all the time: of each instance, and of all replicas together."""

    def __init__(self, running, uids):
        super().__init__(daemon=True)
        self.running = running
        self.uids = uids
        self.most = {}
        self.end = threading.Event()

    def run(self):
        while not self.end.wait(0.2):
            now = {}
            for machine in self.running.machines():
                name = self.uids.get(machine.uid, "replica")
                now[name] = now.get(name, 0) + 1
            for name, count in now.items():
                self.most[name] = max(self.most.get(name, 0), count)


class Failover(unittest.TestCase):
    def setUp(self):
        self.running = federation.Federation(LIMIT_SECONDS, "failover_topology.yaml")
        self.addCleanup(self.running.down)
        self.running.up()

    def call(self, zone, *arguments):
        self.running.hanse.run("--context", zone, *arguments)

    def start_on(self, zone, host, name, failover):
        """An instance that is bound to no host, but finds only this one open. Returns its uid."""
        others = [other for other in HOSTS[zone] if other != host]
        for other in others:
            self.call(zone, "cordon", other)
        spec = {"skuRef": "skus/tiny", "failover": failover, "bootVolume": {"sourceImageRef": "images/witness"}}
        path = f"{self.running.state}/{name}.yaml"
        with open(path, "w") as file:
            for kind, title, what in (("InstanceSku", "tiny", {"vcpu": 1, "memoryMib": 192}), ("Instance", name, spec)):
                json.dump({"apiVersion": "hanse/v1", "kind": kind, "metadata": {"name": title}, "spec": what}, file)
                file.write("\n---\n")
        self.call(zone, "apply", "-f", path)
        federation.wait_for(f"instance {name}", lambda: self.status(zone, name)["powerState"] == "running", 60)
        for other in others:
            self.call(zone, "uncordon", other)
        self.assertEqual(self.status(zone, name)["host"], host)
        return self.running.zones[zone].instance(name)["metadata"]["uid"]

    def status(self, zone, name):
        return self.running.zones[zone].instance(name)["status"]

    def start_all(self):
        hanse_cli.import_witness(self.running.hanse, self.running.guest)
        self.call("lisbon", "cordon", "lisbon-2")
        self.running.hanse.run("apply", "-f", f"{federation.HERE}/failover.yaml")
        self.assertEqual(hanse_cli.wait_until_running(self.running.hanse, 1), {federation.INSTANCE: "lisbon"})
        self.call("lisbon", "uncordon", "lisbon-2")
        hanse_cli.import_witness(self.running.hanse, self.running.guest, "--context", "lisbon")
        return {
            self.start_on("lisbon", "lisbon-2", "ends", "restart"): "ends",
            self.start_on("lisbon", "lisbon-2", "stays", "keep"): "stays",
            self.start_on("helsinki", "helsinki-2", "moves", "restart"): "moves",
            self.start_on("helsinki", "helsinki-3", "splits", "restart"): "splits",
            self.start_on("helsinki", "helsinki-3", "rests", "keep"): "rests",
        }

    def places(self, name):
        """The hosts that have a hypervisor for it."""
        known = self.witness.uids
        return sorted(machine.host for machine in self.running.machines() if known.get(machine.uid, "replica") == name)

    def pids(self, name):
        return [machine.pid for machine in self.running.machines() if self.witness.uids.get(machine.uid) == name]

    def wait_for_places(self, what, name, hosts, limit):
        federation.wait_for(f"{what}: {name} on {hosts}", lambda: self.places(name) == hosts, limit)

    def test_lost_zones_and_hosts(self):
        running = self.running
        host_cut.prepare(running, "helsinki", "helsinki-3")
        self.witness = Witness(running, self.start_all())
        self.witness.start()
        stays = self.pids("stays")
        rests = self.pids("rests")

        host_cut.cut(running, "helsinki", "helsinki-3")
        running.kill("lisbon", host=False)
        running.kill("lisbon", host="lisbon-1")
        running.kill("helsinki", host="helsinki-2")
        # No agent stops its guest by dying.
        self.assertEqual(self.places("replica"), ["lisbon-1"])
        self.assertEqual(self.places("moves"), ["helsinki-2"])
        self.assertEqual(self.places("splits"), ["helsinki-3"])
        for name in ("replica", "ends", "splits"):
            self.wait_for_places("end with the lease", name, [], HOST_LEASE_SECONDS)
        for name in ("moves", "splits"):
            self.wait_for_places("restart on the other host", name, ["helsinki-1"], HOST_LOST_SECONDS)
        self.wait_for_places("restart in the other zone", "replica", ["helsinki-1"], ZONE_LOST_SECONDS)
        self.assertEqual(self.pids("stays"), stays)
        # The zone has done for the one what it could, and for the other nothing.
        running.zones["helsinki"].close()  # the zone has ended a connection that was idle for so long
        self.assertEqual(self.status("helsinki", "rests")["host"], "helsinki-3")
        self.assertEqual(self.pids("rests"), rests)

        host_cut.heal(running, "helsinki", "helsinki-3")
        for zone, host in (("lisbon", False), ("lisbon", "lisbon-1"), ("helsinki", "helsinki-2")):
            running.start_again(zone, host)
        self.wait_for_places("start when the zone is back", "ends", ["lisbon-2"], BACK_SECONDS)
        for zone, host in (("lisbon", "lisbon-1"), ("helsinki", "helsinki-2")):
            federation.wait_for(f"removal of the old copy on {host}", lambda: not running.disks(zone, host), CLEANED_SECONDS)
        self.assertEqual(hanse_cli.wait_until_running(running.hanse, 1), {federation.INSTANCE: "helsinki"})
        left = [uid for uid, name in self.witness.uids.items() if name == "rests"]
        federation.wait_for("removal of the old copy on helsinki-3", lambda: running.disks("helsinki", "helsinki-3") == left,
                            CLEANED_SECONDS)
        self.assertEqual(self.places("splits"), ["helsinki-1"])
        self.assertEqual((self.pids("stays"), self.pids("rests")), (stays, rests))
        self.witness.end.set()
        self.witness.join()
        self.assertEqual(self.witness.most, {name: 1 for name in ("replica", "ends", "stays", "moves", "splits", "rests")})
        self.assertEqual(running.sanitizer_reports(), [])


if __name__ == "__main__":
    unittest.main()
