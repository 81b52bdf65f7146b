"""Many requests to a zone over many connections, each with several on the way, so that the client is not what is measured.

A zone answers the requests of one connection one after the other, each when it is on disk: it is the number of connections that lets many
share a write of the disk.
"""
import json
import socket
import ssl
import threading

THREADS = 4
CONNECTIONS = 64  # of each thread
WINDOW = 8        # requests on the way on one connection
SCOPE = "/providers/seca.compute/v1/tenants/default/workspaces/default/instances"
SPEC = {"spec": {"skuRef": "skus/tiny", "bootVolume": {"sourceImageRef": "images/bench"}}}


class Connection:
    """One connection; what was sent on it is read in order."""

    def __init__(self, zone, context):
        plain = socket.create_connection(("127.0.0.1", zone.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = context.wrap_socket(plain)
        self.rest = b""

    def read_answers(self, count):
        """Reads that many answers; an answer that is no success is an error."""
        while count:
            head_end = self.rest.find(b"\r\n\r\n")
            if head_end < 0:
                self._more()
                continue
            head = self.rest[:head_end].lower()
            if not head.startswith(b"http/1.1 2"):
                raise RuntimeError(self.rest[:400].decode())
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            while len(self.rest) < head_end + 4 + length:
                self._more()
            self.rest = self.rest[head_end + 4 + length:]
            count -= 1

    def _more(self):
        piece = self.stream.recv(65536)
        if not piece:
            raise RuntimeError("the zone has closed the connection")
        self.rest += piece


def _create_some(zone, connections, names, failures):
    try:
        body = json.dumps(SPEC).encode()
        middle = (f" HTTP/1.1\r\nHost: zone\r\nAuthorization: Bearer {zone.token}\r\nContent-Type: application/json\r\n"
                  f"Content-Length: {len(body)}\r\n\r\n").encode() + body
        windows = [names[begin:begin + WINDOW] for begin in range(0, len(names), WINDOW)]
        waiting = {}
        for number, window in enumerate(windows):
            connection = connections[number % len(connections)]
            connection.read_answers(waiting.get(connection, 0))
            connection.stream.sendall(b"".join(f"PUT {SCOPE}/{name}".encode() + middle for name in window))
            waiting[connection] = len(window)
        for connection, count in waiting.items():
            connection.read_answers(count)
    except (OSError, RuntimeError) as error:
        failures.append(error)


class Load:
    """The connections are made beforehand: it is not they that are measured."""

    def __init__(self, zone):
        self.zone = zone
        context = ssl.create_default_context(cafile=zone.path("data/ca.pem"))
        context.check_hostname = False
        self.connections = [[Connection(zone, context) for _ in range(CONNECTIONS)] for _ in range(THREADS)]

    def create_instances(self, first, count):
        names = [f"i-{number:06}" for number in range(first, first + count)]
        failures = []
        threads = [threading.Thread(target=_create_some, args=(self.zone, self.connections[part], names[part::THREADS], failures))
                   for part in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
