#!/usr/bin/env python3
"""How fairly two live moves of equal guests that begin together share a link, and whether they use it as one alone does.

Usage: run.py [--rounds N] [--hanse PROGRAM] [--guest FOLDER]. Needs root. Writes bench/results/link-shares.json.

Each round moves one guest alone, then two at once, over 100 Mbit/s and 20 ms. The rates are those of the time in which both send, but
for the first seconds, in which nobody knows yet that they share.
"""
import argparse
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, "..", "migration"), os.path.join(HERE, "..", "..", "tools")]
import bare_move
import hanse_cli
import hanse_move
import report

LINK = {"delayMs": 10, "mbit": 100}
LOAD = ["--dirty", "0", "--lines", "1", "--pattern", "192"]
MEMORY_MIB = 320
KNOWN_AFTER_SECONDS = 6
SAMPLE_SECONDS = 0.5
LONGEST_SECONDS = 180


def sent_bytes(transfer):
    status = transfer["status"]
    if status["phase"] != "sending":
        return None
    return status["progress"]["diskBytes"] + status["progress"]["memoryBytes"]


def transfers_of(federation, names):
    found = federation.hanse.items("--context", hanse_move.SOURCE, "get", "transfers")
    return {one["spec"]["instance"]: one for one in found if one["spec"]["instance"] in names}


def watch(federation, names):
    """Samples of (seconds, bytes sent by each), while all of them send; returns when all have ended."""
    began, samples = time.monotonic(), []
    while time.monotonic() - began < LONGEST_SECONDS:
        transfers = transfers_of(federation, names)
        sent = [sent_bytes(transfers[name]) for name in names]
        if None not in sent:
            samples.append((time.monotonic() - began, sent))
        phases = {transfers[name]["status"]["phase"] for name in names}
        if phases == {"completed"}:
            return samples
        if not phases <= {"planned", "preparing", "sending", "committed", "completed"}:
            raise RuntimeError(f"moves ended otherwise: {phases}")
        time.sleep(SAMPLE_SECONDS)
    raise RuntimeError(f"moves took more than {LONGEST_SECONDS} s")


def rates_of(samples):
    """MB/s of each, after the first seconds."""
    known = [sample for sample in samples if sample[0] - samples[0][0] >= KNOWN_AFTER_SECONDS]
    if len(known) < 4:
        raise RuntimeError("the moves were over too soon to be compared")
    seconds = known[-1][0] - known[0][0]
    return [(last - first) / seconds / 1e6 for first, last in zip(known[0][1], known[-1][1])]


def move_at_once(federation, guest, count):
    names = [federation.start_guest(bare_move.parse_arguments(["--guest", guest, *LOAD])) for _ in range(count)]
    for name in names:
        hanse_move.ask(federation.address_of(hanse_move.SOURCE, name))
    for name in names:
        federation.run("--context", hanse_move.SOURCE, "migrate", name, "--to", hanse_move.TARGET, "--no-wait")
    rates = rates_of(watch(federation, names))
    for name in names:
        verdict = hanse_move.ask(federation.address_of(hanse_move.TARGET, name) + "/check")
        if not verdict["ok"]:
            raise RuntimeError(f"the move lost something: {verdict}")
        federation.remove(name)
    return rates


def print_summary(rounds):
    alone = report.quartiles([one["alone"][0] for one in rounds])
    both = report.quartiles([sum(one["together"]) for one in rounds])
    ratio = report.quartiles([max(one["together"]) / min(one["together"]) for one in rounds])
    report.print_table(["figure", "median (quartiles)"], [
        ["one move alone, MB/s", f"{alone[0]:.1f} ({alone[1]:.1f}–{alone[2]:.1f})"],
        ["two at once, together, MB/s", f"{both[0]:.1f} ({both[1]:.1f}–{both[2]:.1f})"],
        ["together, ratio to one alone", f"{both[0] / alone[0]:.2f}"],
        ["the faster of the two, ratio to the slower", f"{ratio[0]:.2f} ({ratio[1]:.2f}–{ratio[2]:.2f})"],
    ])  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    report.add_programs(parser)
    options = parser.parse_args()
    machine, rounds = report.machine(), []
    try:
        with hanse_move.Federation(options.hanse, options.guest, MEMORY_MIB) as federation:
            federation.change_link(**LINK)
            for number in range(options.rounds):
                rounds.append({"alone": move_at_once(federation, options.guest, 1),
                               "together": move_at_once(federation, options.guest, 2)})
                print(f"{number}: {rounds[-1]}", flush=True)
    except (RuntimeError, OSError, subprocess.CalledProcessError, hanse_cli.Failure) as error:
        sys.exit(f"bench/link-shares: {error}")
    report.save("link-shares.json", {"machine": machine, "rounds": rounds})
    print_summary(rounds)


if __name__ == "__main__":
    main()
