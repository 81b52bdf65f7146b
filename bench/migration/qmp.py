"""A blocking QMP client: one connection, one reader thread that keeps replies and events apart.

Every wait has a time limit and ends early when QEMU goes away, with QmpClosed.
"""
import json
import socket
import threading
import time

CONNECT_SECONDS = 20
REPLY_SECONDS = 30


class QmpError(Exception):
    """QEMU refused a command."""


class QmpClosed(Exception):
    """QEMU is gone, or closed the connection."""


class QmpTimeout(Exception):
    """Nothing arrived in time."""


class Qmp:
    """`execute` sends a command, `wait_event` takes the next matching event; `record`, if given, gets every message."""

    def __init__(self, path, record=None):
        self.record = record or (lambda direction, message: None)
        self.condition = threading.Condition()
        self.replies = {}  # by the number of the command, so that one that comes too late is nobody else's
        self.events = []
        self.closed = False
        self.commands = 0
        self.socket = self._connect(path)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.execute("qmp_capabilities", {"enable": ["oob"]})

    def _connect(self, path):
        deadline = time.monotonic() + CONNECT_SECONDS
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(path)
                return connection
            except OSError as error:
                connection.close()
                if time.monotonic() > deadline:
                    raise QmpTimeout(f"{path}: {error}") from error
                time.sleep(0.02)

    def _read(self):
        try:
            with self.socket.makefile("r") as lines:
                for line in lines:
                    self._take(json.loads(line))
        except (OSError, ValueError):
            pass
        with self.condition:
            self.closed = True
            self.condition.notify_all()

    def _take(self, message):
        if "QMP" in message:
            return
        self.record("<", message)
        with self.condition:
            if "event" in message:
                self.events.append(message)
            else:
                self.replies[message.get("id")] = message
            self.condition.notify_all()

    def _wait(self, ready, seconds, what):
        """The first non-None result of ready(), which runs under the lock."""
        deadline = time.monotonic() + seconds
        with self.condition:
            while True:
                found = ready()
                if found is not None:
                    return found
                if self.closed:
                    raise QmpClosed(f"QEMU went away while waiting for {what}")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise QmpTimeout(f"no {what} within {seconds} s")
                self.condition.wait(left)

    def execute(self, command, arguments=None, seconds=REPLY_SECONDS, out_of_band=False):
        """Runs one command and gives what it returns. Out of band it overtakes a command that hangs; few commands can."""
        self.commands += 1
        number = self.commands
        message = {"exec-oob" if out_of_band else "execute": command, "id": number}
        if arguments:
            message["arguments"] = arguments
        self.record(">", message)
        try:
            self.socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise QmpClosed(f"QEMU went away before {command}: {error}") from error
        reply = self._wait(lambda: self.replies.pop(number, None), seconds, f"reply to {command}")
        if "error" in reply:
            raise QmpError(f"{command}: {reply['error']['desc']}")
        return reply["return"]

    def wait_event(self, name, seconds, matches=lambda data: True):
        """Takes the next event `name` whose data matches; other events stay for later waits."""

        def ready():
            for index, event in enumerate(self.events):
                if event["event"] == name and matches(event.get("data", {})):
                    return self.events.pop(index)
            return None

        return self._wait(ready, seconds, f"event {name}")

    def close(self):
        """Ends the connection; QEMU goes on."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


def seconds_of(event):
    """When QEMU says the event happened, in seconds since 1970."""
    stamp = event["timestamp"]
    return stamp["seconds"] + stamp["microseconds"] / 1e6
