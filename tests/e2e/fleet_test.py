"""`hanse simulate fleet` against a real zone, as an operator uses it to plan: its hosts enrol, take replicas, are back after the zone was
killed, and are missed when the fleet has ended."""
import os
import subprocess
import tempfile
import unittest

import federation
from federation import wait_for
from zone_api import COMPUTE

LIMIT_SECONDS = 300
ZONE = "helsinki"
HOSTS = 200
REPLICAS = 50  # as fleet.yaml has it
HOSTS_PATH = "/providers/hanse.host/v1/hosts?limit=1000"
STEP_SECONDS = 60


class Fleet(unittest.TestCase):
    def setUp(self):
        self.running = federation.Federation(LIMIT_SECONDS, "fleet_topology.yaml")
        self.addCleanup(self.running.down)
        self.running.up()
        self.hanse = self.running.hanse
        self.api = self.running.zones[ZONE]
        self.hanse.run("cordon", self.running.host_of(ZONE))
        with tempfile.NamedTemporaryFile(suffix=".raw") as disk:
            disk.truncate(1 << 20)
            self.hanse.run("image", "import", disk.name, "--name", "plan", "--format", "raw")

    def start_fleet(self):
        command = [self.hanse.program, "simulate", "fleet", "--hosts", str(HOSTS), "--vcpus", "2", "--boot-low", "10", "--boot-high", "200"]
        log = open(f"{self.running.state}/fleet.log", "a")
        self.addCleanup(log.close)
        fleet = subprocess.Popen(command, env=self.hanse.environment, stdout=log, stderr=subprocess.STDOUT)
        self.addCleanup(fleet.wait)
        self.addCleanup(fleet.terminate)
        return fleet

    def connected(self):
        """How many of the simulated hosts the zone calls active."""
        answer = self.api.find(HOSTS_PATH)
        hosts = answer["items"] if answer else []
        return sum(host["metadata"]["name"].startswith("simulated-") and host["status"]["state"] == "active" for host in hosts)

    def replicas(self):
        """{instance: host} of those that run."""
        answer = self.api.find(f"{COMPUTE}?limit=1000")
        items = answer["items"] if answer else []
        return {item["metadata"]["name"]: item["status"]["host"] for item in items if item["status"]["powerState"] == "running"}

    def test_a_zone_works_with_simulated_hosts(self):
        fleet = self.start_fleet()
        wait_for(f"{HOSTS} connected hosts", lambda: self.connected() == HOSTS, STEP_SECONDS)
        self.hanse.run("apply", "-f", os.path.join(federation.HERE, "fleet.yaml"))
        wait_for(f"{REPLICAS} running replicas", lambda: len(self.replicas()) == REPLICAS, STEP_SECONDS)
        placed = self.replicas()
        self.assertEqual(len(set(placed.values())), REPLICAS, "two replicas share a host, against their spread")
        self.assertTrue(all(host.startswith("simulated-") for host in placed.values()), placed)

        self.running.kill(ZONE, host=False)
        self.running.start_again(ZONE, host=False)
        self.api.close()
        wait_for("all hosts after the zone was killed", lambda: self.connected() == HOSTS, STEP_SECONDS)
        self.assertEqual(self.replicas(), placed, "the restart of the zone changed what runs where")

        fleet.terminate()
        self.assertEqual(fleet.wait(STEP_SECONDS), 0)
        wait_for("hosts that are missed", lambda: self.connected() == 0, STEP_SECONDS)

        self.start_fleet()
        wait_for("all hosts of the next fleet", lambda: self.connected() == HOSTS, STEP_SECONDS)
        wait_for("replicas that are started again", lambda: self.replicas() == placed, STEP_SECONDS)
        self.hanse.run("delete", "workload", "plan", "--wait")
        self.assertEqual(self.replicas(), {})
        self.assertEqual(self.running.sanitizer_reports(), [])


if __name__ == "__main__":
    unittest.main()
