#!/usr/bin/env bash
# sdp-transform reads neither kind nor port nor payload types of a media line that says how many
# ports it has, and writes "m=undefined NaN undefined" for it.
#
# Package:  sdp-transform 3.0.0, sdp 3.2.2 (npm)
# Expected: m=audio 40314/2 RTP/AVP 0 101, the form with RTP and RTCP ports counted together that
#           RFC 8866 has and some office switches send, is an audio stream on port 40314, with or
#           without a field for the 2.
# Seen:     The medium is there with its attributes, but without type, port, protocol and payloads.
#           Nothing is raised and nothing is in the list of invalid lines. The package sdp, of the
#           same use, reads audio and 40314.
# Matters:  A bridge or recorder that passes such an offer on tears the call down, and one that
#           picks the medium with type "audio" finds none: the calls of one make of telephone are
#           without sound or recording.
# Source:   RFC 8866, 5.14; the package's port to C++ has it since 1.2.2 (ibc/libsdptransform issue
#           10)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . sdp-transform@3.0.0 sdp@3.2.2 || exit 2

cat >ports.js <<'JS'
const transform = require('sdp-transform');
const sdp = require('sdp');

const offer = (ports) => [
  'v=0', 'o=- 892031 1 IN IP4 192.0.2.13', 's=-', 'c=IN IP4 192.0.2.13', 't=0 0',
  `m=audio 40314${ports} RTP/AVP 0 101`, 'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000', 'a=sendrecv', '',
].join('\r\n');

const read = (ports) => transform.parse(offer(ports)).media[0];
const plain = read('');
const counted = read('/2');
const written = transform.write(transform.parse(offer('/2'))).split('\r\n')
  .find((line) => line.startsWith('m='));
const other = sdp.parseMLine(sdp.getMediaSections(offer('/2'))[0]);
console.log('sdp-transform 3.0.0 - sdp 3.2.2');
console.log('expected: audio on port 40314, with and without /2');
console.log('seen, without:', plain.type, plain.port, plain.payloads);
console.log('seen, with:', counted.type, counted.port, counted.payloads, '- written', written);
console.log('seen, with, by sdp:', other.kind, other.port, other.fmt);
const lost = counted.type === undefined && counted.port === undefined && !counted.invalid;
process.exit(plain.port === 40314 && lost && counted.rtp.length === 2 &&
  written.startsWith('m=undefined NaN undefined') && other.port === 40314 ? 0 : 1);
JS
node ports.js
