"""What breaks on the way of a move only makes it wait: the link is cut while memory is sent, and the target's QEMU is killed.

The guest runs on, the move goes on from where it was and completes, and nothing is lost."""
import os
import signal
import time
import unittest

import federation
from witness_move import begin_move, check_moved
from witness_watch import WitnessWatch

LIMIT_SECONDS = 280
CUT_SECONDS = 30  # QEMU gives its streams up after 15
STEP_LIMIT_SECONDS = 30


class Cuts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        federation.bring_up_with_witness(cls, LIMIT_SECONDS)

    def begin(self):
        """A move that has come to its memory; gives its zones and its name."""
        source, target, name = begin_move(self.running)
        api = self.running.zones[source]

        def on_memory():
            progress = api.transfer(name)["status"]["progress"]
            return progress["step"] == "memory" and progress["memoryBytes"] > 0
        federation.wait_for("memory on its way", on_memory, STEP_LIMIT_SECONDS)
        return source, target, name

    def check_end(self, source, target, name, watch):
        report = check_moved(self, self.running, source, target, name, watch)
        self.assertGreaterEqual(report["cuts"], 1)

    def test_a_link_that_is_cut(self):
        with WitnessWatch(self.running) as watch:
            source, target, name = self.begin()
            self.running.change_link(cut=True)
            time.sleep(CUT_SECONDS)
            waiting = self.running.zones[source].transfer(name)["status"]
            self.assertEqual((waiting["phase"], self.running.runs_in()), ("sending", [source]))
            self.running.change_link(cut=False)
            self.check_end(source, target, name, watch)
        self.assertEqual(len(watch.boots), 1, "the machine booted again")
        self.assertEqual(self.running.sanitizer_reports(), [])

    def test_a_target_hypervisor_that_dies(self):
        with WitnessWatch(self.running) as watch:
            source, target, name = self.begin()
            (machine,) = self.running.machines(target)
            os.kill(machine.pid, signal.SIGKILL)
            self.check_end(source, target, name, watch)
        self.assertEqual(len(watch.boots), 1, "the machine booted again")
        self.assertEqual(self.running.sanitizer_reports(), [])


if __name__ == "__main__":
    unittest.main()
