#!/usr/bin/env python3
"""Writes docs/fault_matrix.md from the rounds that ./dev faults has run (build/faults/rounds.jsonl).

Usage: tools/fault_matrix.py ROUNDS DOCUMENT

The last round of each cell counts, of these rounds or of earlier ones: they are kept in a file beside the document, which ends in .jsonl.
A cell that was never run stays empty; one whose check was violated says so, and what was wrong stands below the table.
"""
import collections
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "e2e"))

import faults  # noqa: E402
from fault_phases import PHASES  # noqa: E402
from fault_rounds import SILENCE_SECONDS  # noqa: E402

BY_USER = "cancelled by the user"
ENDS = {"completed": "completed", "rolledBack": "rolled back", "cancelled": "cancelled", "refused": "refused", "": "no end"}

HEAD = """# The fault matrix of a move

<!-- Written by tools/fault_matrix.py from what ./dev faults has seen. Do not change it by hand. -->

A move between two zones, live and in the last two columns warm, is held in a phase, a fault strikes, the held go on, and it is seen
what comes of it: real zones, agents and QEMU in network namespaces, as [testing.md](testing.md#faults) says. The last
round of each cell counts: {sources}. In {violated} cells of {cells} a check was violated.

After each round it is checked that

* the move has ended, in an end that is allowed in that cell, and both zones' records say so;
* where the link was cut or the target stood still after the disks were seeded, nothing of them was seeded again: the move went on;
* exactly one zone says that it runs the instance, there is one QEMU, in that zone, and at no time did two copies answer;
* each line that the guest called durable is on its disk, no page of its memory is damaged, and it has booted again only where the table
  says "boots again": where its memory died with the QEMU that had it, and after a warm move;
* nothing is left: no disk, process, listening port, key, relay or order of the move in either zone, one file for the disk that is used;
  what hosts keep of chunks is a cache with a bound ([seeding.md](protocols/seeding.md#chunk-store)). No record holds room for the move;
* the record says what has happened and, when it was undone, why; while a cut of 30 s or more lasts it says that the move waits, or for
  which zone;
* no sanitizer has reported anything, in the programs of the dev preset.
"""

TABLE = """## The table

Of each cell: how the move ended, how often its streams were cut (`status.report.cuts`; a move that was undone has no report), and the
seconds that the round took, with the fault. "Silent": the guest answered nobody for so long, where it was five seconds or more.
–: there is no such process yet. Empty: not run.
"""

TOLD = """## What the user was told

Where a move was undone, and where it waited while a fault lasted: phase and step of the two records, the zone that is waited for, what is
wrong with the instance, and `status.failure` at the end.
"""

TAIL = """
## What is shown by simulation

Some faults have no honest counterpart with real processes on one machine, or would need hours. The simulator strikes with them at every
event of thousands of seeded histories, with the same code of zones and agents ([simulator.md](simulator.md)):

{simulated}

`./dev seeds` runs 1,600 seeds of `moves`, 900 of `joins` and 500 of `placement`; `./dev seeds --many` 20,000, 5,000 and 5,000.
"""

SIMULATED = [
    ("messages doubled, or late by minutes", "`moves`, `joins`, `placement`",
     "[requests that come twice](simulator.md#requests-that-come-twice), in some seeds of each up to four minutes late"),
    ("messages lost or reordered", "`moves`, `joins`, `placement`",
     'links that are cut one way or both, lossy, slow, or that reorder; with real TCP see "lossy link" above'),
    ("a crash at each durable step", "`moves`",
     "processes crash, or a hypervisor dies, right before or right after a write of the journal or of a file"),
    ("clock skew", "all",
     "each process' clock is up to 500 ms wrong, in one seed of four up to two minutes, and up to 100 ppm too fast or too slow"),
    ("a reservation that expires", "`placement`",
     "cuts of 90 s, longer than a reservation; the planted bugs `reservation_never_expires` and `put_without_reservation` are found"),
    ("a lease that ends", "`placement`", "cuts of 300 s, longer than any lease; with real QEMU: `./dev e2e failover`"),
    ("a full disk of any process", "`moves`, `placement`", "writes of a zone or an agent fail for a time"),
]


# Of a round; what else it says is for whoever looks into it.
KEPT = ("sources", "phase", "fault", "end", "cuts", "boots", "silence", "seconds", "violated", "told", "failure")


