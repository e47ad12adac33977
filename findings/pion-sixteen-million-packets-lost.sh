#!/usr/bin/env bash
# A caller's phone that had one packet of a call twice reports -1 lost, as RFC 3550 has it, and Pion
# says of that call that 16,777,215 packets are lost and none has arrived.
#
# Package:  github.com/pion/rtcp 1.2.20, github.com/pion/interceptor 0.1.51 (Go modules)
# Expected: "the loss may be negative if there are duplicates" (RFC 3550 6.4.1), and 24 bits hold
#           a signed number (A.3); W3C's packetsLost is signed for that reason. So -1 of 1,000.
# Seen:     ReceptionReport.TotalLost is unsigned, and ff ff ff is 16,777,215 in it. The statistics
#           take it over: 16,777,215 lost, and of 1,000 packets that were sent and heard 0 received,
#           while fractionLost in the same report is 0.
# Matters:  Duplicates come with every link that is doubled for safety. The best calls of the day
#           are the worst on the quality wall, and one of them fills the day's share of loss.
# Source:   rtcp reception_report.go (Unmarshal), interceptor pkg/stats/stats_recorder.go; of other
#           software the same is told in pjsip/pjproject 5137 and sipcapture/homer issue 183
set -euo pipefail

command -v go >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >go.mod <<'MOD'
module findings

go 1.24

require (
	github.com/pion/interceptor v0.1.51
	github.com/pion/rtcp v1.2.20
)
MOD
cat >main.go <<'GO'
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/stats"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

const (
	ssrc    = 17
	packets = 1000
)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// report is a receiver report (RFC 3550 6.4.2) with one block that says so many packets are lost.
func report(lost int32) []byte {
	var words []byte
	word := func(value uint32) { words = binary.BigEndian.AppendUint32(words, value) }
	word(2<<30 | 1<<24 | 201<<16 | 7) // version 2, one block, RR, eight words long
	word(99)                          // who reports
	word(ssrc)                        // about whom
	word(uint32(lost) & 0xffffff)     // fraction lost 0, cumulative number lost in 24 bits
	word(packets - 1)                 // highest sequence number received
	word(0)                           // jitter
	word(0)                           // last sender report
	word(0)                           // delay since it
	return words
}

func main() {
	var statistics stats.Getter
	factory, err := stats.NewInterceptor()
	check(err)
	factory.OnNewPeerConnection(func(_ string, getter stats.Getter) { statistics = getter })
	call, err := factory.NewInterceptor("call")
	check(err)
	sender := call.BindLocalStream(&interceptor.StreamInfo{SSRC: ssrc, ClockRate: 8000},
		interceptor.RTPWriterFunc(func(*rtp.Header, []byte, interceptor.Attributes) (int, error) {
			return 0, nil
		}))
	time.Sleep(100 * time.Millisecond) // its recorder starts beside
	for number := range uint16(packets) {
		header := rtp.Header{Version: 2, SSRC: ssrc, SequenceNumber: number}
		_, err = sender.Write(&header, make([]byte, 160), interceptor.Attributes{})
		check(err)
	}
	for _, lost := range []int32{3, 0, -1, -20} {
		received := report(lost)
		parsed, err := rtcp.Unmarshal(received)
		check(err)
		block := parsed[0].(*rtcp.ReceiverReport).Reports[0]
		reader := call.BindRTCPReader(interceptor.RTCPReaderFunc(
			func(into []byte, attributes interceptor.Attributes) (
				int, interceptor.Attributes, error) {
				return copy(into, received), attributes, nil
			}))
		_, _, err = reader.Read(make([]byte, 1500), interceptor.Attributes{})
		check(err)
		told := statistics.Get(ssrc).RemoteInboundRTPStreamStats
		fmt.Printf("expected %d lost, %d received: rtcp %d lost, statistics %d lost, %d received\n",
			lost, packets-lost, block.TotalLost, told.PacketsLost, told.PacketsReceived)
	}
	check(call.Close())
}
GO
GOFLAGS=-mod=mod go mod tidy >go.log 2>&1 && go build -o lost . >>go.log 2>&1 || exit 2
./lost >seen.txt || { cat seen.txt; exit 1; }

echo "github.com/pion/rtcp 1.2.20, github.com/pion/interceptor 0.1.51"
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
expected 3 lost, 997 received: rtcp 3 lost, statistics 3 lost, 997 received
expected 0 lost, 1000 received: rtcp 0 lost, statistics 0 lost, 1000 received
expected -1 lost, 1001 received: rtcp 16777215 lost, statistics 16777215 lost, 0 received
expected -20 lost, 1020 received: rtcp 16777196 lost, statistics 16777196 lost, 0 received
TEXT
