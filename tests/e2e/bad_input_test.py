"""What users, peers and machines may do wrong, where only the whole shows that nothing changes and nothing is left behind.

docs/bad_input.md lists all of it, with the unit tests that show the rest.
"""
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

import federation
from federation import INSTANCE, wait_for
from zone_api import PORT

LIMIT_SECONDS = 280
NOT_FOUND, FULL, STATE, ROLLED_BACK, CORRUPT, UNAUTHENTICATED = 3, 6, 7, 8, 13, 14  # docs/cli.md


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system of that size over a folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "e2e", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.running = federation.Federation(LIMIT_SECONDS, "bad_input_topology.yaml")
        cls.addClassCleanup(cls.running.down)
        cls.running.up()
        cls.source = cls.running.start_witness()
        cls.target = "lisbon" if cls.source == "helsinki" else "helsinki"

    def setUp(self):
        self.transfers_before = self.transfer_count()

    def tearDown(self):
        """Whatever was wrong: the machine runs where it was, and is whole; no other zone has anything of it."""
        self.assertEqual(self.running.runs_in(), [self.source])
        for zone in self.running.zones:
            if zone != self.source:
                # The end of a transfer is on record a moment before the other zone's host has cleaned up.
                wait_for(f"nothing left in {zone}", lambda: not self.running.machines(zone) and not self.running.disks(zone), 30)
        self.assertEqual([machine.zone for machine in self.running.machines()], [self.source])
        sound, verdict = federation.hanse_cli.check_witness(self.running.url())
        self.assertTrue(sound, verdict)
        self.assertEqual(self.running.sanitizer_reports(), [])

    def transfer_count(self):
        return len(self.running.hanse.items("--context", self.source, "get", "transfers"))

    def refused(self, code, words, *arguments, environment=None):
        """The command fails with this exit code and these words."""
        hanse = self.running.hanse
        done = subprocess.run([hanse.program, *arguments], env={**hanse.environment, **(environment or {})}, text=True,
                              capture_output=True)
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
        print(f"  {' '.join(arguments)}\n    {done.returncode}: {said}", flush=True)
        self.assertEqual(done.returncode, code, done.stderr)
        for word in words if isinstance(words, tuple) else (words,):
            self.assertIn(word, done.stderr)

    def migrate(self, *arguments):
        return ["--context", self.source, "migrate", *arguments]

    def cancel(self):
        done = self.running.hanse.call(*self.migrate(INSTANCE, "--cancel"))
        self.assertEqual(done.returncode, 0, done.stderr)

    # Names.

    def test_unknown_zone(self):
        self.refused(NOT_FOUND, ("zone 'atlantis'", "hanse get zones"), *self.migrate(INSTANCE, "--to", "atlantis"))
        self.assertEqual(self.transfer_count(), self.transfers_before)

    def test_unknown_instance(self):
        self.refused(NOT_FOUND, "'default/default/nobody' does not exist", *self.migrate("nobody", "--to", self.target))
        self.assertEqual(self.transfer_count(), self.transfers_before)

    def test_same_zone(self):
        self.refused(STATE, f"is in zone '{self.source}' already", *self.migrate(INSTANCE, "--to", self.source))

    # Images and disks.

    def test_image_that_is_none(self):
        with tempfile.NamedTemporaryFile(suffix=".qcow2") as file:
            file.write(b"This is a letter and not a disk.\n" * 64)
            file.flush()
            self.refused(CORRUPT, "qcow2", "--context", self.source, "image", "import", file.name, "--name", "letter", "--format", "qcow2")
        self.refused(NOT_FOUND, "letter", "--context", self.source, "get", "image", "letter")

    def test_full_disk_at_the_zone(self):
        blobs = f"{self.running.state}/{self.target}/zone/blobs"
        with small_disk(blobs, "1m"):
            self.refused(FULL, "space", "--context", self.target, "image", "import", f"{self.running.guest}/vmlinux", "--name", "large",
                         "--format", "raw")
            # The answer may come before the rest has been removed.
            wait_for("upload that was removed", lambda: not any(os.path.isfile(f"{blobs}/{name}") for name in os.listdir(blobs)), 30)
        self.refused(NOT_FOUND, "large", "--context", self.target, "get", "image", "large")

    def test_full_disk_at_the_target(self):
        with small_disk(f"{self.running.state}/{self.target}/{self.target}-1/host/blobs", "2m"):
            self.refused(ROLLED_BACK, ("MiB free; make room there", "runs on"), *self.migrate(INSTANCE, "--to", self.target))

    # Targets.

    def test_target_without_capacity(self):
        self.refused(STATE, ("zone 'tiny' refused", "MiB free"), *self.migrate(INSTANCE, "--to", "tiny"))

    def test_target_that_cannot_be_reached(self):
        self.running.change_link(pair=[self.source, self.target], cut=True)
        try:
            name = self.running.hanse.get(*self.migrate(INSTANCE, "--to", self.target, "--no-wait"))["metadata"]["name"]
            source = self.running.zones[self.source]
            wait_for("word of whom it waits for", lambda: source.transfer(name)["status"]["waitingFor"] == self.target, 60)
            self.assertEqual(self.running.runs_in(), [self.source])
            self.cancel()
            wait_for("rolling back", lambda: source.transfer(name)["status"]["phase"] in ("rollingBack", "cancelled"), 60)
        finally:
            self.running.change_link(pair=[self.source, self.target], cut=False)
        wait_for("end of the move", lambda: source.transfer(name)["status"]["phase"] == "cancelled", 60)

    def test_what_is_moving_is_neither_moved_nor_deleted_nor_stopped(self):
        self.running.send_signal(signal.SIGSTOP, self.target, host=True)  # so that the move does not get on
        try:
            name = self.running.hanse.get(*self.migrate(INSTANCE, "--to", self.target, "--no-wait"))["metadata"]["name"]
            self.refused(STATE, ("is moving already in transfer", "cancel"), *self.migrate(INSTANCE, "--to", self.target))
            self.refused(STATE, "is moving in transfer", "--context", self.source, "delete", "instance", INSTANCE)
            self.refused(STATE, "is moving in transfer", "--context", self.source, "stop", INSTANCE)
            self.cancel()
        finally:
            self.running.send_signal(signal.SIGCONT, self.target, host=True)
        source = self.running.zones[self.source]
        wait_for("end of the move", lambda: source.transfer(name)["status"]["phase"] == "cancelled", 60)

    # Callers.

    def test_wrong_and_missing_tokens(self):
        with open(self.running.hanse.environment["HANSE_CONFIG"]) as file:
            contexts = file.read()
        with tempfile.TemporaryDirectory() as folder:
            for name, token in (("wrong", "0" * 64), ("empty", "")):
                token_file, config = f"{folder}/{name}.token", f"{folder}/{name}.yaml"
                with open(token_file, "w") as file:
                    file.write(token)
                with open(config, "w") as file:
                    file.write(contexts.replace(f"{self.running.state}/{self.source}/admin.token", token_file))
                self.refused(UNAUTHENTICATED, "token", "--context", self.source, "get", "instances", environment={"HANSE_CONFIG": config})

    def test_expired_token(self):
        made = self.running.hanse.call("--context", self.source, "token", "create", "--expires", "1s")
        self.assertEqual(made.returncode, 0, made.stderr)
        time.sleep(1.5)
        status, answer = self.running.zones[self.source].call("GET", "/providers/seca.region/v1/regions", token=made.stdout.strip())
        self.assertEqual(status, 401)
        self.assertIn("expired", answer["detail"])

    def test_plain_text_to_a_tls_port(self):
        address = (self.running.zones[self.source].address, PORT)
        with socket.create_connection(address, timeout=10) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: zone\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                self.assertNotIn(b"200 OK", plain.recv(4096))

    def test_silent_clients_are_in_nobodys_way(self):
        zone = self.running.zones[self.source]
        silent = [socket.create_connection((zone.address, PORT), timeout=10) for _ in range(200)]
        half = zone.tls().wrap_socket(socket.create_connection((zone.address, PORT), timeout=10))
        half.sendall(b"GET /healthz HTTP/1.1\r\nHost:")
        try:
            self.assertEqual(zone.call("GET", "/healthz")[0], 200)
        finally:
            for client in [*silent, half]:
                client.close()

    def test_a_stranger_does_not_learn_who_is_trusted(self):
        zone = self.running.zones[self.source]
        done = subprocess.run(["openssl", "s_client", "-connect", f"{zone.address}:{PORT}", "-CAfile", zone.ca_file],
                              stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=20)
        self.assertIn("No client certificate CA names sent", done.stdout)
        self.assertIn("TLSv1.3", done.stdout)

    def test_unknown_authority(self):
        zone = self.running.zones[self.source]
        client = socket.create_connection((zone.address, PORT), timeout=10)
        with client, self.assertRaises(ssl.SSLError):
            ssl.create_default_context().wrap_socket(client, server_hostname=zone.address)


if __name__ == "__main__":
    unittest.main()
