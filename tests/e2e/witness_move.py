"""How a test begins a move of the witness, and what holds when it has ended well: one copy, in the target's zone, that lacks nothing, and
nothing left behind."""
import federation


def begin_move(running, *options):
    """To the other zone; gives both and the transfer's name."""
    source = running.machines()[0].zone
    target = running.other(source)
    running.zones[source].close()  # the zone has ended a connection that was idle for so long
    started = running.hanse.get("--context", source, "migrate", federation.INSTANCE, "--to", target, "--no-wait", *options)
    return source, target, started["metadata"]["name"]


def check_moved(tests, running, source, target, name, watch, limit=120):
    """Waits for the end of transfer `name`; its report."""
    def ended():
        transfer = running.zones[source].transfer(name)
        return transfer["status"]["phase"] not in ("sending", "committed") and transfer
    transfer = federation.wait_for("end of the move", ended, limit)
    tests.assertEqual(transfer["status"]["phase"], "completed", transfer["status"])
    report = transfer["status"]["report"]
    print(f"completed after {report['cuts']} cuts, {report['totalMs']:.0f} ms, blackout {report.get('blackoutMs', 'not known')} ms",
          flush=True)
    federation.wait_for(f"{target} to run it alone", lambda: running.runs_in() == [target], 60)
    federation.wait_for(f"nothing left in {source}", lambda: not running.machines(source) and not running.disks(source), 30)
    sound, verdict = federation.hanse_cli.check_witness(running.url(), watch.last_line)
    tests.assertTrue(sound, verdict)
    return report
