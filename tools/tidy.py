#!/usr/bin/env python3
"""clang-tidy on the given source files, or on all that the dev preset compiles.

Most of its time goes into the headers, so files with equal flags are checked together, as one translation unit that includes
them; where two of them use one name in their anonymous namespaces, or one is not clean, the halves of that batch are checked.
A file is skipped while it, the headers and the configuration are as they were when it last passed: the stamps are in
build/dev/tidy/. Tests are left out: they look into optionals that a REQUIRE has seen.
"""

import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/dev"
STAMPS = BUILD / "tidy"
BATCH = 40
CHECKED = ["src/*.cpp", "simulator/*.cpp", "testbed/*.cpp", ":!*witness*", ":!*_test.cpp"]


def tracked(*patterns: str) -> list[str]:
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()


def compile_commands() -> dict[str, dict]:
    """The entries of compile_commands.json by source file, relative to the project: one entry compiles several (cmake/floors.cmake),
    and some files are compiled for several targets, of which the library that uses the precompiled header counts."""
    path = BUILD / "compile_commands.json"
    if not path.exists():
        sys.exit("tidy: build first with './dev build'")
    found = {}
    for entry in sorted(json.loads(path.read_text()), key=lambda entry: "-include-pch" not in entry["command"]):
        files = [entry["file"]]
        if "/Unity/" in entry["file"]:
            files = re.findall(r'#include "(.*)"', pathlib.Path(entry["file"]).read_text())
        for file in files:
            found.setdefault(os.path.relpath(file, ROOT), entry)
    return found


def flags(entry: dict) -> str:
    """What the compiler was told, without itself, its launcher, its input and its output."""
    return re.sub(r"^.*?clang\+\+\S*|-o \S+|-c \S+", "", entry["command"])


def stamp(file: str, shared: str) -> pathlib.Path:
    text = f"{file} {shared} ".encode() + (ROOT / file).read_bytes()
    return STAMPS / hashlib.sha256(text).hexdigest()


def batches(files: list[str], commands: dict[str, dict]) -> list[list[str]]:
    """Files with equal flags, at most BATCH together, in batches of even size."""
    targets = collections.defaultdict(list)
    for file in files:
        targets[flags(commands[file])].append(file)
    found = []
    for members in targets.values():
        count = -(-len(members) // BATCH)
        found += [members[index::count] for index in range(count)]
    return sorted(found, key=len, reverse=True)


def run(source: pathlib.Path, entry: dict) -> tuple[bool, str]:
    filter_ = rf"^{re.escape(str(ROOT))}/(src|simulator|testbed)/"
    command = ["clang-tidy-19", "--quiet", f"--config-file={ROOT}/.clang-tidy", f"--header-filter={filter_}", str(source),
               "--", "clang++-19", *shlex.split(flags(entry))]
    done = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True)
    return done.returncode == 0, done.stdout


def check(files: list[str], commands: dict[str, dict], shared: str) -> list[str]:
    """Checks one batch; returns what is wrong in it, and stamps the files that are clean."""
    unit = ROOT / files[0]
    if len(files) > 1:
        unit = STAMPS / f"batch-{hashlib.sha256(' '.join(files).encode()).hexdigest()[:16]}.cpp"
        unit.write_text("".join(f'#include "{ROOT / file}"\n' for file in files))
    passed, text = run(unit, commands[files[0]])
    if passed:
        for file in files:
            stamp(file, shared).touch()
    if len(files) == 1:
        return [] if passed else [text or f"{files[0]}: clang-tidy could not read it\n"]
    unit.unlink()
    if passed:
        return []
    print(f"tidy: {len(files)} files from {files[0]} on are not clean together; each half is checked", file=sys.stderr)
    half = len(files) // 2
    return check(files[:half], commands, shared) + check(files[half:], commands, shared)


def main() -> int:
    commands = compile_commands()
    STAMPS.mkdir(exist_ok=True)
    shared = hashlib.sha256()
    for name in sorted(tracked("*.h", ".clang-tidy")):
        shared.update((ROOT / name).read_bytes())
    version = shared.hexdigest()
    named = sys.argv[1:] or tracked(*CHECKED)
    unknown = [file for file in named if file not in commands]
    if unknown:
        sys.exit(f"tidy: the dev preset does not compile {', '.join(unknown)}; build it anew with './dev build'")
    files = [file for file in named if not stamp(file, version).exists()]
    failed = False
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for wrong in pool.map(lambda batch: check(batch, commands, version), batches(files, commands)):
            for text in wrong:
                failed = True
                print(text, end="", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
