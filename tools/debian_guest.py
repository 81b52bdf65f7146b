"""The second, ordinary guest of ./quickstart --debian: it is set up by cloud-init, answers by ssh, and is moved live like any other."""
import os
import socket
import time

import hanse_cli

NAME = "debian"
COMMAND_LINE = "root=/dev/vda rw console=ttyS0"
BOOT_LIMIT_SECONDS = 600  # emulated, beside other guests


def ssh_banner(address, seconds):
    """What the ssh server says first; it has no keys before cloud-init has made them."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(address, timeout=5) as connection:
                connection.settimeout(5)
                banner = connection.recv(64)
            if banner.startswith(b"SSH-"):
                return banner.decode(errors="replace").strip()
        except OSError:
            pass  # the guest boots, or its forward is not there yet
        time.sleep(2)
    raise hanse_cli.Failure(f"no ssh server answers at {address[0]}:{address[1]} within {seconds} s; see 'hanse logs {NAME}'")


def wait_until_running(hanse, zone):
    deadline = time.monotonic() + hanse_cli.PLACE_LIMIT_SECONDS
    while time.monotonic() < deadline:
        if hanse.get("--context", zone, "get", "instance", NAME)["status"]["powerState"] == "running":
            return
        time.sleep(1)
    raise hanse_cli.Failure(f"instance {NAME} does not run in zone {zone}")


def deploy_and_move(hanse, folder, source, target):
    """Imports the image into the source's zone, waits for ssh there, moves it live, and asks ssh again."""
    hanse.run("--context", source, "image", "import", f"{folder}/debian.qcow2", "--name", NAME, "--kernel", f"{folder}/vmlinuz",
              "--initramfs", f"{folder}/initrd.img", "--command-line", COMMAND_LINE)
    hanse.run("--context", source, "apply", "-f", os.path.join(hanse_cli.ROOT, "examples", "debian.yaml"))
    wait_until_running(hanse, source)
    print("waiting for cloud-init and ssh; under emulation this takes some minutes", flush=True)
    began = time.monotonic()
    banner = ssh_banner(hanse_cli.forward_of(hanse, source, NAME, 22), BOOT_LIMIT_SECONDS)
    print(f"{NAME} answers in {source} after {time.monotonic() - began:.0f} s: {banner}", flush=True)
    hanse.run("--context", source, "migrate", NAME, "--to", target)
    banner = ssh_banner(hanse_cli.forward_of(hanse, target, NAME, 22), 60)
    print(f"{NAME} answers in {target}: {banner}", flush=True)
