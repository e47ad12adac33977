#!/usr/bin/env bash
# A caller's phone that reports speech at -19 dBm and noise at -67 dBm: Pion reads 237 and 189.
#
# Package:  github.com/pion/rtcp 1.2.20 (Go module)
# Expected: VoIPMetricsReportBlock is the block of RFC 3611 4.7, whose signal level and noise level
#           are "expressed in decibels as a signed integer in two's complement form", so int8; 127
#           is "not available". The other fields of one byte are not negative.
# Seen:     All are uint8. The levels come as 237 and 189, and in String(); delay, R factor and MOS
#           are right. The noise is told as louder than the quietest speech, 128, and "not
#           available", 127, is less than either.
# Matters:  An alert "the caller is hardly heard", below -30, never fires, and a mean over callers
#           with and without a level says nothing. Take int8 of both, and leave 127 out before.
# Source:   extended_report.go (VoIPMetricsReportBlock), RFC 3611 4.7.4
set -euo pipefail

command -v go >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >go.mod <<'MOD'
module findings

go 1.24

require github.com/pion/rtcp v1.2.20
MOD
cat >main.go <<'GO'
package main

import (
	"encoding/binary"
	"fmt"
	"os"

	"github.com/pion/rtcp"
)

// report is an extended report of one VoIP metrics block, as RFC 3611 4.7 lays it out.
func report(signal, noise int8) []byte {
	packet := []byte{0x80, 207, 0, 10} // version 2, extended report, 11 words
	packet = binary.BigEndian.AppendUint32(packet, 17)
	packet = append(packet, 7, 0, 0, 8) // VoIP metrics, eight words follow
	packet = binary.BigEndian.AppendUint32(packet, 23)
	packet = append(packet, 10, 0, 0, 10)                 // loss, discard, burst and gap density
	packet = append(packet, 0, 100, 0, 100, 0, 80, 0, 40) // durations, round trip, end system
	packet = append(packet, byte(signal), byte(noise), 55, 16)
	packet = append(packet, 90, 127, 41, 40) // R, external R, MOS of listening and conversation
	return append(packet, 0x30, 0, 0, 100, 0, 200, 1, 144)
}

func main() {
	for _, levels := range [][2]int8{{-19, -67}, {-35, -67}, {127, 127}} {
		packets, err := rtcp.Unmarshal(report(levels[0], levels[1]))
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		block := packets[0].(*rtcp.ExtendedReport).Reports[0].(*rtcp.VoIPMetricsReportBlock)
		fmt.Printf("signal %d, noise %d: signal %d, noise %d, round trip %d ms, R %d, MOS %.1f\n",
			levels[0], levels[1], block.SignalLevel, block.NoiseLevel, block.RoundTripDelay,
			block.RFactor, float64(block.MOSLQ)/10)
	}
}
GO
GOFLAGS=-mod=mod go mod tidy >go.log 2>&1 && go build -o levels . >>go.log 2>&1 || exit 2
./levels >seen.txt || { cat seen.txt; exit 1; }

echo "github.com/pion/rtcp 1.2.20"
echo "expected: the levels as they were sent"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
signal -19, noise -67: signal 237, noise 189, round trip 80 ms, R 90, MOS 4.1
signal -35, noise -67: signal 221, noise 189, round trip 80 ms, R 90, MOS 4.1
signal 127, noise 127: signal 127, noise 127, round trip 80 ms, R 90, MOS 4.1
TEXT
