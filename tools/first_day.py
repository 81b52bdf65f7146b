"""The first day with a federation, as ./quickstart --full runs it: eleven providers, the three workloads of examples/, why each replica is
where it is, and an instance of each workload moved live to another provider.
"""
import dataclasses
import os
import time

import hanse_cli
from hanse_cli import Failure

TOPOLOGY = "virt8ra"
# The guests boot in turn on two cores, under emulation where there is no KVM.
RUN_LIMIT_SECONDS = 300
# As docs/testbed.md says; the moves are in this order, and the last makes a new replica start.
REPLICAS = {"near": 1, "green": 2, "everywhere": 11}
SHOWN_EXPLANATIONS = 2  # of a workload's replicas; the others are of the same kind
ANSWER_ATTEMPTS = 150  # a second apart: a guest that runs may still be booting


@dataclasses.dataclass
class Move:
    """One instance, moved live from a provider to another, and what its witness found afterwards."""
    instance: str
    source: str
    target: str
    report: dict
    verdict: dict
    sound: bool


def replicas_of(hanse, workload):
    return [replica for replica in hanse_cli.replicas(hanse, workload) if not replica["deleting"]]


def running(replicas):
    return [replica for replica in replicas if replica["powerState"] == "running"]


def is_settled(replicas, count):
    """As many as there should be, all running, no two in one zone: so it is with each of the three policies."""
    return len(running(replicas)) == len(replicas) == len({replica["zone"] for replica in replicas}) == count


def wait_until_all_run(hanse, moved=None):
    """Returns {workload: {instance: zone}}; `moved` is {instance: zone} of what has to be known where it went."""
    deadline = time.monotonic() + RUN_LIMIT_SECONDS
    told = None
    while time.monotonic() < deadline:
        now = {workload: replicas_of(hanse, workload) for workload in REPLICAS}
        zones = {replica["instance"]: replica["zone"] for replicas in now.values() for replica in replicas}
        progress = ", ".join(f"{workload} {len(running(now[workload]))} of {count}" for workload, count in REPLICAS.items())
        if progress != told:
            print(f"  running: {progress}", flush=True)
            told = progress
        settled = all(is_settled(now[workload], count) for workload, count in REPLICAS.items())
        if settled and all(zones.get(instance) == zone for instance, zone in (moved or {}).items()):
            return {workload: {replica["instance"]: replica["zone"] for replica in replicas} for workload, replicas in now.items()}
        time.sleep(1)
    raise Failure(f"not all replicas run within {RUN_LIMIT_SECONDS} s: {told}; see 'hanse describe workload NAME'")


def check_all(hanse, zones):
    """Every guest has booted, and its witness misses nothing."""
    for places in zones.values():
        for instance, zone in places.items():
            sound, verdict = hanse_cli.check_witness(hanse_cli.url_of(hanse, zone, instance), attempts=ANSWER_ATTEMPTS)
            if not sound:
                raise Failure(f"the witness {instance} in zone {zone} lost something: {verdict}")
    print(f"  all {sum(map(len, zones.values()))} witnesses answer, and nothing is missing", flush=True)


def explain(hanse, workload):
    """Shows why, shortened, and returns {instance: its explanation}, best zones first."""
    done = hanse.call("explain", workload)
    if done.returncode != 0:
        raise Failure(f"'hanse explain {workload}' ended with {done.returncode}: {done.stderr.strip()}")
    blocks = done.stdout.rstrip("\n").split("\n\n")
    print(f"\n$ hanse explain {workload}\n" + "\n\n".join(blocks[:SHOWN_EXPLANATIONS]))
    if len(blocks) > SHOWN_EXPLANATIONS:
        print(f"... and {len(blocks) - SHOWN_EXPLANATIONS} more of the same kind")
    return {replica["instance"]: replica for replica in hanse.get("explain", workload)["replicas"]}


