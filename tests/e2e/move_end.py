"""What holds when a move has ended well: one copy, in the target's zone, that lacks nothing, and nothing left behind."""
import federation


def check_moved(tests, running, source, target, name, watch, limit=120):
    """Waits for the end of transfer `name`; its report."""
    def ended():
        transfer = running.zones[source].transfer(name)
        return transfer["status"]["phase"] not in ("sending", "committed") and transfer
    transfer = federation.wait_for("end of the move", ended, limit)
    tests.assertEqual(transfer["status"]["phase"], "completed", transfer["status"])
    report = transfer["status"]["report"]
    print(f"completed after {report['cuts']} cuts, {report['totalMs']:.0f} ms, blackout {report['blackoutMs']:.0f} ms", flush=True)
    federation.wait_for(f"{target} to run it alone", lambda: running.runs_in() == [target], 60)
    federation.wait_for(f"nothing left in {source}", lambda: not running.machines(source) and not running.disks(source), 30)
    sound, verdict = federation.hanse_cli.check_witness(running.url(), watch.last_line)
    tests.assertTrue(sound, verdict)
    return report
