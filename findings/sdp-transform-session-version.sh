#!/usr/bin/env bash
# sdp-transform reads a session version of 64 bits to the last digit and writes it rounded: the
# offer that puts a caller on hold has the version of the offer before it.
#
# Package:  sdp-transform 3.0.0 (npm)
# Expected: write(parse(offer)) leaves the line o= as it was. Session id and version are numbers of
#           any length, by RFC 8866 best NTP timestamps, which have 64 bits; the package reads both
#           as texts.
# Seen:     The id is written as text, the version as a number: 16982331247912943617, ...618 and
#           ...619 are all written as 16982331247912944000.
# Matters:  By RFC 3264 an answerer tells a changed offer by its version, which grows by one. Behind
#           a proxy that only looks at the offer, hold and resume are no change: the caller goes on
#           hearing the agent's room, and times on hold are counted as talk.
# Source:   sdp-transform/lib/grammar.js, the format of the line o=
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . sdp-transform@3.0.0 || exit 2

cat >version.js <<'JS'
const transform = require('sdp-transform');

const ID = '16982331247912943616';
const versions = [1n, 2n, 3n].map((more) => String(BigInt(ID) + more));

function through(version) {
  const offer = ['v=0', `o=- ${ID} ${version} IN IP4 192.0.2.13`, 's=-', 't=0 0', ''].join('\r\n');
  const parsed = transform.parse(offer);
  const [, id, written] = transform.write(parsed).match(/^o=- (\d+) (\d+) /m);
  return { id, read: parsed.origin.sessionVersion, written };
}

const seen = versions.map(through);
console.log('sdp-transform 3.0.0');
console.log('expected: written', ...versions);
console.log('seen: read', ...seen.map((one) => one.read));
console.log('seen: written', ...seen.map((one) => one.written), '- id', seen[0].id);
const read = seen.every((one, place) => one.read === versions[place] && one.id === ID);
const rounded = new Set(seen.map((one) => one.written));
process.exit(read && rounded.size === 1 && !versions.includes([...rounded][0]) ? 0 : 1);
JS
node version.js
