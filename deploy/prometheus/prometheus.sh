#!/usr/bin/env bash
# A real Prometheus and its promtool for tests, from Debian's package, without installing it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$here/target
package=prometheus
# shellcheck source=../debian_package.sh
source "$here/../debian_package.sh"

usage() {
  cat <<'TEXT'
usage: prometheus.sh fetch
       prometheus.sh where prometheus|promtool

fetch  unpacks Debian's package prometheus into target/, unless the programs are on the PATH or
       there already
where  prints the path of a program; exit code 1 and a line on standard error where there is none
TEXT
}

case ${1:-} in
  fetch) fetch prometheus promtool ;;
  where) [[ $# -eq 2 ]] || { usage >&2; exit 2; }; where "$2" ;;
  *) usage >&2; exit 2 ;;
esac
