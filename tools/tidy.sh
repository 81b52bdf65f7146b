#!/usr/bin/env bash
# clang-tidy on the given source files, or on all that the dev preset compiles. A file is skipped while it, the headers and
# the configuration are as they were when it last passed: the stamps are in build/dev/tidy/. Tests are left out: they look into
# optionals that a REQUIRE has seen. tools/tidy_ratchet.txt names the files that are not clean yet; it may only shrink.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/dev
[ -f "$build/compile_commands.json" ] || { echo "tidy: build first with './dev build'" >&2; exit 1; }
mkdir -p "$build/tidy"

files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(
  git ls-files -co --exclude-standard -- 'src/*.cpp' 'simulator/*.cpp' 'testbed/*.cpp' ':!*witness*' ':!*_test.cpp' |
    grep -vxFf tools/tidy_ratchet.txt)
headers=$(git ls-files -co --exclude-standard -- '*.h' .clang-tidy | xargs cat | sha256sum | cut -d' ' -f1)
export headers build

check() { # file
  grep -qF "/$1\"" "$build/compile_commands.json" || return 0
  local stamp
  stamp="$build/tidy/$( (echo "$1 $headers"; cat "$1") | sha256sum | cut -d' ' -f1)"
  [ -e "$stamp" ] && return 0
  clang-tidy-19 --quiet -p "$build" "$1" 2>/dev/null && touch "$stamp"
}
export -f check
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -I{} bash -c 'check {}'
