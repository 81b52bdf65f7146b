"""What the witness has said while it was moved about: the highest line that it called durable, whether it ever booted again, whether two
copies of it ever ran at one time, and how long it was silent."""
import contextlib
import json
import threading
import time
import urllib.request

INTERVAL_SECONDS = 0.1
LAST_LOOK_SECONDS = 10


class WitnessWatch:
    """A thread that asks every machine of the federation, also one that should not be there. Use it with `with`."""

    def __init__(self, federation):
        self.federation = federation
        self.last_line = 0
        self.boots = set()
        self.together = []  # [zone, zone] that answered at one time
        self.silence = 0.0  # the longest time in seconds in which none answered
        self._heard = time.monotonic()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()
        # However short the time was in which nobody was paused, the one that is left has said something.
        self._look(LAST_LOOK_SECONDS)

    def _watch(self):
        while not self._end.wait(INTERVAL_SECONDS):
            self._look(1)

    def _ask(self, machine, timeout):
        """Whether it answered. One that is paused, or has no guest yet, does not."""
        with contextlib.suppress(OSError, ValueError):
            with urllib.request.urlopen(machine.url, timeout=timeout) as answer:
                said = json.load(answer)
            self.last_line = max(self.last_line, said["last_fsynced_line"])
            self.boots.add(said["boot_id"])
            return True
        return False

    def _look(self, timeout):
        answered = [machine for machine in self.federation.machines() if self._ask(machine, timeout)]
        if answered:
            now = time.monotonic()
            self.silence = max(self.silence, now - self._heard)
            self._heard = now
        # It may have moved from the first to the second between two answers; but then the first is silent now.
        if len(answered) > 1 and self._ask(answered[0], 1):
            self.together.append([machine.zone for machine in answered])
