#!/usr/bin/env python3
"""The fault matrix, or a soak of it: ./dev faults and ./dev soak stand on this.

    faults_run.py matrix [--phase PHASE]... [--fault FAULT]... --results FILE    each cell once, or those that are named
    faults_run.py soak --minutes N [--seed S]                                    cells by chance until the time is over

The environment is that of federation.py. Exit status 1 when a check was violated; the logs of that round are in the folder `evidence`
beside the results.
"""
import argparse
import os
import random
import sys
import time

import faults
import fault_phases
from fault_rounds import ROUND_SECONDS, Rounds, line_of

LONG_SECONDS = 60  # a fault that lasts longer is not one of a soak
SPARE_SECONDS = 300


def matrix(options):
    chosen = [(phase, fault) for phase, fault in faults.cells()
              if phase in (options.phase or fault_phases.PHASES) and fault in (options.fault or faults.FAULTS)]
    limit = SPARE_SECONDS + sum(ROUND_SECONDS + faults.FAULTS[fault].lasts for _, fault in chosen)
    rounds = Rounds(int(limit), options.results, os.path.join(os.path.dirname(options.results), "evidence"))
    bad = 0
    try:
        for phase, fault in chosen:
            seen = rounds.round(phase, fault)
            print(line_of(seen), flush=True)
            bad += bool(seen["violated"])
    finally:
        rounds.down()
    print(f"{len(chosen)} rounds, {bad} violated", flush=True)
    return bad


def soak(options):
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    chance = random.Random(seed)
    short = [(phase, fault) for phase, fault in faults.cells() if faults.FAULTS[fault].lasts <= LONG_SECONDS]
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
