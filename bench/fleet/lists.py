"""Lists as a client sees them that does nothing but take the bytes: what is timed is the zone, TLS and the loopback, and not a parser."""
import json
import socket
import ssl
import time

from load import SCOPE

BUFFER = 1 << 26
RECORD = 1 << 16


class Reader:
    """One connection that is kept, with room for any answer."""

    def __init__(self, zone):
        self.zone = zone
        context = ssl.create_default_context(cafile=zone.path("data/ca.pem"))
        context.check_hostname = False
        self.stream = context.wrap_socket(socket.create_connection(("127.0.0.1", zone.port)))
        self.buffer = bytearray(BUFFER)

    def get(self, path):
        """The milliseconds until the last byte was there, and the body."""
        request = f"GET {path} HTTP/1.1\r\nHost: zone\r\nAuthorization: Bearer {self.zone.token}\r\n\r\n".encode()
        view = memoryview(self.buffer)
        began = time.perf_counter()
        self.stream.sendall(request)
        size, wanted, head = 0, None, 0
        while wanted is None or (size < wanted if wanted else not self.buffer.endswith(b"\r\n0\r\n\r\n", 0, size)):
            if size + RECORD > len(self.buffer):
                view.release()
                self.buffer.extend(bytes(len(self.buffer)))
                view = memoryview(self.buffer)
            got = self.stream.recv_into(view[size:size + RECORD])
            if not got:
                raise RuntimeError("the zone has closed the connection")
            size += got
            if wanted is None and (end := self.buffer.find(b"\r\n\r\n", 0, size)) >= 0:
                head = end + 4
                lines = bytes(view[:end]).decode().lower().split("\r\n")
                if not lines[0].startswith("http/1.1 200"):
                    raise RuntimeError(bytes(view[:size]).decode()[:400])
                lengths = [line.split(":")[1] for line in lines if line.startswith("content-length:")]
                wanted = head + int(lengths[0]) if lengths else 0
        passed = (time.perf_counter() - began) * 1000
        body = bytes(view[head:size])
        return passed, body if wanted else unchunk(body)


def unchunk(body):
    pieces, at = [], 0
    while True:
        end = body.index(b"\r\n", at)
        size = int(body[at:end], 16)
        if size == 0:
            return b"".join(pieces)
        pieces.append(body[end + 2:end + 2 + size])
        at = end + 2 + size + 2


def pages(reader, limit):
    """Milliseconds of each answer until the list is whole, and how many items it has."""
    times, token, items = [], "", 0
    while True:
        passed, body = reader.get(f"{SCOPE}?limit={limit}" + (f"&skipToken={token}" if token else ""))
        times.append(passed)
        answer = json.loads(body)
        items += len(answer["items"])
        token = answer["metadata"].get("skipToken", "").replace("/", "%2F")
        if not token:
            return times, items
