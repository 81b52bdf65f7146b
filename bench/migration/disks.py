"""Disk images for both sides of a move, and the -blockdev options that open them as node "disk0".

`full`: one qcow2 file; the target's is empty, of the same size. `overlay`: a qcow2 overlay on a read-only base that both sides have;
the target's overlay is empty.
"""
import json
import os
import shutil
import subprocess

MIRROR_SYNC = {"full": "full", "overlay": "top"}


def _qemu_img(*arguments):
    subprocess.run(["qemu-img", *arguments], check=True, stdout=subprocess.DEVNULL)


def _virtual_size(image):
    output = subprocess.run(["qemu-img", "info", "--output=json", image], check=True, stdout=subprocess.PIPE).stdout
    return str(json.loads(output)["virtual-size"])


def create_empty(image, target):
    """An empty qcow2 file of the size of `image`."""
    _qemu_img("create", "-q", "-f", "qcow2", target, _virtual_size(image))


def prepare(kind, image, source_folder, target_folder):
    """Puts the images in place: the source's holds `image`, the target's is empty."""
    source, target = (os.path.join(folder, "disk.qcow2") for folder in (source_folder, target_folder))
    if kind == "full":
        shutil.copyfile(image, source)
        create_empty(image, target)
        return
    for folder in (source_folder, target_folder):
        base = os.path.join(folder, "base.qcow2")
        shutil.copyfile(image, base)
        _qemu_img("create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", os.path.join(folder, "disk.qcow2"))


def arguments(kind, folder):
    """-blockdev options; the base is named, so that QEMU follows no path written in an image."""
    disk = os.path.join(folder, "disk.qcow2")
    options = ["-blockdev", f"driver=file,node-name=disk0-file,filename={disk}"]
    if kind == "full":
        return options + ["-blockdev", "driver=qcow2,node-name=disk0,file=disk0-file"]
    base = os.path.join(folder, "base.qcow2")
    return options + [
        "-blockdev", f"driver=file,node-name=disk0-base-file,filename={base},read-only=on",
        "-blockdev", "driver=qcow2,node-name=disk0-base,file=disk0-base-file,read-only=on",
        "-blockdev", "driver=qcow2,node-name=disk0,file=disk0-file,backing=disk0-base",
    ]  # fmt: skip
