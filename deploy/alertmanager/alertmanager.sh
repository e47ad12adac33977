#!/usr/bin/env bash
# A real Alertmanager and its amtool for tests, from Debian's package, without installing it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$here/target
package=prometheus-alertmanager
templates=/usr/share/prometheus

usage() {
  cat <<'TEXT'
usage: alertmanager.sh fetch
       alertmanager.sh where alertmanager|amtool
       alertmanager.sh run OPTION...

fetch  unpacks Debian's package prometheus-alertmanager into target/, unless the programs are on the
       PATH or there already
where  prints the path of a program; exit code 1 and a line on standard error where there is none
run    becomes Alertmanager until SIGTERM
TEXT
}

fail() {
  printf 'alertmanager.sh: %s\n' "$*" >&2
  exit 1
}

# Debian calls the server prometheus-alertmanager, its authors call it alertmanager.
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

fetch() {
  local fresh
  if find_program alertmanager >/dev/null && find_program amtool >/dev/null; then return; fi
  command -v apt-get >/dev/null || fail "needs Debian's apt-get, or alertmanager and amtool on the PATH"
  mkdir -p "$target"
  fresh=$(mktemp -d "$target/fetched.XXXXXX")
  # shellcheck disable=SC2064  # the folder's name is wanted now
  trap "rm -rf '$fresh'" EXIT
  (cd "$fresh" && apt-get -qq download "$package" >&2)
  dpkg-deb --extract "$fresh/$package"_*.deb "$target"
}

# Debian's program reads its templates from /usr/share alone. Where it is only unpacked it gets a view
# of the file system in which they lie there.
run() {
  local program view=(unshare --mount)
  program=$(find_program alertmanager) || fail "no alertmanager: alertmanager.sh fetch"
  if [[ $program != "$target"/* ]]; then exec "$program" "$@"; fi
  if [[ $(id -u) -ne 0 ]]; then view+=(--user --map-root-user); fi
  [[ -d $templates ]] || fail "needs the folder $templates, as Debian's prometheus makes it"
  # shellcheck disable=SC2016  # the inner shell puts them in
  exec "${view[@]}" bash -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' \
    run "$target$templates" "$templates" "$program" "$@"
}

case ${1:-} in
  run) shift; run "$@" ;;
  fetch) fetch ;;
  where) [[ $# -eq 2 ]] || { usage >&2; exit 2; }; find_program "$2" || fail "no $2: alertmanager.sh fetch" ;;
  *) usage >&2; exit 2 ;;
esac
