#!/bin/bash
# build_guest.sh OUTPUT_DIR [--cache DIR] [--architecture x86_64|aarch64]
#
# Builds the witness guest from Debian packages alone: OUTPUT_DIR/vmlinux (Debian's cloud kernel, unpacked, bootable by QEMU
# directly), initramfs.cpio.zst (busybox, the virtio modules, the witness) and witness.qcow2 (an empty ext4 disk labelled
# "witness", the same for all architectures). Packages are kept in the cache (default ~/.cache/hanse/guest). Does nothing if all
# is up to date.
set -euo pipefail

readonly here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
readonly disk_mib=256
# In this order; what they need is loaded before them, what the kernel holds itself is skipped.
readonly modules="virtio_pci virtio_blk virtio_net virtio_console virtio_rng isofs button evdev ext4 crc32c_generic"

fail() { echo "build_guest: $*" >&2; exit 1; }

read_arguments() {
  output=
  architecture=x86_64
  cache="${XDG_CACHE_HOME:-$HOME/.cache}/hanse/guest"
  while [ $# -gt 0 ]; do
    case "$1" in
      --cache) [ $# -ge 2 ] || fail "--cache needs a folder"; cache="$2"; shift 2 ;;
      --architecture) [ $# -ge 2 ] || fail "--architecture needs a name"; architecture="$2"; shift 2 ;;
      -*) fail "unknown option $1, use build_guest.sh OUTPUT_DIR [--cache DIR] [--architecture x86_64|aarch64]" ;;
      *) [ -z "$output" ] || fail "one output folder only, got $output and $1"; output="$1"; shift ;;
    esac
  done
  [ -n "$output" ] || fail "no output folder, use build_guest.sh OUTPUT_DIR [--cache DIR]"
  case "$architecture" in
    x86_64) debian=amd64 compiler=clang++-19 ;;
    aarch64) debian=arm64 compiler=aarch64-linux-gnu-g++ ;;
    *) fail "the architecture is x86_64 or aarch64, not $architecture" ;;
  esac
  mkdir -p "$output" "$cache"
  output="$(cd "$output" && pwd)"
  cache="$(cd "$cache" && pwd)"
}

check_tools() {
  local tool
  for tool in "$compiler" readelf cpio zstd xz mkfs.ext4 qemu-img depmod modprobe dpkg python3; do
    PATH="$PATH:/sbin:/usr/sbin" command -v "$tool" >/dev/null || fail "$tool is missing, install tools/packages.txt"
  done
}

file_is_static() { ! readelf -lW "$1" | grep -q INTERP; }

newest() { find "$cache" -maxdepth 1 -name "$1" | sort -V | tail -n 1; }

# apt as the machine has it; for another architecture with lists of its own, so that the machine's stay as they are.
set_up_apt() {
  [ "$debian" = "$(dpkg --print-architecture)" ] && return
  local own="$cache/apt-$debian"
  mkdir -p "$own"/lists/partial "$own"/archives/partial
  touch "$own/status"
  printf '%s\n' "APT::Architecture \"$debian\";" "APT::Architectures { \"$debian\"; };" "Dir::State \"$own\";" \
    "Dir::State::status \"$own/status\";" "Dir::State::Lists \"$own/lists\";" "Dir::Cache \"$own\";" >"$own/apt.conf"
  export APT_CONFIG="$own/apt.conf"
  apt-get update -q >&2 || fail "apt cannot get the lists of $debian"
}