def read(path):
    """{(phase, fault): its last round}."""
    last = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            seen = json.loads(line)
            if (seen["phase"], seen["fault"]) not in faults.cells():
                continue
            # What may be is said by the rules of today.
            wrong = faults.wrong_end(seen["phase"], seen["fault"], seen["end"]) if seen["end"] else []
            seen["violated"] += [text for text in wrong if text not in seen["violated"]]
            last[seen["phase"], seen["fault"]] = seen
    return last


def keep(path, rounds):
    """In the order of the table, so that a change is seen as one."""
    with open(path, "w", encoding="utf-8") as file:
        for place in faults.cells():
            if place in rounds:
                seen = {key: rounds[place][key] for key in KEPT if key in rounds[place]}
                seen |= {"told": told(seen), "failure": anywhere(seen.get("failure", ""))}
                file.write(json.dumps(seen, ensure_ascii=False) + "\n")


def cell(phase, fault, rounds):
    if not faults.is_possible(phase, fault):
        return "–"
    seen = rounds.get((phase, fault))
    if seen is None:
        return ""
    parts = [ENDS[seen["end"]]]
    if seen["cuts"]:
        parts.append(f"{seen['cuts']} cut" + ("s" if seen["cuts"] > 1 else ""))
    if seen["boots"] > 1:
        parts.append("boots again")
    if seen.get("silence", 0) >= SILENCE_SECONDS:
        parts.append(f"silent {seen['silence']:.0f} s")
    parts.append(f"{seen['seconds']:.0f} s")
    text = ", ".join(parts)
    return f"**violated**: {text}" if seen["violated"] else text


def table(header, rows):
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(text.replace("|", "\\|") for text in row) + " |"


def anywhere(text):
    """Without what is another in each run."""
    text = re.sub(r"/var/lib/hanse-testbed/[^/]+/", "…/", text)
    return re.sub(r"\b[0-9a-f]{20}\b", "UID", text)


def told(seen):
    """What the records said, without the step of the target's, which has none."""
    said = []
    for text in seen["told"]:
        text = anywhere(re.sub(r"^(target: \w+)/\w+", r"\1", text))
        if text not in said:
            said.append(text)
    return said


def what_was_said(rounds):
    """For each cell in which a move was undone or waited: what the records said while the fault lasted, and why it was undone."""
    for phase, fault in faults.cells():
        said = told(rounds.get((phase, fault), {"told": []}))
        failure = anywhere(rounds.get((phase, fault), {}).get("failure", ""))
        if (failure and failure != BY_USER) or any(" for " in text or "sending/waiting" in text or "instance" in text for text in said):
            yield [phase, fault, ", ".join(f"`{text}`" for text in said) or "–", failure or "–"]


def sources_of(rounds):
    """Which sources were tried, as git names them."""
    named = [seen.get("sources") for seen in rounds.values()]
    counts = collections.Counter(f"the sources {name}" if name else "earlier sources" for name in named)
    return ", ".join(f"{count} are of {name}" for name, count in counts.most_common())


def document(rounds):
    violated = [seen for seen in rounds.values() if seen["violated"]]
    lines = [HEAD.format(sources=sources_of(rounds), violated=len(violated), cells=len(rounds)), TABLE]
    lines += table(["", *PHASES], [[fault, *(cell(phase, fault, rounds) for phase in PHASES)] for fault in faults.FAULTS])
    if violated:
        lines += ["", "What was wrong:", ""]
        lines += [f"* {seen['phase']} × {seen['fault']}: {anywhere(wrong)}" for seen in violated for wrong in seen["violated"]]
    lines += ["", "## Phases", ""]
    lines += table(["phase", "what it is"], [[name, phase.what] for name, phase in PHASES.items()])
    lines += ["", "## Faults", ""]
    lines += table(["fault", "what it is"], [[name, fault.what] for name, fault in faults.FAULTS.items()])
    lines += ["", TOLD]
    lines += table(["phase", "fault", "meanwhile", "failure"], what_was_said(rounds))
    simulated = "\n".join(table(["fault", "scenario", "how"], SIMULATED))
    return "\n".join(lines) + "\n" + TAIL.format(simulated=simulated)


def main():
    source, target = sys.argv[1:]
    kept = os.path.splitext(target)[0] + ".jsonl"
    rounds = {**(read(kept) if os.path.exists(kept) else {}), **read(source)}
    keep(kept, rounds)
    with open(target, "w", encoding="utf-8") as file:
        file.write(document(rounds))


if __name__ == "__main__":
    main()
