"""Two network namespaces joined by a veth pair, for the time of a `with` block; removed whatever happens."""
import json
import os
import subprocess
import sys

SOURCE_ADDRESS = "10.199.77.1"
TARGET_ADDRESS = "10.199.77.2"


def _ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


class NamespacePair:
    """`source` and `target` are namespace names, `target_address` is where the source reaches the target."""

    target_address = TARGET_ADDRESS

    def __init__(self):
        mark = os.getpid()
        self.source = f"hanse-bare-{mark}-a"
        self.target = f"hanse-bare-{mark}-b"
        self.link = f"hb{mark}a"
        self.peer = f"hb{mark}b"

    def __enter__(self):
        try:
            for name in (self.source, self.target):
                _ip("netns", "add", name)
            _ip("link", "add", self.link, "netns", self.source, "type", "veth", "peer", "name", self.peer, "netns", self.target)
            ends = ((self.source, self.link, SOURCE_ADDRESS), (self.target, self.peer, TARGET_ADDRESS))
            for name, link, address in ends:
                _ip("-n", name, "address", "add", f"{address}/24", "dev", link)
                _ip("-n", name, "link", "set", link, "up")
                _ip("-n", name, "link", "set", "lo", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in (self.source, self.target):
            subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL, check=False)

    def sent_bytes(self):
        """Bytes that the source's end of the link has sent so far."""
        return sent_bytes(self.source)


class GivenNamespaces:
    """Namespaces that someone else made and keeps, such as two zones of a testbed."""

    def __init__(self, source, target, target_address):
        self.source, self.target, self.target_address = source, target, target_address

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def sent_bytes(self):
        return sent_bytes(self.source)


def sent_bytes(namespace):
    """Bytes sent by all links of a namespace but the loopback."""
    command = ["ip", "-n", namespace, "-j", "-s", "link"]
    links = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return sum(link["stats64"]["tx"]["bytes"] for link in links if link["ifname"] != "lo")


def run_python(namespace, code, *arguments, seconds=60):
    """Runs a little Python inside a namespace and gives what it prints."""
    command = ["ip", "netns", "exec", namespace, sys.executable, "-c", code, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds).stdout.decode()
