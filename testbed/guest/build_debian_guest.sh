#!/bin/bash
# build_debian_guest.sh OUTPUT_DIR
#
# Builds an ordinary guest, Debian with cloud-init and ssh, by debootstrap: OUTPUT_DIR/vmlinuz, initrd.img and debian.qcow2.
# Takes some minutes and 2 GiB; needs root and the package archive that apt uses. Does nothing if all is there.
set -euo pipefail

readonly suite=bookworm
readonly disk_mib=2048
# What a cloud image has: a kernel for virtual machines, an init, the network by DHCP, ssh, and cloud-init to set it up.
export packages="linux-image-cloud-amd64 systemd-sysv udev dbus ifupdown isc-dhcp-client iproute2 openssh-server cloud-init"

fail() { echo "build_debian_guest: $*" >&2; exit 1; }

[ $# -eq 1 ] || fail "use build_debian_guest.sh OUTPUT_DIR"
[ "$(id -u)" = 0 ] || fail "debootstrap needs root"
for tool in debootstrap mkfs.ext4 qemu-img; do
  PATH="$PATH:/sbin:/usr/sbin" command -v "$tool" >/dev/null || fail "$tool is missing; install tools/packages.txt"
done
mkdir -p "$1"
output="$(cd "$1" && pwd)"
[ ! -s "$output/debian.qcow2" ] || exit 0

# From where apt installs, so that a mirror or a proxy that is set there is used here as well.
mirror="$(apt-get indextargets --format '$(SITE)' "Created-By: Packages" "Release: $suite" | head -n 1)"
proxy="$(apt-config dump --format '%v' Acquire::http::Proxy)"
[ -z "$proxy" ] || export http_proxy="$proxy"

work="$(mktemp -d "$output/work.XXXXXX")"
trap 'rm -rf --one-file-system "$work"' EXIT
root="$work/root"
debootstrap --variant=minbase "$suite" "$root" "${mirror:-http://deb.debian.org/debian}"

# By apt rather than by debootstrap, which does not resolve all that these depend on. In a mount namespace of its own, so that
# nothing stays mounted, and with no service started.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
# shellcheck disable=SC2016
export root
unshare --mount bash -euc '
  mount -t proc proc "$root/proc"
  mount -t devtmpfs dev "$root/dev" 2>/dev/null || mount --bind /dev "$root/dev"
  export DEBIAN_FRONTEND=noninteractive LC_ALL=C
  chroot "$root" apt-get update -q
  chroot "$root" apt-get install -q -y --no-install-recommends $packages
  chroot "$root" apt-get clean'
rm "$root/usr/sbin/policy-rc.d"

echo debian >"$root/etc/hostname"
echo 'LABEL=root / ext4 defaults 0 1' >"$root/etc/fstab"
# The host gives the seed as a drive; looking for the services of other clouds takes minutes.
echo 'datasource_list: [NoCloud, None]' >"$root/etc/cloud/cloud.cfg.d/90_hanse.cfg"
rm -rf "$root"/var/lib/apt/lists/* "$root"/etc/ssh/ssh_host_*

cp "$root"/boot/vmlinuz-* "$output/vmlinuz"
cp "$root"/boot/initrd.img-* "$output/initrd.img"
mkfs.ext4 -q -L root -d "$root" "$work/disk.raw" "${disk_mib}M"
qemu-img convert -O qcow2 "$work/disk.raw" "$work/debian.qcow2"
mv "$work/debian.qcow2" "$output/debian.qcow2"
