"""Rounds of faults: each is one move of the witness, held in a phase and struck by a fault, and the checks after it.

`Rounds` has a federation, makes a round of each (phase, fault) that it is given, and appends what it has seen to a file of JSON lines, of
which tools/fault_matrix.py makes the table.
"""
import glob
import json
import os
import shutil
import time

import fault_checks
import fault_phases
import faults
import federation
from host_volumes import HostVolumes
from witness_watch import WitnessWatch

TURN = "/run/lock/hanse-e2e-turn.lock"
NOISE_MB = 4  # on the guest's disk: a seeding that begins anew brings all of it, more than a mirror does in a round
SILENCE_SECONDS = 5  # one of this length is worth a word
ROUND_SECONDS = 240  # the longest that one takes, beside its fault


class Rounds:
    def __init__(self, limit, results=None, evidence=None, slot=0, sources=""):
        """`limit`, `slot`: of the Federation; `results`: a file; `evidence`: a folder for the logs of what went wrong; `sources`: what
        is tried, for the results."""
        self.limit = limit
        self.slot = slot
        self.sources = sources
        self.results = results
        self.evidence = evidence
        self.running = None
        self.turn = None

    def up(self):
        self.running = federation.Federation(self.limit, slot=self.slot, post_copy=True)
        self.running.up()
        self.running.volumes = HostVolumes(self.running)
        self.running.start_witness(noise_mb=NOISE_MB)
        # The first move brings the image over, which takes longer than all the rest: the rounds are about the others.
        zone = self.running.machines()[0].zone
        self.running.hanse.get("--context", zone, "migrate", federation.INSTANCE, "--to", self.running.other(zone))

    def down(self):
        if self.running is not None:
            self.running.down()
            self.running = None

    def round(self, phase, fault):
        """What was seen, as the results have it; `violated` is empty when all is well."""
        # Until the fault has struck, no other federation is brought up or met in a phase: with others at it, a short phase is missed.
        self.turn = federation.take_lock(TURN)
        if self.running is None:
            self.up()
        began = time.monotonic()
        seen = {"sources": self.sources, "phase": phase, "fault": fault, "end": "", "failure": "", "cuts": 0, "boots": 0, "told": [],
                "violated": []}
        move = fault_phases.Move(self.running)
        try:
            self._play(move, phase, fault, seen)
        except (federation.Failure, OSError) as error:
            seen["violated"].append(str(error))
        finally:
            self.turn.close()
            self._tidy(move)
        seen["violated"] += [f"sanitizer: {line}" for line in self.running.sanitizer_reports()]
        seen["seconds"] = round(time.monotonic() - began, 1)
        self._keep(seen)
        if seen["violated"]:  # who knows what it has left behind
            self._save_evidence(phase, fault, seen)
            self.down()
        return seen

    def _play(self, move, phase, name, seen):
        fault = faults.FAULTS[name]
        with WitnessWatch(self.running) as watch:
            if fault.before:
                self.running.set_witness(**fault.before)
            move.run_script(phase)
            stays = fault_phases.PHASES[phase].seeded and faults.processes_live(name)
            sent = (move.transfer("source") or {}).get("status", {}).get("progress", {}).get("diskBytes", 0)  # with what was mirrored
            if stays:
                # What is on the disk there already is in no store any more: if it is brought anew, it is sent anew.
                self.running.forget_chunks(move.target)
            fault.strike(move)
            if not fault.link:
                self.running.change_link(**faults.LINK)
            move.resume_all()
            self.turn.close()
            seen["told"] = faults.last(move, fault)
            fault.heal(move)
            status = self._await_end(move, fault)
            seen.update(end=status["phase"], failure=status["failure"], cuts=status.get("report", {}).get("cuts", 0))
            seen["violated"] += faults.wrong_end(phase, name, status["phase"])
            seeded = status.get("report", {}).get("seedBytes", 0)
            if stays and seeded > sent:
                seen["violated"].append(f"it began anew: {seeded} bytes were seeded, {sent} before the fault")
            owner = move.target if status["phase"] == "completed" else move.source
            federation.wait_for(f"{owner} to run it alone", lambda: self.running.runs_in() == [owner], fault_checks.SETTLE_SECONDS)
        long = fault.lasts >= faults.TOLD_AFTER_SECONDS and fault.whole
        seen["violated"] += fault_checks.violations(move, fault_checks.Seen(
            status=status, owner=owner, loser=self.running.other(owner), watch=watch,
            may_boot_again=faults.may_boot_again(phase, name), told_in_time=not long or faults.is_told(seen["told"])))
        seen.update(boots=len(watch.boots), silence=round(watch.silence, 1))
        self.running.set_witness(**faults.QUIET)

    @staticmethod
    def _await_end(move, fault):
        def at_ends():
            ends = [move.transfer("source"), move.transfer("target")]
            # The target forgets, or never had, what was refused.
            return ends[0] and all(fault_phases.has_ended(end) for end in ends if end) and ends[0]
        try:
            return federation.wait_for("end of the move", at_ends, fault.end_limit)["status"]
        except federation.Failure as failure:
            now = {side: (move.transfer(side) or {}).get("status") for side in ("source", "target")}
            raise federation.Failure(f"{failure}: {json.dumps(now)}") from None

    def _tidy(self, move):
        """However the round has ended, the next one finds no fault."""
        move.kept.clear()
        move.resume_all()
        for zone in self.running.zones:
            self.running.volumes.free(zone)
        self.running.change_link(**faults.LINK)

    def _keep(self, seen):
        if self.results:
            # Without a buffer a line is one write(), which the system puts at the end as a whole: several processes may append.
            with open(self.results, "ab", buffering=0) as file:
                file.write(json.dumps(seen).encode() + b"\n")

    def _save_evidence(self, phase, fault, seen):
        if not self.evidence:
            return
        folder = f"{self.evidence}/{phase}-{fault}".replace(" ", "-")
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/round.json", "w") as file:
            json.dump(seen, file, indent=1)
        for zone in self.running.zones:
            host = self.running.host_of(zone)
            shutil.copy(f"{self.running.state}/{zone}/zone.log", f"{folder}/{zone}-zone.log")
            shutil.copy(f"{self.running.state}/{zone}/{host}/host.log", f"{folder}/{zone}-host.log")
            for path in glob.glob(f"{self.running.state}/{zone}/{host}/host/instances/*/qemu.log"):
                shutil.copy(path, f"{folder}/{zone}-qemu.log")


def line_of(seen):
    """One round, for people."""
    text = f"{seen['phase']} × {seen['fault']}: {seen['end'] or 'no end'}"
    if seen["failure"]:
        text += f" ({seen['failure']})"
    if seen["cuts"]:
        text += f", {seen['cuts']} cuts"
    if seen["boots"] > 1:
        text += ", the guest booted again"
    if seen.get("silence", 0) >= SILENCE_SECONDS:
        text += f", the guest was silent for {seen['silence']:.0f} s"
    text += f", {seen['seconds']:.1f} s"
    return text + "".join(f"\n  VIOLATED {wrong}" for wrong in seen["violated"])
