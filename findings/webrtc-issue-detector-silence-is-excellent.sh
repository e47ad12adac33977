#!/usr/bin/env bash
# webrtc-issue-detector says of a softphone's call that loses nine of ten packets that its MOS is 5,
# the best there is, and of one that loses all of them that it loses none.
#
# Package:  webrtc-issue-detector 1.17.3 (npm)
# Expected: The worse the network, the lower the mean opinion score; a call that nobody hears has 1,
#           as the E-model has it wherever R is below zero.
# Seen:     Down to a loss of 30 % the score falls, to 1.2. Then it rises again, by 50 % to 2.8, and
#           from 60 % on it is 5: R is below zero, the polynomial from R to MOS is used there too,
#           where it grows with each packet lost, and what comes out is cut at 5. A round trip of
#           2 s does the same. Where no packet at all arrives, the loss is 0 % and the score 4.4.
# Matters:  A wall of call quality is greenest where agents and callers do not hear each other, the
#           mean of a team rises with its broken headsets, and no alert below 3.5 fires.
# Source:   NetworkScoresCalculator.calculateMOS; ITU-T G.107, annex B (R to MOS)
set -euo pipefail

command -v npm >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts webrtc-issue-detector@1.17.3 \
  >npm.log 2>&1 || exit 2

cat >mos.cjs <<'JS'
const { NetworkScoresCalculator } = require('webrtc-issue-detector');

/** What a browser says: packets that came, packets that are missing, the round trip in seconds. */
function report(came, missing, roundTrip) {
  return {
    connection: {
      id: 'call', packetsReceived: came, packetsSent: came, currentRoundTripTime: roundTrip,
    },
    audio: { inbound: [{ ssrc: 1, jitter: 0.005, packetsLost: missing }] },
    video: { inbound: [] },
    remote: { audio: { inbound: [] }, video: { inbound: [] } },
  };
}

/** The score of five seconds of 250 packets after a good beginning. */
function score(lost, roundTrip = 0.05) {
  const scores = new NetworkScoresCalculator();
  scores.calculate(report(1000, 0, roundTrip));
  return scores.calculate(report(1250 - lost, lost, roundTrip)).inbound.toFixed(2);
}

/** MOS by G.107 of the package's own R: 93.2, less a 40th of the delay and 2.5 a percent lost. */
function byTheModel(lost) {
  const r = 93.2 - (50 + 2 * 5 + 10) / 40 - 2.5 * (lost / 2.5);
  if (r < 0) return '1.00';
  return Math.max(1, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r)).toFixed(2);
}

for (const percent of [0, 10, 30, 50, 60, 90, 100]) {
  const lost = percent * 2.5;
  console.log(`${percent} % lost: expected ${byTheModel(lost)}, seen ${score(lost)}`);
}
console.log(`round trip of 2 s: expected 1.00, seen ${score(0, 2)}`);
JS
node mos.cjs >seen.txt || { cat seen.txt; exit 1; }

echo "webrtc-issue-detector 1.17.3"
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
0 % lost: expected 4.37, seen 4.37
10 % lost: expected 3.43, seen 3.43
30 % lost: expected 1.16, seen 1.16
50 % lost: expected 1.00, seen 2.76
60 % lost: expected 1.00, seen 5.00
90 % lost: expected 1.00, seen 5.00
100 % lost: expected 1.00, seen 4.37
round trip of 2 s: expected 1.00, seen 5.00
TEXT
