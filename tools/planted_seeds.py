#!/usr/bin/env python3
"""Which seeds find the planted bugs: whether each range of simulator/CMakeLists.txt does, and if not, one that does.

A change of the order of events or of draws changes every simulated history, so that a range may miss its bug. Usage:
tools/planted_seeds.py [--write] [--most 2000] [--jobs 2], after ninja -C build/release simulation; ./dev seeds --find does both.
"""

import argparse
import concurrent.futures
import json
import re
import subprocess
import sys

CMAKE = "simulator/CMakeLists.txt"
NEAR = 60  # a bug that is found sooner keeps the range 1-60
BEFORE, BEHIND = 10, 90  # else: so many before the first, and behind it, since a small change moves it


def planted_tests(build):
    shown = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1", "-L", "^simulation$"], check=True, capture_output=True)
    for test in json.loads(shown.stdout)["tests"]:
        command = test.get("command", [])
        if "--expect" in command:
            yield test["name"].removeprefix("simulation."), command


def first_found(command, seeds):
    """The first seed of the range that violates what the bug must violate, or None."""
    at = command.index("--seeds") + 1
    run = subprocess.run(["nice", *command[:at], seeds, *command[at + 1:]], check=False, capture_output=True, text=True)
    found = re.findall(r"^seed (\d+):", run.stdout, re.MULTILINE)
    return int(found[-1]) if run.returncode == 0 else None


def look(test, most):
    name, command = test
    given = command[command.index("--seeds") + 1]
    seed = first_found(command, given)
    if seed is not None:
        return name, given, given, seed
    seed = first_found(command, f"1-{most}")
    if seed is None:
        return name, given, None, None
    return name, given, f"1-{NEAR}" if seed <= NEAR - BEFORE else f"{max(1, seed - BEFORE)}-{seed + BEHIND}", seed


def write(name, given, better):
    """In the line of the bug, or of the test that looks at it once more."""
    with open(CMAKE, encoding="utf-8") as file:
        text = file.read()
    line = re.compile(rf"^(hanse_\w+\((?:{name}|{name.removeprefix('finds_')}) .*){re.escape(given)}\)$", re.MULTILINE)
    text, changed = line.subn(rf"\g<1>{better})", text)
    with open(CMAKE, "w", encoding="utf-8") as file:
        file.write(text)
    return changed == 1


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", default="build/release")
    arguments.add_argument("--write", action="store_true", help="put the new ranges into " + CMAKE)
    arguments.add_argument("--most", type=int, default=2000, help="how many seeds are tried (default: 2000)")
    arguments.add_argument("--jobs", type=int, default=2)
    given = arguments.parse_args()
    missed = False
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        looks = [pool.submit(look, test, given.most) for test in planted_tests(given.build)]
        for done in concurrent.futures.as_completed(looks):
            name, old, new, seed = done.result()
            if new is None:
                print(f"{name}: no seed of 1 to {given.most} finds it", flush=True)
            elif new == old:
                print(f"{name}: found by seed {seed} of {old}", flush=True)
            else:
                written = given.write and write(name, old, new)
                print(f"{name}: not found in {old}; seed {seed} finds it: {'now' if written else 'take'} {new}", flush=True)
                missed = missed or not written
            missed = missed or new is None
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
