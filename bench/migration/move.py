"""The live move of a running machine from one QEMU to another, disk and memory, by QMP alone.

The steps are separate, so that experiments can stop between them: Move.prepare_target, connect_disk, start_memory, then (after the
pre-switchover pause) drain_disk, finish_memory, resume_target. run() does them all. Failures surface as the exceptions of qmp.
"""
import dataclasses
import os
import time

import certificates
import disks
import qmp

NBD_PORT = "10809"
MEMORY_PORT = "10810"
STEP_SECONDS = 120
DISK_POLL_SECONDS = 0.05
UNLIMITED_BYTES_PER_SECOND = 10 << 30
NEARLY_COPIED = 16 << 20  # of a disk; see wait_disk()


@dataclasses.dataclass
class MoveOptions:
    """How to move. `socket_folder` makes the streams use unix sockets in that folder instead of TCP to `address`."""

    address: str
    disk: str = "full"
    socket_folder: str | None = None
    tls: bool = True
    multifd: int = 0
    compression: str = "none"
    copy_mode: str = "switch"
    downtime_limit_ms: int = 100
    disk_bytes_per_second: int = 0
    memory_bytes_per_second: int = UNLIMITED_BYTES_PER_SECOND


def migration_status(data, *wanted):
    return data.get("status") in wanted


