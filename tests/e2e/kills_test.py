"""kill -9 of a zone or a host's agent in each phase of a move; it is started again, and then: the move has come to an end that the
table allows, exactly one zone runs the machine, nothing that it called durable is missing, and the loser keeps nothing of it.

A phase is met for sure by holding it: whoever would end it is stopped (SIGSTOP) until the victim is dead. HANSE_E2E_ALL=1 runs the
whole table, else the rows marked with `often` run.
"""
import dataclasses
import os
import signal
import time
import unittest

import federation
from witness_watch import WitnessWatch

LIMIT_SECONDS = 900 if os.environ.get("HANSE_E2E_ALL") else 280
ENDS = ("completed", "rolledBack", "cancelled", "refused")
END_LIMIT_SECONDS = 90
PHASE_LIMIT_SECONDS = 30

# Who: (zone, is it the host's agent).
SOURCE_ZONE, SOURCE_HOST, TARGET_ZONE, TARGET_HOST = "source zone", "source host", "target zone", "target host"
EITHER = ("completed", "rolledBack")


@dataclasses.dataclass
class Point:
    phase: str  # of the record in the zone `seen_at`, with the step after a slash if it matters
    seen_at: str  # "source" or "target"
    ends: tuple  # allowed phases of the source's record
    held: str = ""  # who is stopped to hold the phase
    held_from: str = ""  # phase at the source from which on; empty: before the move begins
    cancel: bool = False  # the user cancels at `held_from`


POINTS = {
    "preparing": Point("preparing", "target", EITHER, held=TARGET_HOST),
    "disk": Point("sending/disk", "source", EITHER),
    "memory": Point("sending/memory", "source", EITHER),
    "switching": Point("sending/switching", "source", EITHER),
    "committed": Point("committed", "source", ("completed",), held=TARGET_ZONE, held_from="sending/memory"),
    "granted": Point("granted", "target", ("completed",), held=TARGET_HOST, held_from="sending/memory"),
    "rolling back": Point("rollingBack", "source", ("cancelled", "rolledBack"), held=SOURCE_HOST, held_from="sending/memory", cancel=True),
}

OFTEN = [("preparing", SOURCE_ZONE), ("preparing", TARGET_ZONE), ("memory", SOURCE_ZONE), ("memory", TARGET_ZONE), ("memory", SOURCE_HOST),
         ("memory", TARGET_HOST), ("committed", SOURCE_ZONE), ("committed", TARGET_ZONE), ("granted", TARGET_HOST),
         ("rolling back", SOURCE_HOST)]
WHOLE = [(point, victim) for point in POINTS for victim in (SOURCE_ZONE, SOURCE_HOST, TARGET_ZONE, TARGET_HOST)]


def phase_of(transfer):
    if transfer is None:
        return ""
    status = transfer["status"]
    return f"{status['phase']}/{status['progress']['step']}"


class Round:
    """One move with one kill."""

    def __init__(self, running, point, victim):
        self.running = running
        self.point = POINTS[point]
        self.victim = victim
        self.source = running.machines()[0].zone
        self.target = running.other(self.source)
        self.name = ""

    def who(self, role):
        side, what = role.split()
        return (self.source if side == "source" else self.target), what == "host"

    def transfer(self, side):
        zone = self.source if side == "source" else self.target
        return self.running.zones[zone].transfer(self.name)

    def reach(self, side, phase):
        def there():
            now = phase_of(self.transfer(side))
            if now.split("/")[0] in ENDS:
                raise federation.Failure(f"the move was {now} before it was seen {phase} at the {side}")
            return now.startswith(phase)
        federation.wait_for(f"{phase} at the {side}", there, PHASE_LIMIT_SECONDS)

    def run(self):
        held = self.who(self.point.held) if self.point.held else None
        if held and not self.point.held_from:
            self.running.send_signal(signal.SIGSTOP, *held)
        started = self.running.hanse.get("--context", self.source, "migrate", federation.INSTANCE, "--to", self.target, "--no-wait")
        self.name = started["metadata"]["name"]
        if self.point.held_from:
            self.reach("source", self.point.held_from)
            self.running.send_signal(signal.SIGSTOP, *held)
        if self.point.cancel:
            self.running.hanse.call("--context", self.source, "migrate", federation.INSTANCE, "--cancel")
        self.reach(self.point.seen_at, self.point.phase)
        victim = self.who(self.victim)
        self.running.kill(*victim)
        # The held goes on before the killed is back, unless they are the same or one waits for the other.
        if held and held != victim:
            self.running.send_signal(signal.SIGCONT, *held)
        self.running.start_again(*victim)

    def await_end(self):
        def at_ends():
            ends = [self.transfer("source"), self.transfer("target")]
            # The target forgets, or never had, what was refused.
            return ends[0] and all(phase_of(end).split("/")[0] in ENDS for end in ends if end) and (ends[0],)
        (transfer,) = federation.wait_for("end of the move", at_ends, END_LIMIT_SECONDS)
        return transfer["status"]


class Kills(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        federation.bring_up_with_witness(cls, LIMIT_SECONDS)

    def check_round(self, point, victim):
        running = self.running
        this = Round(running, point, victim)
        with WitnessWatch(running) as watch:
            this.run()
            status = this.await_end()
            self.assertIn(status["phase"], this.point.ends, status)
            owner = this.target if status["phase"] == "completed" else this.source
            federation.wait_for(f"{owner} to run it alone", lambda: running.runs_in() == [owner], 30)
            loser = running.other(owner)
            federation.wait_for(f"nothing left in {loser}", lambda: not running.machines(loser) and not running.disks(loser), 30)
        self.assertEqual([machine.zone for machine in running.machines()], [owner])
        sound, verdict = federation.hanse_cli.check_witness(running.url(), watch.last_line)
        self.assertTrue(sound, verdict)
        self.assertEqual(len(watch.boots), 1, "the machine booted again")
        return status

    def test_kills(self):
        for point, victim in WHOLE if os.environ.get("HANSE_E2E_ALL") else OFTEN:
            with self.subTest(point=point, victim=victim):
                began = time.monotonic()
                status = self.check_round(point, victim)
                print(f"kill of {victim} while {point}: {status['phase']} {status['failure']}, "
                      f"{time.monotonic() - began:.1f} s", flush=True)
        self.assertEqual(self.running.sanitizer_reports(), [])


if __name__ == "__main__":
    unittest.main()