# fetch PACKAGE: into the cache. Downloaded beside and moved, so that a broken download never looks like a package.
fetch() {
  local part
  part="$(mktemp -d "$cache/part.XXXXXX")"
  (cd "$part" && apt-get download -q -o APT::Sandbox::User=root "$1" >&2) || fail "cannot download $1, run apt-get update"
  mv "$part"/*.deb "$cache/"
  rmdir "$part"
}

# Sets kernel_deb and busybox_deb; asks the archive only when the cache has none.
fetch_packages() {
  local kernels="linux-image-*-cloud-${debian}_*.deb" busyboxes="busybox-static_*_$debian.deb"
  kernel_deb="$(newest "$kernels")"
  busybox_deb="$(newest "$busyboxes")"
  [ -n "$kernel_deb" ] && [ -n "$busybox_deb" ] && return
  set_up_apt
  if [ -z "$kernel_deb" ]; then
    local name
    name="$(apt-cache depends "linux-image-cloud-$debian" | awk '$1 == "Depends:" && $2 ~ /^linux-image-/ {print $2; exit}')"
    [ -n "$name" ] || fail "apt does not know linux-image-cloud-$debian, run apt-get update"
    fetch "$name"
  fi
  [ -n "$busybox_deb" ] || fetch busybox-static
  kernel_deb="$(newest "$kernels")"
  busybox_deb="$(newest "$busyboxes")"
}

inputs_digest() {
  (cd "$here" && sha256sum build_guest.sh extract_vmlinux.py init udhcpc.script witness/*
    basename "$kernel_deb" "" && basename "$busybox_deb" "") |
    sha256sum | cut -d ' ' -f 1
}

up_to_date() {
  local file
  for file in vmlinux initramfs.cpio.zst witness.qcow2; do [ -s "$output/$file" ] || return 1; done
  [ "$(cat "$output/inputs.sha256" 2>/dev/null)" = "$1" ]
}

# Copies the wanted modules in loading order as modules/NN-name.ko.
copy_modules() {
  local tree="$1" target="$2" version number=10 path module
  version="$(ls "$tree/lib/modules")"
  PATH="$PATH:/sbin" depmod -b "$tree" "$version"
  for module in $modules; do
    PATH="$PATH:/sbin" modprobe -d "$tree" -S "$version" --show-depends "$module" || fail "the kernel has no $module"
  done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' | while read -r path; do
    cp "$path" "$target/$number-$(basename "$path")"
    number=$((number + 1))
  done
}

build_initramfs() {
  local root="$work/root"
  mkdir -p "$root"/{bin,dev,etc,modules,proc,sys}
  dpkg -x "$busybox_deb" "$work/busybox"
  cp "$work/busybox/bin/busybox" "$root/bin/busybox"
  file_is_static "$root/bin/busybox" || fail "the busybox of $busybox_deb is not static"
  local applet
  for applet in sh mount umount insmod dd tr sed head hostname ip udhcpc sync poweroff mkdir echo; do
    ln -s busybox "$root/bin/$applet"
  done
  "$compiler" -std=c++20 -Wall -Wextra -Werror -static -Os -ffunction-sections -fdata-sections -Wl,--gc-sections -s \
    "$here"/witness/*.cpp -o "$root/bin/witness"
  copy_modules "$work/kernel" "$root/modules"
  install -m 755 "$here/init" "$root/init"
  install -m 755 "$here/udhcpc.script" "$root/etc/udhcpc.script"
  (cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 --reproducible) |
    zstd -q -10 -o "$work/initramfs.cpio.zst"
}

build_disk() {
  truncate -s "${disk_mib}M" "$work/witness.raw"
  PATH="$PATH:/sbin" mkfs.ext4 -q -L witness -m 0 -E lazy_itable_init=0,lazy_journal_init=0 "$work/witness.raw"
  qemu-img convert -f raw -O qcow2 -o cluster_size=65536 "$work/witness.raw" "$work/witness.qcow2"
}

main() {
  read_arguments "$@"
  check_tools
  fetch_packages
  local digest
  digest="$(inputs_digest)"
  if up_to_date "$digest"; then
    echo "build_guest: $output is up to date"
    return
  fi
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  dpkg -x "$kernel_deb" "$work/kernel"
  if [ "$architecture" = x86_64 ]; then
    python3 "$here/extract_vmlinux.py" "$work"/kernel/boot/vmlinuz-* "$work/vmlinux"
  else
    cp "$work"/kernel/boot/vmlinuz-* "$work/vmlinux"  # there it is not packed
  fi
  build_initramfs
  build_disk
  rm -f "$output/inputs.sha256"
  mv "$work"/{vmlinux,initramfs.cpio.zst,witness.qcow2} "$output/"
  chmod 644 "$output"/{vmlinux,initramfs.cpio.zst,witness.qcow2}
  echo "$digest" > "$output/inputs.sha256"
  echo "build_guest: built $output from $(basename "$kernel_deb")"
}

main "$@"
