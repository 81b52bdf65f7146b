"""Snapshots: taken while the guest runs, with and without its memory; they go along with a live move; the instance becomes what it was,
and goes on where it was; another zone gets a copy of one; and nothing of them is left when they are deleted."""
import os
import sqlite3
import unittest

import federation
from witness_watch import WitnessWatch

LIMIT_SECONDS = 280
COPY = "witness-copy"
DISK, WHOLE = "disk-only", "whole"


class Snapshots(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        federation.bring_up_with_witness(cls, LIMIT_SECONDS)

    def call(self, zone, *arguments):
        return self.running.hanse.run("--context", zone, "snapshot", *arguments)

    def listed(self, zone):
        all_of_them = self.running.hanse.get("--context", zone, "snapshot", "list", federation.INSTANCE)
        return {snapshot["name"]: snapshot for snapshot in all_of_them}

    def chunks(self, zone):
        """Of snapshots, that the zone's host keeps."""
        path = f"{self.running.state}/{zone}/{self.running.host_of(zone)}/host/snapshots.db"
        if not os.path.exists(path):
            return 0
        with sqlite3.connect(path) as database:
            (count,) = database.execute("SELECT COUNT(*) FROM chunks").fetchone()
        database.close()
        return count

    def check_sound(self, at_least=0):
        sound, verdict = federation.hanse_cli.check_witness(self.running.url(), at_least)
        self.assertTrue(sound, verdict)

    def take_both(self, zone):
        """Returns what the witness said before each."""
        with WitnessWatch(self.running) as watch:
            before_disk = self.running.witness()
            self.call(zone, "create", federation.INSTANCE, DISK)
            before_whole = self.running.witness()
            self.call(zone, "create", federation.INSTANCE, WHOLE, "--memory")
        self.check_sound(watch.last_line)
        self.assertEqual(len(watch.boots), 1)
        known = self.listed(zone)
        self.assertEqual([(known[name]["state"], known[name]["memory"]) for name in (DISK, WHOLE)], [("ready", False), ("ready", True)])
        self.assertGreater(known[WHOLE]["size"], known[DISK]["size"])
        again = self.running.hanse.call("--context", zone, "snapshot", "create", federation.INSTANCE, DISK)
        self.assertIn("has a snapshot 'disk-only' already", again.stderr)
        return before_disk, before_whole

    def move(self, zone, target):
        forecast = self.running.hanse.call("--context", zone, "migrate", federation.INSTANCE, "--to", target, "--dry-run")
        self.assertIn("of snapshots, less what they share", forecast.stdout)
        with WitnessWatch(self.running) as watch:
            self.running.hanse.run("--context", zone, "migrate", federation.INSTANCE, "--to", target)
        self.check_sound(watch.last_line)
        self.assertEqual(len(watch.boots), 1)
        self.assertEqual({name: one["state"] for name, one in self.listed(target).items()}, {DISK: "ready", WHOLE: "ready"})
        federation.wait_for(f"nothing of them in {zone}", lambda: self.chunks(zone) == 0, 30)

    def restore(self, zone, name, expected):
        later = self.running.witness()["last_fsynced_line"]
        self.call(zone, "restore", federation.INSTANCE, name)
        federation.wait_for("it to run", lambda: self.running.runs_in() == [zone], 60)
        self.check_sound(expected["last_fsynced_line"])
        now = self.running.witness()
        print(f"{name}: line {expected['last_fsynced_line']} at the snapshot, {later} before it was brought back, "
              f"{now['last_fsynced_line']} now", flush=True)
        return now

    def cancel_what_waits(self, zone):
        """A restore of which the host cannot note that it begins, as its store is locked."""
        api = self.running.zones[zone]
        api.close()
        boot = self.running.witness()["boot_id"]
        path = f"{self.running.state}/{zone}/{self.running.host_of(zone)}/host/snapshots.db"
        with WitnessWatch(self.running) as watch:
            lock = sqlite3.connect(path, isolation_level=None)
            lock.execute("BEGIN IMMEDIATE")
            self.call(zone, "restore", federation.INSTANCE, DISK, "--no-wait")
            federation.wait_for("a restore that waits",
                                lambda: (api.instance(federation.INSTANCE)["status"].get("restore") or {}).get("reason"), 30)
            described = self.running.hanse.call("--context", zone, "describe", "instance", federation.INSTANCE).stdout
            print(next(line for line in described.splitlines() if line.startswith("Restore:")), flush=True)
            self.call(zone, "restore", federation.INSTANCE, DISK, "--cancel")
            lock.execute("ROLLBACK")
            lock.close()
        self.assertIsNone(api.instance(federation.INSTANCE)["status"].get("restore"))
        self.call(zone, "restore", federation.INSTANCE, DISK, "--cancel")
        self.check_sound(watch.last_line)
        self.assertEqual(self.running.witness()["boot_id"], boot)

    def copy(self, zone, target, expected):
        self.running.hanse.run("--context", zone, "migrate", federation.INSTANCE, "--to", target, "--keep-source", "--as", COPY,
                               "--snapshot", DISK)
        api = self.running.zones[target]
        api.close()
        federation.wait_for("the copy to run", lambda: api.instance(COPY)["status"]["powerState"] == "running", 60)
        self.assertFalse(api.instance(COPY)["status"]["snapshots"])
        (machine,) = self.running.machines(target)
        sound, verdict = federation.hanse_cli.check_witness(machine.url, expected["last_fsynced_line"])
        self.assertTrue(sound, verdict)
        self.running.hanse.run("--context", target, "delete", "instance", COPY, "--wait")

    def test_snapshots_go_along_and_come_back(self):
        zone = self.running.machines()[0].zone
        target = self.running.other(zone)
        before_disk, before_whole = self.take_both(zone)
        self.cancel_what_waits(zone)
        self.move(zone, target)
        # With its memory it goes on where it was: the same boot.
        now = self.restore(target, WHOLE, before_whole)
        self.assertEqual(now["boot_id"], before_whole["boot_id"])
        # With its disks alone it boots from them.
        now = self.restore(target, DISK, before_disk)
        self.assertNotEqual(now["boot_id"], before_disk["boot_id"])
        self.copy(target, zone, before_disk)
        for name in (DISK, WHOLE):
            self.call(target, "delete", federation.INSTANCE, name)
        self.assertEqual(self.listed(target), {})
        self.assertEqual(self.chunks(target), 0)
        missing = self.running.hanse.call("--context", target, "snapshot", "restore", federation.INSTANCE, DISK)
        self.assertIn("has no snapshot 'disk-only'", missing.stderr)
        self.assertEqual(self.running.sanitizer_reports(), [])


if __name__ == "__main__":
    unittest.main()
