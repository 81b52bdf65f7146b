"""A small file system for the disks of each zone's host, so that it can be full without the machine being so.

It is mounted over the folder `instances` of the host's data folder while there is no machine yet.
"""
import contextlib
import os
import subprocess

VOLUME_MIB = 96
FILLER = "filler"


def _run(*command):
    done = subprocess.run(command, text=True, capture_output=True)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


def mounted_under(folder):
    with open("/proc/self/mounts") as file:
        return [line.split()[1] for line in file if line.split()[1].startswith(folder + "/")]


def unmount_under(folder):
    for path in mounted_under(folder):
        _run("umount", path)


class HostVolumes:
    def __init__(self, running):
        self.paths = {}  # zone: where its host keeps machines
        for zone in running.zones:
            path = f"{running.state}/{zone}/{running.host_of(zone)}/host/instances"
            self._mount(f"{running.state}/{zone}/volume", path)
            self.paths[zone] = path

    @staticmethod
    def _mount(image, path):
        os.makedirs(path, exist_ok=True)
        before = os.stat(path)
        with open(image, "wb") as file:
            file.truncate(VOLUME_MIB << 20)
        _run("mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", image)
        _run("mount", "-o", "loop", image, path)
        os.rmdir(f"{path}/lost+found")
        os.chown(path, before.st_uid, before.st_gid)
        os.chmod(path, before.st_mode & 0o7777)

    def fill(self, zone):
        """Nothing fits any more, not even a small file."""
        descriptor = os.open(f"{self.paths[zone]}/{FILLER}", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            size, step = 0, VOLUME_MIB << 20
            while step >= 1024:
                try:
                    os.posix_fallocate(descriptor, size, step)
                    size += step
                except OSError:
                    step //= 2
        finally:
            os.close(descriptor)

    def free(self, zone):
        with contextlib.suppress(FileNotFoundError):
            os.remove(f"{self.paths[zone]}/{FILLER}")
