#!/usr/bin/env bash
# Installs what tools/packages.txt lists. Idempotent: prints nothing and asks no archive when all of it is there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
backports_source=/etc/apt/sources.list.d/hanse-backports.sources

packages_of() { # suite -> the packages listed below its heading
  awk -v suite="[$1]" '/^#/ || !NF {next} /^\[/ {inside = ($0 == suite); next} inside' "$here/packages.txt"
}

missing_of() { # suite -> those of its packages that are not installed (from backports: not at a backports version)
  local package version
  for package in $(packages_of "$1"); do
    version=$(dpkg-query -W -f='${db:Status-Status} ${Version}' "$package" 2>/dev/null || true)
    case "$1:$version" in
      bookworm:installed*) ;;
      bookworm-backports:installed*bpo12*) ;;
      *) echo "$package" ;;
    esac
  done
}

# The backports suite lives in the same archive as the machine's own Debian source: take the address from there.
debian_uri() {
  local uri
  uri=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(CREATED_BY)' 2>/dev/null |
    awk '$2 == "bookworm" && $3 == "Packages" {print $1; exit}')
  [ -n "$uri" ] || { echo "setup: no Debian bookworm source is configured in /etc/apt; add one and run again" >&2; exit 1; }
  echo "$uri"
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

export DEBIAN_FRONTEND=noninteractive
base=$(missing_of bookworm)
backports=$(missing_of bookworm-backports)
[ -n "$base$backports" ] || exit 0

echo "setup: installing $(echo $base $backports | wc -w) Debian packages"
if [ -n "$backports" ] && ! grep -rqs bookworm-backports /etc/apt/sources.list /etc/apt/sources.list.d; then
  printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
    "$(debian_uri)" | as_root tee "$backports_source" >/dev/null
fi
as_root apt-get update -q >/dev/null
[ -z "$base" ] || as_root apt-get install -qy --no-install-recommends $base >/dev/null
[ -z "$backports" ] || as_root apt-get install -qy --no-install-recommends -t bookworm-backports $backports >/dev/null
