"""A zone's API without the command line: one connection that is kept, made anew when it breaks."""
import http.client
import json
import os
import ssl

PORT = 8443
COMPUTE = "/providers/seca.compute/v1/tenants/default/workspaces/default/instances"
TRANSFERS = "/providers/hanse.migration/v1/tenants/default/workspaces/default/transfers"
WORKSPACES = "/providers/seca.workspace/v1/tenants/default/workspaces"


class ZoneApi:
    def __init__(self, address, folder, timeout=10):
        self.address = address
        self.timeout = timeout
        self.ca_file = os.path.join(folder, "zone", "ca.pem")
        with open(os.path.join(folder, "admin.token")) as file:
            self.token = file.read().strip()
        self.connection = None

    def tls(self):
        context = ssl.create_default_context(cafile=self.ca_file)
        context.check_hostname = False  # a zone is named by its CA here, not by an address
        return context

    def call(self, method, path, body=None, token=None):
        """(status, answer). Errors: OSError or HTTPException when the zone does not answer."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        if body is not None:
            body = body if isinstance(body, (bytes, str)) else json.dumps(body)
            headers["Content-Type"] = "application/json"
        try:
            if self.connection is None:
                self.connection = http.client.HTTPSConnection(self.address, PORT, timeout=self.timeout, context=self.tls())
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        return answer.status, json.loads(text) if text else None

    def find(self, path):
        """The resource, or None when there is none or the zone does not answer."""
        try:
            status, answer = self.call("GET", path)
        except (OSError, http.client.HTTPException):
            return None
        return answer if status == 200 else None

    def transfer(self, name):
        return self.find(f"{TRANSFERS}/{name}")

    def instance(self, name):
        return self.find(f"{COMPUTE}/{name}")

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
