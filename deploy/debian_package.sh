# Functions for scripts that use programs of a Debian package, from the PATH or unpacked in the folder
# $target. Sourced by the scripts beside the programs' examples; they set $target and $package.
# shellcheck shell=bash

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Debian calls some programs prometheus-NAME which their authors call NAME.
find_program() {
  local name
  for name in "prometheus-$1" "$1"; do
    if command -v "$name"; then return; fi
    if [[ -x $target/usr/bin/$name ]]; then
      printf '%s\n' "$target/usr/bin/$name"
      return
    fi
  done
  return 1
}

where() {
  find_program "$1" || fail "no $1: $(basename "$0") fetch"
}

# Unpacks the package, unless all these programs are there.
fetch() {
  local fresh one there=yes
  for one in "$@"; do
    find_program "$one" >/dev/null || there=no
  done
  if [[ $there == yes ]]; then return; fi
  command -v apt-get >/dev/null || fail "needs Debian's apt-get, or on the PATH: $*"
  mkdir -p "$target"
  fresh=$(mktemp -d "$target/fetched.XXXXXX")
  # shellcheck disable=SC2064  # the folder's name is wanted now
  trap "rm -rf '$fresh'" EXIT
  (cd "$fresh" && apt-get -qq download "$package" >&2)
  dpkg-deb --extract "$fresh/$package"_*.deb "$target"
}
