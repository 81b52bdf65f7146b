"""Certificates for one move: each side has a CA of its own, made for this move, and trusts only the other side's.

QEMU's tls-creds-x509 reads fixed file names from a folder. `ca-cert.pem` is the peer's CA, so QEMU's check of its own
certificate against it must be off (sanity-check=off); the peer is verified all the same.
"""
import os
import subprocess

TARGET_HOSTNAME = "target.move.hanse"
SOURCE_HOSTNAME = "source.move.hanse"
VALID_DAYS = "2"

# RFC 7919's ffdhe2048, as Hanse gives it too: without it QEMU searches a prime for as long as a second and more.
GROUP_ARGUMENTS = ["genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"]

KEY_ARGUMENTS = {
    "ecdsa": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ed25519": ["-algorithm", "ED25519"],
}


def _openssl(*arguments):
    result = subprocess.run(["openssl", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {result.stdout.decode(errors='replace').strip()}")


def _make_key(path, kind):
    _openssl("genpkey", *KEY_ARGUMENTS[kind], "-out", path)


def _make_authority(folder, kind):
    key = os.path.join(folder, "own-ca-key.pem")
    certificate = os.path.join(folder, "own-ca-cert.pem")
    _make_key(key, kind)
    _openssl(
        "req", "-x509", "-new", "-key", key, "-out", certificate, "-days", VALID_DAYS, "-subj", "/CN=move CA",
        "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    return key, certificate


def _make_leaf(folder, kind, role, names, authority):
    """role is client or server, as QEMU names the files; names as OpenSSL writes them."""
    key = os.path.join(folder, f"{role}-key.pem")
    request = os.path.join(folder, "request.pem")
    extensions = os.path.join(folder, "extensions.cnf")
    _make_key(key, kind)
    _openssl("req", "-new", "-key", key, "-out", request, "-subj", f"/CN=move {role}")
    usage = "digitalSignature,keyEncipherment" if kind == "rsa" else "digitalSignature"
    with open(extensions, "w", encoding="ascii") as file:
        file.write(
            "basicConstraints=critical,CA:FALSE\n"
            f"keyUsage=critical,{usage}\n"
            f"extendedKeyUsage={role}Auth\n"
            f"subjectAltName={names}\n"
        )
    _openssl(
        "x509", "-req", "-in", request, "-CA", authority[1], "-CAkey", authority[0], "-CAcreateserial",
        "-days", VALID_DAYS, "-extfile", extensions, "-out", os.path.join(folder, f"{role}-cert.pem"),
    )  # fmt: skip
    os.remove(request)
    os.remove(extensions)


def make_pair(source_folder, target_folder, kind, target_address=None):
    """Fills both folders for QEMU: the source is the TLS client of both streams, the target the server. The address is for clients
    that know no other name of the server."""
    target_names = f"DNS:{TARGET_HOSTNAME}" + (f",IP:{target_address}" if target_address else "")
    sides = ((source_folder, "client", f"DNS:{SOURCE_HOSTNAME}"), (target_folder, "server", target_names))
    authorities = {}
    for folder, role, names in sides:
        os.makedirs(folder, exist_ok=True)
        authorities[role] = _make_authority(folder, kind)
        _make_leaf(folder, kind, role, names, authorities[role])
    _openssl(*GROUP_ARGUMENTS, "-out", os.path.join(target_folder, "dh-params.pem"))
    for folder, peer in ((source_folder, "server"), (target_folder, "client")):
        with open(authorities[peer][1], "rb") as certificate, open(os.path.join(folder, "ca-cert.pem"), "wb") as file:
            file.write(certificate.read())
