"""What a zone says of its room: what is free on its hosts, and the disks that it has on record.

It is asked by an instance for which there is never room anywhere: why it is on no host says what is free.
"""
import re

import federation
from zone_api import COMPUTE

SKUS = "/providers/seca.compute/v1/tenants/default/skus"
HOSTS = "/providers/hanse.host/v1/hosts"
STORAGES = "/providers/seca.storage/v1/tenants/default/workspaces/default/block-storages"
ASKING = "too-large"
TOO_LARGE = {"spec": {"vcpu": 512, "memoryMib": 16 * 1024 * 1024}}
REASON = re.compile(r"it has (\d+) vCPU and (\d+) MiB free")
ANSWER_SECONDS = 10


def _ask(api, method, path, body=None):
    status, answer = api.call(method, path, body)
    if status >= 300:
        raise federation.Failure(f"{method} {path}: {status} {answer}")
    return answer


def _names(api, path):
    return sorted(item["metadata"]["name"] for item in _ask(api, "GET", path)["items"])


def whole(api):
    """(vCPU, MiB) of its hosts, with nothing on them."""
    inventories = [host["status"]["inventory"] for host in _ask(api, "GET", HOSTS)["items"]]
    return sum(of["vcpu"] for of in inventories), sum(of["memoryMib"] for of in inventories)


def free(api):
    """(vCPU, MiB) that nobody has and nobody holds on its one host."""
    def why():
        conditions = (api.instance(ASKING) or {}).get("status", {}).get("conditions") or [{}]
        return REASON.search(conditions[0].get("message", ""))
    _ask(api, "PUT", f"{SKUS}/{ASKING}", TOO_LARGE)
    _ask(api, "PUT", f"{COMPUTE}/{ASKING}",
         {"spec": {"skuRef": f"skus/{ASKING}", "bootVolume": {"sourceImageRef": "images/witness"}}})
    try:
        found = federation.wait_for("answer to what is free", why, ANSWER_SECONDS)
    finally:
        _ask(api, "DELETE", f"{COMPUTE}/{ASKING}")
        federation.wait_for("end of who asks", lambda: api.instance(ASKING) is None, ANSWER_SECONDS)
    return int(found.group(1)), int(found.group(2))


def disks(api):
    return [name for name in _names(api, STORAGES) if not name.startswith(f"{ASKING}-")]
