#!/usr/bin/env bash
# A real Alertmanager and its amtool for tests, from Debian's package, without installing it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$here/target
package=prometheus-alertmanager
templates=/usr/share/prometheus
# shellcheck source=../debian_package.sh
source "$here/../debian_package.sh"

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

# Debian's program reads its templates from /usr/share alone. Where it is only unpacked it gets a view
# of the file system in which they lie there.
run() {
  local program view=(unshare --mount)
  program=$(where alertmanager)
  if [[ $program != "$target"/* ]]; then exec "$program" "$@"; fi
  if [[ $(id -u) -ne 0 ]]; then view+=(--user --map-root-user); fi
  [[ -d $templates ]] || fail "needs the folder $templates, as Debian's prometheus makes it"
  # shellcheck disable=SC2016  # the inner shell puts them in
  exec "${view[@]}" bash -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' \
    run "$target$templates" "$templates" "$program" "$@"
}

case ${1:-} in
  run) shift; run "$@" ;;
  fetch) fetch alertmanager amtool ;;
  where) [[ $# -eq 2 ]] || { usage >&2; exit 2; }; where "$2" ;;
  *) usage >&2; exit 2 ;;
esac
