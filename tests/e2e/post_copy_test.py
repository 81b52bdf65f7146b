"""A guest that changes its memory faster than it is sent goes on at the target, and the rest of its memory follows.

A link that is cut meanwhile only makes that wait; a source hypervisor that dies takes what had not come with it, and the guest boots
from its disks, which lack nothing."""
import os
import signal
import time
import unittest

import federation
from faults import LINK
from guest_device import DEVICE
from witness_move import begin_move, check_moved
from witness_watch import WitnessWatch

LIMIT_SECONDS = 500
CUT_SECONDS = 35  # longer than the agents bear; TCP itself would try again after 51


@unittest.skipUnless(os.path.exists(DEVICE), f"this kernel has no {DEVICE}")
class PostCopy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        federation.bring_up_with_witness(cls, LIMIT_SECONDS, post_copy=True)

    def begin(self, bandwidth="8MB"):
        """A move whose memory follows; gives its zones and its name when the target may run the guest."""
        self.running.set_witness(dirty_mb_per_second=24)  # each second more than the move may send
        source, target, name = begin_move(self.running, "--post-copy", "--bandwidth", bandwidth)
        api = self.running.zones[source]
        federation.wait_for("the commit point", lambda: api.transfer(name)["status"]["phase"] in ("committed", "completed"), 90)
        return source, target, name

    def check_end(self, source, target, name, watch, limit=120):
        report = check_moved(self, self.running, source, target, name, watch, limit)
        self.assertTrue(report["postCopy"], report)
        self.assertEqual(self.running.sanitizer_reports(), [])
        return report

    def test_memory_follows_the_guest(self):
        with WitnessWatch(self.running) as watch:
            source, target, name = self.begin()
            self.check_end(source, target, name, watch)
        self.assertEqual(len(watch.boots), 1, "the machine booted again")

    def test_a_link_that_is_cut_meanwhile(self):
        with WitnessWatch(self.running) as watch:
            source, target, name = self.begin("3MB")  # so slow that it is not over before it is cut
            federation.wait_for(f"the guest in {target}", lambda: self.running.runs_in() == [target], 20, interval=0.02)
            self.running.change_link(cut=True)
            time.sleep(CUT_SECONDS)
            self.assertEqual(self.running.zones[source].transfer(name)["status"]["phase"], "committed")
            self.running.change_link(cut=False)
            self.assertGreaterEqual(self.check_end(source, target, name, watch)["cuts"], 1)
        self.assertEqual(len(watch.boots), 1, "the machine booted again")

    def test_a_link_that_is_cut_when_the_last_is_on_its_way(self):
        """What the hypervisor has sent it could not send over another stream: it comes when the link is there again. How much that is
        when the link is cut nobody can tell from outside; it was enough to lose the guest's memory each time while it was lost."""
        with WitnessWatch(self.running) as watch:
            source, target, name = self.begin()
            self.running.change_link(mbit=8)  # so that what the system takes in advance is some seconds under way
            federation.wait_for(f"the guest in {target}", lambda: self.running.runs_in() == [target], 20, interval=0.02)
            time.sleep(2.5)
            self.running.change_link(cut=True)
            time.sleep(CUT_SECONDS)
            self.assertEqual(self.running.zones[source].transfer(name)["status"]["phase"], "committed")
            self.running.change_link(**LINK)
            self.check_end(source, target, name, watch, limit=180)
        self.assertEqual(len(watch.boots), 1, "the machine booted again")

    def test_a_source_that_dies_meanwhile(self):
        with WitnessWatch(self.running) as watch:
            source, target, name = self.begin()
            (machine,) = self.running.machines(source)
            os.kill(machine.pid, signal.SIGKILL)
            self.check_end(source, target, name, watch)
        self.assertEqual(len(watch.boots), 2, "the machine did not boot again, or too often")


if __name__ == "__main__":
    unittest.main()
