#!/usr/bin/env python3
"""check_witness.py URL | --disk IMAGE [--at-least N]

Asks a running witness to re-read its whole log and all its memory pages, or reads the log out of a stopped machine's disk image
and verifies every line. Prints the verdict as JSON; exits with 0 if nothing is missing, damaged or there twice, 1 if something
is, 2 if it could not look. --at-least N: the highest line number that was seen acknowledged must be there too.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request

import witness_log

CHECK_SECONDS = 60


def check_url(url, at_least=0):
    """The verdict of a running witness, as a dictionary."""
    with urllib.request.urlopen(url.rstrip("/") + "/check", timeout=CHECK_SECONDS) as answer:
        verdict = json.load(answer)
    if verdict["lines"] < at_least:
        verdict["missing"] += at_least - verdict["lines"]
        verdict["ok"] = False
    return verdict


def read_log(image):
    """The log file's bytes in a disk image of any format that qemu-img reads."""
    environment = dict(os.environ, PATH=os.environ.get("PATH", "") + ":/sbin:/usr/sbin")
    with tempfile.TemporaryDirectory() as folder:
        raw = os.path.join(folder, "disk.raw")
        log = os.path.join(folder, "log")
        subprocess.run(["qemu-img", "convert", "-O", "raw", image, raw], check=True, env=environment)
        # A machine that was killed leaves a journal; without its replay the newest lines would seem lost.
        replay = subprocess.run(["e2fsck", "-p", raw], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if replay.returncode > 2:
            raise ValueError(f"the file system is damaged: {replay.stdout.decode(errors='replace').strip()}")
        dump = ["debugfs", "-R", f"dump /log {log}", raw]
        subprocess.run(dump, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(log, "rb") as file:
            return file.read()


def check_disk(image, at_least=0):
    """The verdict on a stopped machine's disk image, as a dictionary."""
    return witness_log.check_log(read_log(image), at_least).as_dictionary()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?", help="of a running witness")
    parser.add_argument("--disk", metavar="IMAGE", help="disk image of a stopped machine")
    parser.add_argument("--at-least", type=int, default=0, metavar="N", help="line N was acknowledged")
    arguments = parser.parse_args()
    if (arguments.url is None) == (arguments.disk is None):
        parser.error("give either a URL or --disk IMAGE")
    try:
        if arguments.url:
            verdict = check_url(arguments.url, arguments.at_least)
        else:
            verdict = check_disk(arguments.disk, arguments.at_least)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"check_witness: {arguments.url or arguments.disk}: {error}", file=sys.stderr)
        sys.exit(2)
    print(json.dumps(verdict))
    sys.exit(0 if verdict["ok"] else 1)


if __name__ == "__main__":
    main()
