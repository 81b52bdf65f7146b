#!/usr/bin/env python3
"""Prints the slowest translation units of a Ninja build folder, from its .ninja_log. Usage: compile_times.py BUILD_FOLDER [COUNT]"""
import sys
from pathlib import Path


def read_log(path):
    """Returns {output: milliseconds} of the newest entry of each output."""
    times = {}
    for line in path.read_text().splitlines()[1:]:
        start, end, _, output, _ = line.split("\t")
        times[output] = int(end) - int(start)
    return times


def main():
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    log = folder / ".ninja_log"
    if not log.exists():
        sys.exit(f"compile-times: {log} is not there; build first with './dev build'")
    objects = {name: time for name, time in read_log(log).items() if name.endswith(".o")}
    print(f"{len(objects)} translation units, {sum(objects.values()) / 1000:.0f} s in all (objects from ccache are quick); the slowest:")
    for name, time in sorted(objects.items(), key=lambda item: -item[1])[:count]:
        print(f"  {time / 1000:6.1f} s  {name}")


if __name__ == "__main__":
    main()
