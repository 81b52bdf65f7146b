"""A zone is killed again and again while clients write to it: every create that it acknowledged is there when it is back."""
import http.client
import threading
import unittest

import federation
from zone_api import WORKSPACES, ZoneApi

LIMIT_SECONDS = 120
ROUNDS = 4
WRITERS = 4
WRITE_SECONDS = 1.0


class Writer(threading.Thread):
    """Creates one workspace after the other and keeps the names of those that the zone said it has."""

    def __init__(self, api, prefix):
        super().__init__(daemon=True)
        self.api = api
        self.prefix = prefix
        self.acknowledged = []
        self.wrong = ""  # an answer that a create may not have; an exception would end with the thread
        self.end = threading.Event()

    def run(self):
        number = 0
        while not self.end.is_set():
            name = f"{self.prefix}-{number}"
            number += 1
            try:
                status, answer = self.api.call("PUT", f"{WORKSPACES}/{name}", {"spec": {}})
            except (OSError, http.client.HTTPException):
                self.end.wait(0.02)  # the zone is away; what became of this write is open
                continue
            if status != 201:
                self.wrong = f"a create was answered with {status}: {answer}"
                return
            self.acknowledged.append(name)


def names_in(api):
    names, token = set(), ""
    while True:
        status, answer = api.call("GET", f"{WORKSPACES}?limit=1000" + (f"&skipToken={token}" if token else ""))
        if status != 200:
            raise federation.Failure(f"a list was answered with {status}: {answer}")
        names |= {item["metadata"]["name"] for item in answer["items"]}
        token = answer["metadata"].get("skipToken", "")
        if not token:
            return names


class ZoneKill(unittest.TestCase):
    def test_acknowledged_creates_survive(self):
        running = federation.Federation(LIMIT_SECONDS)
        self.addCleanup(running.down)
        running.up()
        zone = next(iter(running.zones))
        api = running.zones[zone]
        acknowledged = []
        for round_number in range(ROUNDS):
            writers = [Writer(ZoneApi(api.address, f"{running.state}/{zone}"), f"w{round_number}{number}") for number in range(WRITERS)]
            for writer in writers:
                writer.start()
            writers[0].end.wait(WRITE_SECONDS)
            running.kill(zone, host=False)  # amid the writes
            for writer in writers:
                writer.end.set()
            for writer in writers:
                writer.join()
            self.assertEqual([writer.wrong for writer in writers if writer.wrong], [])
            running.start_again(zone, host=False)
            api.close()  # its connection ended with the zone
            written = [name for writer in writers for name in writer.acknowledged]
            self.assertGreater(len(written), 0)
            acknowledged += written
            missing = set(acknowledged) - names_in(api)
            print(f"round {round_number}: {len(written)} acknowledged, {len(missing)} missing", flush=True)
            self.assertEqual(missing, set())
        self.assertEqual(running.sanitizer_reports(), [])


if __name__ == "__main__":
    unittest.main()
