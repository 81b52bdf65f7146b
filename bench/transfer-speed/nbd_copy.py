"""A disk copied by nbdcopy from one network namespace to another over TLS: what the disk path of a move is measured against.

As in a move, the source's disk is a qcow2 file, read by a qemu-nbd beside nbdcopy; the target's is an empty one, served by a
qemu-nbd with TLS that asks for a certificate. The copy ends when all is on disk.
"""
import os
import subprocess
import time

import certificates

PORT = 10909
START_SECONDS = 10


def _wait_for(process, path):
    deadline = time.monotonic() + START_SECONDS
    while not os.path.exists(path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("qemu-nbd does not start")
        time.sleep(0.02)


def _server(folder, net, disk):
    """It ends by itself after the copy."""
    started = os.path.join(folder, "nbd.pid")
    credentials = f"tls-creds-x509,id=tls0,endpoint=server,verify-peer=on,sanity-check=off,dir={folder}/target-tls"
    process = subprocess.Popen(["ip", "netns", "exec", net.target, "qemu-nbd", "--object", credentials, "--tls-creds", "tls0",
                                "-b", net.target_address, "-p", str(PORT), "-x", "data", "-e", "4", "-f", "qcow2",
                                "--pid-file", started, disk])
    _wait_for(process, started)
    return process


def copy(folder, net, source, size):
    """Copies it into folder/target.qcow2; gives the seconds."""
    tls = [os.path.join(folder, f"{side}-tls") for side in ("source", "target")]
    certificates.make_pair(*tls, "ecdsa", net.target_address)
    target = os.path.join(folder, "target.qcow2")
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", target, str(size)], check=True)
    server = _server(folder, net, target)
    try:
        address = f"nbds://{net.target_address}:{PORT}/data?tls-certificates={tls[0]}"
        began = time.monotonic()
        subprocess.run(["ip", "netns", "exec", net.source, "nbdcopy", "--flush", "--", "[", "qemu-nbd", "-r", "-f", "qcow2", source, "]",
                        address], check=True)
        seconds = time.monotonic() - began
        server.wait(START_SECONDS)
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()
        if os.path.exists(started := os.path.join(folder, "nbd.pid")):
            os.remove(started)
    return seconds, target
