#!/usr/bin/env python3
"""The style test: what clang-format cannot see. Each rule is a function of one file that yields faults.

Exit status 1 when there is a fault. tools/style/ratchet.json holds files that are still over a size limit, with the size that they may
not exceed; entries may only shrink and disappear.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

from includes import check_includes

ROOT = Path(__file__).resolve().parents[2]
RATCHET = Path(__file__).with_name("ratchet.json")
FLOORS = ["base", "runtime", "model", "codec", "http", "io", "store", "placement", "migration", "federation", "host", "zone",
          "api", "cli"]
MAX_LINES = 400
MAX_COLUMNS = 140
MAX_FUNCTION_LINES = 60
LEFT_OVER = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
NO_FUNCTION = re.compile(r"(namespace|using|struct|class|enum|union|extern)\b")
SINGLETON = re.compile(r"::(get_)?instance\(\)")
DIRECT_WORLD = re.compile(r"\b(std::chrono::(steady|system)_clock::now|std::this_thread::sleep|::getenv\(|std::random_device|std::rand\b)")
HEAVY = {"boost/asio": "src/io", "boost/beast": "src/codec", "openssl/": "src/io", "spdlog/": "src/io",
         "CLI/CLI.hpp": "src/cli", "sqlite3.h": "src/store", "glpk.h": "src/placement/packing",
         "zstd.h": "src/codec"}


def tracked(*patterns):
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    out = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True)
    return [Path(line) for line in out.stdout.splitlines() if (ROOT / line).is_file()]


def check_size(path, lines, ratchet):
    limit = ratchet.get(str(path), MAX_LINES)
    if len(lines) > limit:
        yield 1, f"{len(lines)} lines; the limit is {limit}: split the file by concern"


def check_lines(path, lines):
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_COLUMNS:
            yield number, f"{len(line)} columns; the limit is {MAX_COLUMNS}"
        if LEFT_OVER.search(line):
            yield number, "a left-over marker; finish it or write an issue"
        if line.rstrip() != line:
            yield number, "white space at the end of the line"


def check_functions(path, lines):
    """A function begins in the first column and ends with a brace there; clang-format sees to that."""
    if path.suffix != ".cpp" or path.name.endswith("_test.cpp") or path.parts[0] == "tests":
        return
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "}" and begin and number - begin >= MAX_FUNCTION_LINES:
            yield begin, f"a function of {number - begin + 1} lines; the limit is {MAX_FUNCTION_LINES}: give its parts names"
        if line.startswith("}") or line.endswith(";") and line[:1].strip() or NO_FUNCTION.match(line):
            begin = None
        elif line[:1].isalpha() and not begin:
            begin = number


def check_header(path, lines):
    if path.suffix != ".h":
        return
    if "#pragma once" not in lines:
        yield 1, "a header needs #pragma once"
    prologue = 0
    for line in lines:
        if not line.startswith("//"):
            break
        prologue += 1
    if prologue < 1:
        yield 1, "a header opens with a prologue: what it is, its lifecycle, its thread, how it fails"


def check_layers(path, lines):
    parts = path.parts
    if parts[0] != "src" or len(parts) < 3 or parts[1] not in FLOORS:
        return
    floor = FLOORS.index(parts[1])
    is_test = path.name.endswith("_test.cpp")
    for number, line in enumerate(lines, 1):
        found = re.match(r'#include "(\w+)/', line)
        if found and found.group(1) in FLOORS and FLOORS.index(found.group(1)) > floor and not is_test:
            yield number, f"src/{parts[1]} is below src/{found.group(1)} and may not include it"
        for header, home in HEAVY.items():
            if f"<{header}" in line and not str(path).startswith(home):
                yield number, f"<{header}> belongs into {home} alone"
            elif f"<{header}" in line and path.suffix == ".h":
                yield number, f"<{header}> is heavy: keep it out of headers"


def check_rules(path, lines):
    if path.parts[0] != "src":
        return
    for number, line in enumerate(lines, 1):
        if SINGLETON.search(line):
            yield number, "no singletons: hand it in by the constructor"
        if path.parts[1] != "io" and DIRECT_WORLD.search(line):
            yield number, "the outside world is reached through Runtime only"


def check_format(paths):
    command = ["clang-format-19", "--dry-run", "-Werror", *map(str, paths)]
    result = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    for line in result.stderr.splitlines():
        found = re.match(r"(.+?):(\d+):\d+: error", line)
        if found:
            yield f"{found.group(1)}:{found.group(2)}: is not formatted; run './dev format'"


def main():
    ratchet = json.loads(RATCHET.read_text())
    sources = tracked("*.cpp", "*.h")
    faults = []
    for path in sources + tracked("*.py", "*.sh", "*.cmake", "CMakeLists.txt"):
        lines = (ROOT / path).read_text().splitlines()
        rules = [check_size(path, lines, ratchet), check_lines(path, lines)]
        if path in sources:
            rules += [check(path, lines) for check in (check_functions, check_header, check_includes, check_layers, check_rules)]
        faults += [f"{path}:{number}: {text}" for rule in rules for number, text in rule]
    faults += check_format(sources)
    for path, limit in ratchet.items():
        if not (ROOT / path).is_file() or len((ROOT / path).read_text().splitlines()) <= MAX_LINES:
            faults.append(f"tools/style/ratchet.json: {path} is within the limit; take the entry out")
    print("\n".join(faults) if faults else f"style: {len(sources)} sources are clean")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
