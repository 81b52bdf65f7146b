"""What the benchmarks share: the machine that they ran on, medians, and the files in bench/results/."""
import argparse
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = os.path.join(ROOT, "bench", "results")


def _first_line(*command):
    try:
        return subprocess.run(command, text=True, capture_output=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def machine():
    """The facts without which a figure means nothing; the load shows whether others were at work."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.+)", file.read())
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": model[1] if model else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "load": round(os.getloadavg()[0], 1),
        "qemu": _first_line("qemu-system-x86_64", "--version"),
    }


def quartiles(values):
    """(median, lower quartile, upper quartile); the three are equal for a single value, and nothing is known of none."""
    values = list(values)
    if len(values) < 2:
        return (values or [float("nan")]) * 3
    lower, middle, upper = statistics.quantiles(values, n=4, method="inclusive")
    return middle, lower, upper


def load(name):
    """A result that is there already, or an empty one."""
    try:
        with open(os.path.join(RESULTS, name), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def save(name, result):
    os.makedirs(RESULTS, exist_ok=True)
    path = os.path.join(RESULTS, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    print(f"written: {os.path.relpath(path, ROOT)}")


def print_table(heads, rows):
    """A table in Markdown."""
    for row in [heads, ["---"] * len(heads), *rows]:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def add_programs(parser):
    """What benches of moves run: the program, and the witness guest."""
    parser.add_argument("--hanse", type=os.path.abspath, default=os.path.join(ROOT, "build", "release", "hanse"))
    parser.add_argument("--guest", type=os.path.abspath, default=os.path.join(ROOT, "build", "guest"))


def run_disk_program(description, name, seconds, rounds, print_summary):
    """The whole of a benchmark that is a program bench_<name>, which is given a folder on the disk that is meant, the seconds of each part
    and the rounds, and prints an object a round; print_summary gets the list of them."""
    build = os.path.join(ROOT, "build", "release")
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--program", default=os.path.join(build, "bench", f"bench_{name}"))
    parser.add_argument("--folder", default=build)
    parser.add_argument("--seconds", type=float, default=seconds)
    parser.add_argument("--rounds", type=int, default=rounds)
    options = parser.parse_args()
    before = machine()
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        command = [options.program, place, str(options.seconds), str(options.rounds)]
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    save(f"{name}.json", {"machine": before, "seconds": options.seconds, "rounds": results})
    print_summary(results)
