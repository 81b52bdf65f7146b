#!/usr/bin/env python3
"""The fault matrix, or a soak of it: ./dev faults and ./dev soak stand on this.

    faults_run.py matrix [--phase PHASE]... [--fault FAULT]... [--beside N] --results FILE    each cell once, or those that are named
    faults_run.py soak --minutes N [--seed S]                                                 cells by chance until the time is over

While a long fault lasts almost nothing happens: the matrix has N of these cells at one time, each in a federation of its own, and then
the others one after the other, with nothing beside them.

The environment is that of federation.py. Exit status 1 when a check was violated or a cell of the matrix was not run; the logs of a
violated round are in the folder `evidence` beside the results.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import time

import faults
import fault_phases
import federation
from fault_rounds import ROUND_SECONDS, Rounds, line_of
from guest_device import let_guests_handle_faults

LONG_SECONDS = 60  # a fault that lasts longer is not one of a soak, and in the matrix runs beside others
SPARE_SECONDS = 300
SIGNAL_SECONDS = 2


def is_long(cell):
    return faults.FAULTS[cell[1]].lasts > LONG_SECONDS


def play(cells, options, slot=0):
    """One after the other in one federation. Whether a check was violated."""
    limit = SPARE_SECONDS + sum(ROUND_SECONDS + faults.FAULTS[fault].lasts for _, fault in cells)
    rounds = Rounds(int(limit), options.results, os.path.join(os.path.dirname(options.results), "evidence"), slot, options.sources)
    bad = False
    try:
        for phase, fault in cells:
            seen = rounds.round(phase, fault)
            print(line_of(seen) + "\n", end="", flush=True)  # one write(): others print too
            bad = bad or bool(seen["violated"])
    finally:
        rounds.down()
    return bad


def play_beside(count, options):
    """So many long cells, shared out to processes of this program, each with a federation. Whether one of them has ended badly."""
    federation.end_by_signals()
    children = []
    # The device is as guests need it until the last child has ended: each gives it back as it has found it, which changes nothing.
    with federation.take_machine() as lock, let_guests_handle_faults():
        try:
            for slot in range(1, min(count, options.beside) + 1):
                children.append(subprocess.Popen([sys.executable, *sys.argv, "--slot", str(slot)], pass_fds=[lock.fileno()]))
            return any([child.wait() for child in children])
        except BaseException:
            federation.ignore_signals()
            while any(child.poll() is None for child in children):
                for child in children:
                    child.terminate()  # so it takes its federation down; one that is at that already, between two rounds, does not listen
                time.sleep(SIGNAL_SECONDS)
            raise


def matrix(options):
    chosen = [(phase, fault) for phase, fault in faults.cells()
              if phase in (options.phase or fault_phases.PHASES) and fault in (options.fault or faults.FAULTS)]
    long = [cell for cell in chosen if is_long(cell)]
    if options.slot:
        return play(long[options.slot - 1::options.beside], options, options.slot)
    with open(options.results, "a+") as results:  # which begins to read at the end
        failed = bool(long) and play_beside(len(long), options)
        failed = play([cell for cell in chosen if not is_long(cell)], options) or failed
        rounds = [json.loads(line) for line in results]
    print(f"{len(rounds)} rounds, {sum(bool(seen['violated']) for seen in rounds)} violated", flush=True)
    if len(rounds) < len(chosen):
        print(f"{len(chosen) - len(rounds)} cells were not run", flush=True)
    return failed or len(rounds) < len(chosen)


def soak(options):
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    chance = random.Random(seed)
    short = [cell for cell in faults.cells() if not is_long(cell)]
    rounds = Rounds(int(options.minutes * 60 + ROUND_SECONDS + LONG_SECONDS + SPARE_SECONDS), options.results,
                    os.path.join(os.path.dirname(options.results), "evidence"))
    print(f"seed {seed}: --seed {seed} replays the choice", flush=True)
    number = 0
    until = time.monotonic() + options.minutes * 60
    try:
        while time.monotonic() < until:
            number += 1
            seen = rounds.round(*chance.choice(short))
            print(f"round {number}: {line_of(seen)}", flush=True)
            if seen["violated"]:
                print(f"seed {seed}, round {number}: violated", flush=True)
                return 1
    finally:
        rounds.down()
    print(f"seed {seed}: {number} rounds, none violated", flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    whole = commands.add_parser("matrix")
    whole.add_argument("--phase", action="append", choices=list(fault_phases.PHASES))
    whole.add_argument("--fault", action="append", choices=list(faults.FAULTS))
    whole.add_argument("--beside", type=int, default=4, choices=range(1, federation.SLOTS + 1), help="long cells at one time")
    whole.add_argument("--sources", default="", help="the name of what is tried, for the results")
    whole.add_argument("--slot", type=int, default=0, help=argparse.SUPPRESS)  # for play_beside() alone
    whole.set_defaults(run=matrix)
    by_chance = commands.add_parser("soak")
    by_chance.add_argument("--minutes", type=float, default=10)
    by_chance.add_argument("--seed", type=int)
    by_chance.set_defaults(run=soak)
    for command in (whole, by_chance):
        command.add_argument("--results", required=True, help="a file of JSON lines; rounds are appended")
    options = parser.parse_args()
    os.makedirs(os.path.dirname(os.path.abspath(options.results)), exist_ok=True)
    options.results = os.path.abspath(options.results)
    return 1 if options.run(options) else 0


if __name__ == "__main__":
    sys.exit(main())
