"""A machine moves, stopped, to a provider whose processors are of another architecture, where its image boots too; from one of that
provider's hosts to the other it moves live; and it comes back, shut down for it. It lacks no line."""
import os
import unittest

import federation
from witness_watch import WitnessWatch

LIMIT_SECONDS = 400
NAME = "traveller"
COMMAND_LINE = "console=ttyAMA0 quiet panic=-1"


class Architecture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.running = federation.Federation(LIMIT_SECONDS, "architecture_topology.yaml")
        cls.addClassCleanup(cls.running.down)
        cls.running.up()
        federation.hanse_cli.import_witness(cls.running.hanse, cls.running.guest)
        cls.apply("helsinki", "traveller_skus.yaml")
        cls.apply("helsinki", "traveller.yaml")

    @classmethod
    def apply(cls, zone, file):
        cls.running.hanse.run("--context", zone, "apply", "-f", os.path.join(federation.HERE, file))

    def wait_for_power(self, zone, power):
        api = self.running.zones[zone]
        api.close()
        federation.wait_for(f"{NAME} to be {power} in {zone}", lambda: api.instance(NAME)["status"]["powerState"] == power, 90)

    def check_lines(self, at_least):
        """What it says of itself; all lines are there."""
        sound, verdict = federation.hanse_cli.check_witness(self.running.url(), at_least)
        self.assertTrue(sound, verdict)
        return federation.wait_for("more lines", lambda: self.lines_beyond(at_least), 60)

    def lines_beyond(self, line):
        said = self.running.witness()
        return said if said["last_fsynced_line"] > line else None

    def refused(self, *options):
        done = self.running.hanse.call("--context", "helsinki", "migrate", NAME, "--to", "lisbon", *options)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def move(self, zone, *options):
        moved = self.running.hanse.get("--context", zone, "migrate", NAME, *options)["status"]
        self.assertEqual(moved["phase"], "completed", moved)
        return moved

    def check_hardware(self, zone, sku, family):
        spec = self.running.zones[zone].instance(NAME)["spec"]
        there = self.running.hanse.get("--context", zone, "get", "zone", zone)["spec"]
        self.assertEqual(spec["skuRef"], f"skus/{sku}")
        self.assertTrue(spec["machineType"].startswith(family), spec)
        self.assertIn(spec["machineType"], there["machineTypes"])
        self.assertIn(spec["cpuModel"], there["cpuModels"])

    def add_boot(self):
        folder = os.path.join(self.running.guest, "aarch64")
        return self.running.hanse.run("--context", "helsinki", "image", "add-boot", "witness", "--architecture", "aarch64", "--kernel",
                                      f"{folder}/vmlinux", "--initramfs", f"{folder}/initramfs.cpio.zst", "--command-line", COMMAND_LINE)

    def check_refusals(self):
        """Whatever stands against it is known before anything moves."""
        self.assertIn("it is aarch64 and the instance needs x86_64", self.refused("--mode", "cold", "--dry-run"))
        self.assertIn("hanse image add-boot witness --architecture aarch64", self.refused("--sku", "tiny-arm", "--dry-run"))
        self.assertIn("hanse image add-boot witness --architecture aarch64", self.refused("--sku", "tiny-arm"))
        self.assertIn("instance SKU 'huge' does not exist", self.refused("--sku", "huge"))
        self.assertIn("take mode warm or cold", self.refused("--sku", "tiny-arm", "--mode", "live"))

    def test_a_machine_goes_to_another_architecture_and_comes_back(self):
        hanse = self.running.hanse
        self.wait_for_power("helsinki", "running")
        line = self.check_lines(0)["last_fsynced_line"]
        self.check_hardware("helsinki", "tiny", "pc-q35-")
        hanse.run("--context", "helsinki", "stop", NAME)
        self.wait_for_power("helsinki", "stopped")
        self.check_refusals()
        self.add_boot()
        self.add_boot()  # once more changes nothing
        forecast = hanse.get("--context", "helsinki", "migrate", NAME, "--to", "lisbon", "--sku", "tiny-arm", "--dry-run")
        self.assertEqual(forecast["obstacles"], [])
        self.assertTrue(forecast["hardware"]["machineType"].startswith("virt-"), forecast)

        self.assertEqual(self.move("helsinki", "--to", "lisbon", "--sku", "tiny-arm")["mode"], "cold")
        self.check_hardware("lisbon", "tiny-arm", "virt-")
        hanse.run("--context", "lisbon", "start", NAME)
        self.wait_for_power("lisbon", "running")
        self.assertIn("aarch64", self.running.machines()[0].program)
        line = self.check_lines(line)["last_fsynced_line"]

        (machine,) = self.running.machines("lisbon")
        other = next(host for host in ("lisbon-1", "lisbon-2") if host != machine.host)
        with WitnessWatch(self.running) as watch:
            self.assertEqual(self.move("lisbon", "--host", other)["mode"], "live")
        self.assertEqual(len(watch.boots), 1, "the machine booted again")
        line = self.check_lines(watch.last_line)["last_fsynced_line"]

        self.apply("lisbon", "traveller_skus.yaml")
        back = self.move("lisbon", "--to", "helsinki", "--sku", "tiny")
        self.assertEqual((back["mode"], back["report"]["imageBytes"]), ("warm", 0))
        self.wait_for_power("helsinki", "running")
        self.check_hardware("helsinki", "tiny", "pc-q35-")
        self.assertIn("x86_64", self.running.machines()[0].program)
        self.check_lines(line)
        for host in ("lisbon-1", "lisbon-2"):
            federation.wait_for(f"nothing left at {host}", lambda name=host: not self.running.disks("lisbon", name), 30)
        self.assertEqual(self.running.sanitizer_reports(), [])


if __name__ == "__main__":
    unittest.main()