class Move:
    """One move; `source` and `target` are VirtualMachines, the target waiting with -incoming defer and -S."""

    def __init__(self, source, target, options):
        self.source, self.target, self.options = source, target, options
        self.times = {"start": time.monotonic()}
        self.disk_bytes = 0
        self.resume_event = None

    def _mark(self, name):
        self.times[name] = time.monotonic()

    def _disk_address(self, listening):
        if self.options.socket_folder:
            return {"type": "unix", "path": os.path.join(self.options.socket_folder, "nbd.sock")}
        host = "0.0.0.0" if listening else self.options.address
        return {"type": "inet", "host": host, "port": NBD_PORT}

    def _memory_channels(self, listening):
        if self.options.socket_folder:
            path = os.path.join(self.options.socket_folder, "memory.sock")
            address = {"transport": "socket", "type": "unix", "path": path}
        else:
            host = "0.0.0.0" if listening else self.options.address
            address = {"transport": "socket", "type": "inet", "host": host, "port": MEMORY_PORT}
        return {"channels": [{"channel-type": "main", "addr": address}]}

    def _configure(self, machine, role):
        """Credentials, capabilities and parameters: the same on both sides but for the role."""
        options = self.options
        names = ["events", "return-path", "pause-before-switchover", "auto-converge"] + (["multifd"] if options.multifd else [])
        states = [{"capability": name, "state": True} for name in names]
        parameters = {"max-bandwidth": options.memory_bytes_per_second, "downtime-limit": options.downtime_limit_ms}
        if options.multifd:
            parameters |= {"multifd-channels": options.multifd, "multifd-compression": options.compression}
        if options.tls:
            credentials = {"qom-type": "tls-creds-x509", "id": "move-tls", "dir": machine.path("tls")}
            credentials |= {"endpoint": role, "verify-peer": True, "sanity-check": False}
            machine.qmp.execute("object-add", credentials)
            parameters["tls-creds"] = "move-tls"
            if role == "client":
                parameters["tls-hostname"] = certificates.TARGET_HOSTNAME
        machine.qmp.execute("migrate-set-capabilities", {"capabilities": states})
        machine.qmp.execute("migrate-set-parameters", parameters)

    def prepare_target(self):
        """The target listens: the disk for writing over NBD, and for memory."""
        monitor = self.target.qmp
        self._configure(self.target, "server")
        address = self._disk_address(listening=True)
        kind = address.pop("type")
        server = {"addr": {"type": kind, "data": address}, "max-connections": 1}
        if self.options.tls:
            server["tls-creds"] = "move-tls"
        monitor.execute("nbd-server-start", server)
        export = {"type": "nbd", "id": "disk0-export", "node-name": "disk0", "name": "disk0", "writable": True}
        monitor.execute("block-export-add", export)
        monitor.execute("migrate-incoming", self._memory_channels(listening=True))
        self._configure(self.source, "client")
        self._mark("prepared")

    def connect_disk(self):
        """Mirrors the disk until the target's copy is as new as the source's and every write goes to both."""
        self.start_disk()
        self.wait_disk()

    def start_disk(self):
        monitor = self.source.qmp
        node = {"driver": "nbd", "node-name": "disk0-remote", "export": "disk0"}
        node["server"] = self._disk_address(listening=False)
        if self.options.tls:
            node |= {"tls-creds": "move-tls", "tls-hostname": certificates.TARGET_HOSTNAME}
        monitor.execute("blockdev-add", node)
        first = "write-blocking" if self.options.copy_mode == "write-blocking" else "background"
        job = {"job-id": "disk0-mirror", "device": "disk0", "target": "disk0-remote"}
        job |= {"sync": disks.MIRROR_SYNC[self.options.disk], "copy-mode": first, "auto-dismiss": True}
        monitor.execute("blockdev-mirror", job | {"speed": self.options.disk_bytes_per_second})

    def wait_disk(self):
        """A guest that writes all the time never lets a background mirror become ready: with `switch` its writes wait for both sides
        as soon as little is left."""
        monitor = self.source.qmp
        deadline = time.monotonic() + STEP_SECONDS
        switches = self.options.copy_mode == "switch"
        while True:
            job = next(job for job in monitor.execute("query-block-jobs") if job["device"] == "disk0-mirror")
            if switches and (job["ready"] or job["len"] - job["offset"] <= NEARLY_COPIED):
                monitor.execute("block-job-change", {"id": "disk0-mirror", "type": "mirror", "copy-mode": "write-blocking"})
                switches = False
            if job["ready"] and not switches:
                break
            if time.monotonic() > deadline:
                raise qmp.QmpTimeout(f"the mirror is not ready within {STEP_SECONDS} s")
            time.sleep(DISK_POLL_SECONDS)
        self._mark("disk_ready")

    def start_memory(self):
        """Copies memory until the source is paused before the switch-over."""
        self.send_memory()
        self.wait_source("pre-switchover")
        self._mark("paused")

    def send_memory(self):
        self.source.qmp.execute("migrate", self._memory_channels(listening=False))

    def wait_source(self, status):
        """Waits for a migration status at the source; a failed migration raises QmpError."""
        event = self.source.qmp.wait_event(
            "MIGRATION", STEP_SECONDS, lambda data: migration_status(data, status, "failed", "cancelled")
        )
        if event["data"]["status"] != status:
            reason = self.source.qmp.execute("query-migrate").get("error-desc", "no reason given")
            raise qmp.QmpError(f"migration {event['data']['status']} instead of {status}: {reason}")

    def drain_disk(self):
        """Ends the mirror with both copies equal; then nothing of the source writes to the target any more."""
        monitor = self.source.qmp
        monitor.execute("block-job-cancel", {"device": "disk0-mirror"})
        event = monitor.wait_event(
            "BLOCK_JOB_COMPLETED", STEP_SECONDS, lambda data: data["device"] == "disk0-mirror"
        )
        data = event["data"]
        if data.get("error") or data["offset"] != data["len"]:
            raise qmp.QmpError(f"mirror ended early: {data}")
        self.disk_bytes = data["offset"]
        self._mark("drained")

    def finish_memory(self):
        """Sends the rest; afterwards the target has all and the source is paused for good, or until it rolls back."""
        self.source.qmp.execute("migrate-continue", {"state": "pre-switchover"})
        self.wait_source("completed")
        self.target.qmp.wait_event("MIGRATION", STEP_SECONDS, lambda data: migration_status(data, "completed"))
        self._mark("memory_moved")

    def resume_target(self):
        """Runs the guest at the target, which is then done with the move."""
        monitor = self.target.qmp
        monitor.execute("nbd-server-stop")
        monitor.execute("cont")
        self.resume_event = monitor.wait_event("RESUME", STEP_SECONDS)
        self._mark("resumed")

    def clean_up_source(self):
        self.source.qmp.execute("blockdev-del", {"node-name": "disk0-remote"})

    def run(self):
        self.prepare_target()
        self.connect_disk()
        self.start_memory()
        self.drain_disk()
        self.finish_memory()
        self.resume_target()