def check_allowed(explanations, zones):
    """The policy allows each replica where it is."""
    for instance, zone in zones.items():
        for candidate in explanations[instance]["zones"]["candidates"]:
            if candidate["name"] == zone and candidate["rejections"]:
                raise Failure(f"{instance} is in zone {zone} in spite of its policy: {candidate['rejections'][0]['reason']}")


def choose_target(explanation, zones):
    """The best other zone that the policy allows. With perZone each has a replica already: the one of the last replica, which
    makes room for the one that comes, while the zone that is left gets a new one."""
    instance = explanation["instance"]
    source = zones[instance]
    allowed = [candidate["name"] for candidate in explanation["zones"]["candidates"] if not candidate["rejections"]]
    others = [zone for zone in allowed if zone != source and zone not in zones.values()]
    return others[0] if others else list(zones.values())[-1]


def move(hanse, explanation, zones):
    instance = explanation["instance"]
    source, target = zones[instance], choose_target(explanation, zones)
    _, before = hanse_cli.check_witness(hanse_cli.url_of(hanse, source, instance))
    hanse.run("--context", source, "migrate", instance, "--to", target)
    report = hanse_cli.newest_transfer(hanse, source)["status"]["report"]
    sound, verdict = hanse_cli.check_witness(hanse_cli.url_of(hanse, target, instance), before["lines"])
    return Move(instance, source, target, report, verdict, sound)


def summarise(providers, zones, moves, seconds):
    print(f"\n{'-' * 100}\n  {len(providers)} providers, {sum(map(len, zones.values()))} instances")
    for workload, places in zones.items():
        print(f"  {workload:<11} {', '.join(sorted(places.values()))}")
    print(f"\n  {'MOVED LIVE':<13}{'FROM':<24}{'TO':<24}{'BLACKOUT':>9}{'TOTAL':>8}{'SENT':>10}{'LINES':>7}{'LOST':>6}")
    for one in moves:
        lost = one.verdict["missing"] + one.verdict["damaged"] + one.verdict["page_errors"]
        sent = (one.report["seedBytes"] + one.report["diskBytes"] + one.report["memoryBytes"]) / 2**20
        print(f"  {one.instance:<13}{one.source + ' (' + providers[one.source] + ')':<24}"
              f"{one.target + ' (' + providers[one.target] + ')':<24}{one.report['blackoutMs']:>6.0f} ms"
              f"{one.report['totalMs'] / 1000:>6.1f} s{sent:>6.0f} MiB{one.verdict['lines']:>7}{lost:>6}")
    print(f"\n  verdict     {'nothing was lost' if all(one.sound for one in moves) else 'SOMETHING WAS LOST'}"
          f"\n  all of this {seconds:.0f} s\n{'-' * 100}", flush=True)


def run(hanse, guest):
    began = time.monotonic()
    hanse.run("testbed", "up", "--topology", TOPOLOGY, "--name", hanse.testbed)
    print(f"  up after {time.monotonic() - began:.0f} s", flush=True)
    providers = {zone["name"]: zone["provider"] for zone in hanse.get("testbed", "status", "--name", hanse.testbed)["zones"]}
    hanse_cli.import_witness(hanse, guest)
    for workload in REPLICAS:
        hanse.run("apply", "-f", os.path.join(hanse_cli.ROOT, "examples", f"{workload}.yaml"))
    zones = wait_until_all_run(hanse)
    hanse.run("get", "workloads")
    check_all(hanse, zones)
    explanations = {workload: explain(hanse, workload) for workload in REPLICAS}
    for workload in REPLICAS:
        check_allowed(explanations[workload], zones[workload])
    moves = [move(hanse, explanations[workload][f"{workload}-0"], zones[workload]) for workload in REPLICAS]
    print("\nEach workload finds what was moved, and is as it was declared:", flush=True)
    zones = wait_until_all_run(hanse, {one.instance: one.target for one in moves})
    check_all(hanse, zones)
    hanse.run("testbed", "status", "--name", hanse.testbed)
    summarise(providers, zones, moves, time.monotonic() - began)
    if not all(one.sound for one in moves):
        raise Failure("a witness lost something in its move")
