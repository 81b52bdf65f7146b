#!/usr/bin/env python3
"""extract_vmlinux.py VMLINUZ VMLINUX: unpacks the kernel inside a Linux x86 boot image.

Where the packed kernel lies is read from the boot image's own header (Linux boot protocol 2.08 and later), so nothing is
searched for. xz, zstd, lz4 and gzip are recognised; their command line tools must be installed. QEMU boots the result
directly (PVH), without the unpacking that is slow under emulation.
"""
import struct
import subprocess
import sys

SETUP_SECTORS_AT = 0x1F1
HEADER_MAGIC_AT = 0x202
PROTOCOL_VERSION_AT = 0x206
PAYLOAD_AT = 0x248
OLDEST_PROTOCOL = 0x0208
SECTOR_BYTES = 512
ELF_MAGIC = b"\x7fELF"

# magic, command, bytes behind the stream that hold the unpacked size and that the tool would refuse
PACKINGS = (
    (b"\xfd7zXZ\x00", ["xz", "-dc", "--single-stream"], 4),
    (b"\x28\xb5\x2f\xfd", ["zstd", "-dcq"], 4),
    (b"\x02\x21\x4c\x18", ["lz4", "-dc"], 4),
    (b"\x1f\x8b", ["gzip", "-dc"], 0),
)


def payload_of(image):
    """The packed kernel, as the header describes it."""
    if image[HEADER_MAGIC_AT : HEADER_MAGIC_AT + 4] != b"HdrS":
        raise ValueError("not a Linux x86 boot image: it has no HdrS header")
    (protocol,) = struct.unpack_from("<H", image, PROTOCOL_VERSION_AT)
    if protocol < OLDEST_PROTOCOL:
        raise ValueError(f"boot protocol {protocol:#x} does not say where the kernel lies, 0x208 is needed")
    offset, length = struct.unpack_from("<II", image, PAYLOAD_AT)
    start = ((image[SETUP_SECTORS_AT] or 4) + 1) * SECTOR_BYTES + offset
    if start + length > len(image):
        raise ValueError("the boot image is truncated")
    return image[start : start + length]


def unpack(payload):
    """The ELF kernel in a payload."""
    if payload.startswith(ELF_MAGIC):
        return payload
    for magic, command, trailer in PACKINGS:
        if payload.startswith(magic):
            packed = payload[: len(payload) - trailer]
            kernel = subprocess.run(command, input=packed, stdout=subprocess.PIPE, check=True).stdout
            if not kernel.startswith(ELF_MAGIC):
                raise ValueError(f"{command[0]} gave no ELF file")
            return kernel
    raise ValueError(f"unknown packing, it starts with {payload[:6].hex()}")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, destination = sys.argv[1:]
    try:
        with open(source, "rb") as file:
            kernel = unpack(payload_of(file.read()))
        with open(destination, "wb") as file:
            file.write(kernel)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"extract_vmlinux: {source}: {error}")


if __name__ == "__main__":
    main()
