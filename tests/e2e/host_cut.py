"""A host that is cut off from its zone by the network, while both live on: what one sends does not reach the other.

Zone and hosts are in one network namespace, at one address; nftables there tells the agent by its group. So an agent that is to be cut
off is started in a group of its own, and before its host has machines.
"""
import re
import subprocess

import federation

GROUP = 4242
ZONE_PORT = 8443
TABLE = "host_cut"


def prepare(running, zone, host):
    """Starts the agent again, so that it can be cut off."""
    running.kill(zone, host)
    # Who starts it gives it his group.
    started = running.hanse.call("testbed", "start", zone, host, "--name", running.hanse.testbed, group=GROUP)
    if started.returncode != 0:
        raise federation.Failure(f"{host} was not started again: {started.stderr}")
    pid = running.process(zone, host)
    federation.wait_for(f"connection of {host}", lambda: _ports(pid), 60)


def cut(running, zone, host):
    """Until heal(). Nothing is refused or reset: it does not arrive."""
    pid = running.process(zone, host)
    ports = ", ".join(_ports(pid))
    _nft(pid, f"""table inet {TABLE} {{
      chain output {{
        type filter hook output priority 0
        meta skgid {GROUP} tcp dport {ZONE_PORT} drop
        tcp sport {ZONE_PORT} tcp dport {{ {ports} }} drop
      }}
    }}""")


def heal(running, zone, host):
    _nft(running.process(zone, host), f"delete table inet {TABLE}")


def _inside(pid, *command, **options):
    return subprocess.run(["nsenter", f"--net=/proc/{pid}/ns/net", *command], check=True, text=True, **options)


def _nft(pid, rules):
    _inside(pid, "nft", "-f", "-", input=rules)


def _ports(pid):
    """From which the agent is connected to its zone."""
    shown = _inside(pid, "ss", "-Htnp", "state", "established", f"( dport = :{ZONE_PORT} )", stdout=subprocess.PIPE).stdout
    return [re.split(r"\s+", line.strip())[2].rpartition(":")[2] for line in shown.splitlines() if f"pid={pid}," in line]
