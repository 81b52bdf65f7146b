"""Twenty moves in a row, back and forth, direct and relayed, and one under limits: nothing is lost, and one zone runs the machine."""
import time
import unittest

import federation
from witness_watch import WitnessWatch

LIMIT_SECONDS = 400
MOVES = 20
RELAYED = (3, 8, 13, 18)  # asked for
STREAMED = (5, 13)  # several streams, compressed; the second also relayed
UNREACHABLE = (10, 15)  # hosts that cannot reach each other: found out
STREAM_PORTS = "49152-49351"
PAUSE_SECONDS = 3
TRICKLE = 2_000_000  # bytes a second that QEMU sends however it is told


def block_streams(running, zone):
    """No host outside of the zone reaches its hosts' streams any more."""
    for rule in (["add", "table", "inet", "e2e"],
                 ["add", "chain", "inet", "e2e", "input", "{ type filter hook input priority 0; }"],
                 ["add", "rule", "inet", "e2e", "input", "iifname", "wan", "tcp", "dport", STREAM_PORTS, "drop"]):
        shell(running, zone, rule)


def unblock_streams(running, zone):
    shell(running, zone, ["delete", "table", "inet", "e2e"])


def shell(running, zone, rule):
    done = running.hanse.call("testbed", "shell", zone, "--name", running.hanse.testbed, "--", "nft", *rule)
    if done.returncode != 0:
        raise federation.Failure(f"nft {' '.join(rule)}: {done.stderr}")


class Moves(unittest.TestCase):
    def move(self, running, number, source):
        target = running.other(source)
        path = ["--path", "relayed"] if number in RELAYED else []
        if number in STREAMED:
            path += ["--streams", "3", "--compress"]
        if number in UNREACHABLE:
            block_streams(running, target)
        transfer = running.hanse.get("--context", source, "migrate", federation.INSTANCE, "--to", target, *path)
        if number in UNREACHABLE:
            unblock_streams(running, target)
        report = transfer["status"]["report"]
        print(f"move {number}: {source} to {target}, {report['path']}, {report['totalMs']:.0f} ms, "
              f"blackout {report['blackoutMs']:.0f} ms", flush=True)
        self.assertEqual(transfer["status"]["phase"], "completed")
        self.assertEqual(report["path"], "relayed" if number in RELAYED + UNREACHABLE else "direct")
        return target

    def limited_move(self, running, source):
        """Slowed down, paused and let go on by commands."""
        target = running.other(source)
        migrate = ["--context", source, "migrate", federation.INSTANCE]
        api = running.zones[source]
        running.hanse.run(*migrate, "--to", target, "--bandwidth", "8MB", "--deadline", "10m", "--no-wait")
        api.close()  # the zone has ended a connection that was idle for so long
        name = api.instance(federation.INSTANCE)["status"]["transfer"]

        def progress():
            return api.transfer(name)["status"]["progress"]

        federation.wait_for("memory on its way", lambda: progress()["step"] == "memory" and progress()["memoryBytes"] > 0, 60)
        running.hanse.run(*migrate, "--pause")
        time.sleep(2)  # the host hears of it within a second
        before = progress()["memoryBytes"]
        time.sleep(PAUSE_SECONDS)
        self.assertLess(progress()["memoryBytes"] - before, PAUSE_SECONDS * TRICKLE)
        self.assertEqual(api.transfer(name)["status"]["phase"], "sending")
        running.hanse.run(*migrate, "--bandwidth", "0MB")
        running.hanse.run(*migrate, "--resume")
        federation.wait_for("end of the move", lambda: api.transfer(name)["status"]["phase"] == "completed", 60)
        return target

    def stopped_moves(self, running, source, last_line):
        """Warm, which boots it at the other side, and cold, stopped all the way; the lines on its disk go on."""
        target = running.other(source)
        migrate = ["migrate", federation.INSTANCE, "--to"]
        warm = running.hanse.get("--context", source, *migrate, target, "--mode", "warm")
        self.assertEqual((warm["status"]["phase"], warm["status"]["mode"]), ("completed", "warm"))
        federation.wait_for("the witness after a warm move", lambda: running.runs_in() == [target], 60)
        sound, verdict = federation.hanse_cli.check_witness(running.url(), last_line)
        self.assertTrue(sound, verdict)
        running.set_power("stopped")
        api = running.zones[target]
        api.close()
        federation.wait_for("the witness to stop", lambda: api.instance(federation.INSTANCE)["status"]["powerState"] == "stopped", 60)
        cold = running.hanse.get("--context", target, *migrate, source)
        self.assertEqual((cold["status"]["phase"], cold["status"]["mode"]), ("completed", "cold"))
        self.assertEqual(running.runs_in(), [])
        running.set_power("running")
        federation.wait_for("the witness after a cold move", lambda: running.runs_in() == [source], 60)
        sound, verdict = federation.hanse_cli.check_witness(running.url(), last_line)
        self.assertTrue(sound, verdict)
        return source

    def test_nothing_is_lost_in_twenty_moves(self):
        running = federation.Federation(LIMIT_SECONDS)
        self.addCleanup(running.down)
        running.up()
        zone = running.start_witness()
        running.change_link(delayMs=2, mbit=0)  # twenty moves over the slow link would take two minutes
        running.hanse.run("--context", zone, "migrate", federation.INSTANCE, "--to", running.other(zone), "--dry-run")
        self.assertEqual(running.zones[zone].instance(federation.INSTANCE)["status"].get("transfer", ""), "", "a dry run began a move")
        with WitnessWatch(running) as watch:
            for number in range(MOVES):
                zone = self.move(running, number, zone)
            zone = self.limited_move(running, zone)
        sound, verdict = federation.hanse_cli.check_witness(running.url(), watch.last_line)
        print(verdict, flush=True)
        self.assertTrue(sound, verdict)
        self.assertEqual(verdict["page_errors"], 0)
        self.assertGreater(watch.last_line, 0)
        self.assertEqual(len(watch.boots), 1, "the machine booted again")
        zone = self.stopped_moves(running, zone, watch.last_line)
        self.assertEqual(running.runs_in(), [zone])
        self.assertEqual([machine.zone for machine in running.machines()], [zone])
        self.assertEqual(running.disks(running.other(zone)), [])
        self.assertEqual(running.sanitizer_reports(), [])


if __name__ == "__main__":
    unittest.main()
