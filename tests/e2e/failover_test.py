"""A zone is lost, control plane and agent, while its guest runs on: the guest ends with its lease, is restarted in the other zone only
after that, and what is left of it is removed when the zone is back."""
import threading
import unittest

import federation
import hanse_cli

LIMIT_SECONDS = 420
# docs/placement.md: a host's lease, and the time after which a zone is given up, each with what a busy machine adds.
HOST_LEASE_SECONDS = 60 + 15
ZONE_LOST_SECONDS = 156 + 60
CLEANED_SECONDS = 60


class Witness(threading.Thread):
    """Counts the guests that there are, all the time."""

    def __init__(self, running):
        super().__init__(daemon=True)
        self.running = running
        self.most = 0
        self.end = threading.Event()

    def run(self):
        while not self.end.wait(0.2):
            self.most = max(self.most, len(self.running.machines()))


class Failover(unittest.TestCase):
    def test_a_lost_zone(self):
        running = federation.Federation(LIMIT_SECONDS, "failover_topology.yaml")
        self.addCleanup(running.down)
        running.up()
        hanse_cli.import_witness(running.hanse, running.guest)
        running.hanse.run("apply", "-f", f"{federation.HERE}/failover.yaml")
        self.assertEqual(hanse_cli.wait_until_running(running.hanse, 1), {federation.INSTANCE: "lisbon"})
        watch = Witness(running)
        watch.start()

        running.kill("lisbon", host=False)
        running.kill("lisbon", host=True)
        self.assertEqual(len(running.machines("lisbon")), 1)  # no agent stops its guest by dying
        federation.wait_for("end of the guest with its lease", lambda: not running.machines("lisbon"), HOST_LEASE_SECONDS)
        federation.wait_for("restart in the other zone", lambda: running.machines("helsinki"), ZONE_LOST_SECONDS)
        self.assertEqual(running.machines("lisbon"), [])

        running.start_again("lisbon", host=False)
        running.start_again("lisbon", host=True)
        federation.wait_for("removal of the old copy", lambda: not running.disks("lisbon"), CLEANED_SECONDS)
        self.assertEqual(hanse_cli.wait_until_running(running.hanse, 1), {federation.INSTANCE: "helsinki"})
        watch.end.set()
        watch.join()
        self.assertEqual(watch.most, 1)
        self.assertEqual(running.sanitizer_reports(), [])


if __name__ == "__main__":
    unittest.main()
