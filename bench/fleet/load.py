"""Many requests to a zone over few connections, each with several on the way, so that the client is not what is measured."""
import json
import socket
import ssl
import threading

CONNECTIONS = 4
WINDOW = 64  # requests on the way on one connection
SCOPE = "/providers/seca.compute/v1/tenants/default/workspaces/default/instances"
SPEC = {"spec": {"skuRef": "skus/tiny", "bootVolume": {"sourceImageRef": "images/bench"}}}


def _connect(zone):
    context = ssl.create_default_context(cafile=zone.path("data/ca.pem"))
    context.check_hostname = False
    plain = socket.create_connection(("127.0.0.1", zone.port))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain)


def _read_answers(stream, count, rest):
    """Reads that many answers; an answer that is no success is an error."""
    while count:
        head_end = rest.find(b"\r\n\r\n")
        if head_end < 0:
            rest += stream.recv(65536)
            continue
        head = rest[:head_end].decode().lower()
        if not head.startswith("http/1.1 2"):
            raise RuntimeError(rest[:400].decode())
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        while len(rest) < head_end + 4 + length:
            rest += stream.recv(65536)
        rest = rest[head_end + 4 + length:]
        count -= 1
    return rest


def _create_some(zone, names, failures):
    try:
        body = json.dumps(SPEC).encode()
        with _connect(zone) as stream:
            rest = b""
            for begin in range(0, len(names), WINDOW):
                some = names[begin:begin + WINDOW]
                stream.sendall(b"".join(
                    f"PUT {SCOPE}/{name} HTTP/1.1\r\nHost: zone\r\nAuthorization: Bearer {zone.token}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body for name in some))
                rest = _read_answers(stream, len(some), rest)
    except (OSError, RuntimeError) as error:
        failures.append(error)


def create_instances(zone, first, count):
    names = [f"i-{number:06}" for number in range(first, first + count)]
    failures = []
    threads = [threading.Thread(target=_create_some, args=(zone, names[part::CONNECTIONS], failures)) for part in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
