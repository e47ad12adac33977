#!/usr/bin/env bash
# Told to dial +86-21-6234-5678;ext=801, SIP.js and JsSIP send a number that ends in "%3Bext%3D801",
# which is another user, with no extension.
#
# Package:  sip.js 0.21.2, jssip 3.13.8 (npm)
# Expected: A SIP URI comes out as it went in. A telephone number's own parameters (RFC 3966: ext,
#           isub, phone-context) stand in its user part, where RFC 3261 allows ";" and "=" as they
#           are (user-unreserved); 19.1.6 shows ";isub=1411" and ";postd=pp22" there.
# Seen:     Both escape them. The two are reserved characters, so by 19.1.4 what is escaped is not
#           the same URI: the number has no ext and no phone-context any more, but a longer user.
#           "+", "?" and "/", of the same set, they leave.
# Matters:  A callback to an extension reaches the switchboard or nobody, and a local number with a
#           phone-context is dialled without its area: a failed attempt in the agent's statistics.
# Source:   sip.js lib/grammar/uri.js (escapeUser), jssip lib/Utils.js (escapeUser)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --ignore-scripts sip.js@0.21.2 jssip@3.13.8 \
  >npm.log 2>&1 || exit 2

cat >dial.cjs <<'JS'
const JsSIP = require('jssip');
const { UserAgent } = require('sip.js');

for (const uri of [
  'sip:+86-21-6234-5678;ext=801@gw.example.com;user=phone',
  'sip:62345678;phone-context=+8621@gw.example.com;user=phone',
  'sip:+358-555-1234567;isub=1411@foo.com;user=phone',
]) {
  console.log(`expected: ${uri}`);
  console.log(`sip.js:   ${UserAgent.makeURI(uri)}`);
  console.log(`jssip:    ${JsSIP.URI.parse(uri)}`);
}
JS
node dial.cjs >seen.txt || { cat seen.txt; exit 1; }

echo "sip.js 0.21.2, jssip 3.13.8"
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
expected: sip:+86-21-6234-5678;ext=801@gw.example.com;user=phone
sip.js:   sip:+86-21-6234-5678%3Bext%3D801@gw.example.com;user=phone
jssip:    sip:+86-21-6234-5678%3Bext%3D801@gw.example.com;user=phone
expected: sip:62345678;phone-context=+8621@gw.example.com;user=phone
sip.js:   sip:62345678%3Bphone-context%3D+8621@gw.example.com;user=phone
jssip:    sip:62345678%3Bphone-context%3D+8621@gw.example.com;user=phone
expected: sip:+358-555-1234567;isub=1411@foo.com;user=phone
sip.js:   sip:+358-555-1234567%3Bisub%3D1411@foo.com;user=phone
jssip:    sip:+358-555-1234567%3Bisub%3D1411@foo.com;user=phone
TEXT
