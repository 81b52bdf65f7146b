"""A zone of its own for a benchmark: `hanse zone` on the loopback with a fresh store, ended with the `with` block."""
import http.client
import json
import os
import secrets
import socket
import ssl
import subprocess
import time

START_SECONDS = 20


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Zone:
    def __init__(self, hanse, folder, listen="127.0.0.1", start_seconds=START_SECONDS):
        self.hanse, self.folder, self.listen, self.start_seconds = hanse, folder, listen, start_seconds
        self.token = secrets.token_hex(32)
        self.port = _free_port()
        self.process = None
        self.connection = None

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}/"

    def path(self, name):
        return os.path.join(self.folder, name)

    def __enter__(self):
        with open(self.path("token"), "w", encoding="ascii") as file:
            file.write(self.token + "\n")
        with open(self.path("zone.toml"), "w", encoding="ascii") as file:
            file.write(f'name = "bench"\nprovider = "bench"\nmember_state = "FI"\ncity = "Helsinki"\n'
                       f'latitude = 60.2\nlongitude = 24.9\nlisten = "{self.listen}:{self.port}"\n'
                       f'data_dir = "{self.path("data")}"\nadmin_token_file = "{self.path("token")}"\n')
        self.start()
        return self

    def start(self):
        """Also after end(), on the same store."""
        with open(self.path("log"), "ab") as log:
            command = [self.hanse, "zone", "--config", self.path("zone.toml")]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            self._connect()
        except BaseException:
            self.end()
            raise

    def _connect(self):
        deadline = time.monotonic() + self.start_seconds
        while True:
            try:
                context = ssl.create_default_context(cafile=self.path("data/ca.pem"))
                context.check_hostname = False
                self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=30)
                self.call("GET", "/healthz")
                return
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    with open(self.path("log"), encoding="utf-8", errors="replace") as log:
                        raise RuntimeError(f"the zone did not start: {error}: {log.read()[-1000:]}") from error
                time.sleep(0.05)

    def call(self, method, path, body=None):
        """The answer as text; any status but success is an error."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = json.dumps(body) if body is not None else None
        try:
            self.connection.request(method, path, content, headers)
            answer = self.connection.getresponse()
        except (OSError, http.client.HTTPException):  # the zone ends a connection that was idle for long
            self.connection.close()
            self.connection.request(method, path, content, headers)
            answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text}")
        return text

    def __exit__(self, *_):
        self.end()

    def end(self):
        if self.connection:
            self.connection.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
