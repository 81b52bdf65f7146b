"""Moves between the two hosts of one zone, ordered one by one and by draining a host: nothing is lost, and one host runs it."""
import unittest

import federation
from witness_watch import WitnessWatch

LIMIT_SECONDS = 240
ZONE = "helsinki"
HOSTS = ("helsinki-1", "helsinki-2")


def other(host):
    return HOSTS[1 - HOSTS.index(host)]


class Drain(unittest.TestCase):
    def host(self, running):
        return running.hanse.get("get", "instance", federation.INSTANCE)["status"]["host"]

    def move(self, running, path):
        source = self.host(running)
        transfer = running.hanse.get("migrate", federation.INSTANCE, "--host", other(source), "--path", path)
        report = transfer["status"]["report"]
        print(f"{source} to {other(source)}, {report['path']}, {report['totalMs']:.0f} ms, "
              f"blackout {report['blackoutMs']:.0f} ms", flush=True)
        self.assertEqual(transfer["status"]["phase"], "completed")
        self.assertEqual(report["path"], path)
        self.assertEqual(self.host(running), other(source))
        self.assertEqual([machine.host for machine in running.machines()], [other(source)])
        self.wait_for_end_of_copy(running, source)

    # Until the zone has heard of it the machine does not move back there.
    def wait_for_end_of_copy(self, running, host):
        def gone():
            left = running.hanse.get("get", "host", host)["status"].get("leftMachines")
            return not left and not running.disks(ZONE, host)
        federation.wait_for(f"end of the old copy on {host}", gone, 10)

    def drain(self, running):
        drained = self.host(running)
        before = {transfer["metadata"]["name"] for transfer in running.hanse.items("get", "transfers")}
        running.hanse.run("drain", drained, "--bandwidth", "100MB", "--streams", "2")
        self.assertEqual(self.host(running), other(drained))
        moves = [transfer for transfer in running.hanse.items("get", "transfers") if transfer["metadata"]["name"] not in before]
        self.assertEqual([move["spec"]["limits"]["maxRate"] for move in moves], [100_000_000])
        self.assertEqual([move["spec"]["streams"]["count"] for move in moves], [2])
        host = running.hanse.get("get", "host", drained)
        self.assertFalse(host["spec"]["schedulable"])
        self.assertEqual(host["status"]["drain"]["remaining"], 0)
        # Once more finds nothing to do.
        running.hanse.run("drain", drained)
        refused = running.hanse.call("migrate", federation.INSTANCE, "--host", drained)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("hanse uncordon", refused.stderr)
        running.hanse.run("uncordon", drained)

    def test_nothing_is_lost_between_the_hosts_of_a_zone(self):
        running = federation.Federation(LIMIT_SECONDS, "drain_topology.yaml")
        self.addCleanup(running.down)
        running.up()
        running.start_witness()
        with WitnessWatch(running) as watch:
            self.move(running, "direct")
            self.move(running, "relayed")
            self.drain(running)
        sound, verdict = federation.hanse_cli.check_witness(running.url(), watch.last_line)
        print(verdict, flush=True)
        self.assertTrue(sound, verdict)
        self.assertEqual(verdict["page_errors"], 0)
        self.assertGreater(watch.last_line, 0)
        self.assertEqual(len(watch.boots), 1, "the machine booted again")
        host = self.host(running)
        self.assertEqual([machine.host for machine in running.machines()], [host])
        self.wait_for_end_of_copy(running, other(host))
        self.assertEqual(running.sanitizer_reports(), [])


if __name__ == "__main__":
    unittest.main()
