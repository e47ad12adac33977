#!/usr/bin/env bash
# Of one call Pion has two jitters: its receiver reports say 10 ms, as RFC 3550 does, and its
# statistics, which dashboards read, say 20 ms.
#
# Package:  github.com/pion/interceptor 0.1.51 (Go module)
# Expected: InboundRTPStreamStats.Jitter is W3C's "jitter ... calculated as defined in section 6.4.1
#           of RFC 3550", in seconds, and so the same as in the RTCP report that goes to the caller.
# Seen:     G.711, a packet each 20 ms, every other one 10 ms late: 9.9 ms in the report and by the
#           RFC's formula, 20.0 ms in the statistics. RFC 3550 smooths how far the distance of two
#           packets is off; the statistics smooth by how much that differs from packet to packet.
#           Of a sender whose clock is slow they see no jitter at all.
# Matters:  An alert at 15 ms of jitter fires for a line with 10, and whoever compares a dashboard
#           with the reports that the other side counts looks in vain for the other half.
# Source:   pkg/stats/stats_recorder.go (recordIncomingRTP: inboundLastTransit), RFC 3550 A.8
set -euo pipefail

command -v go >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >go.mod <<'MOD'
module findings

go 1.24

require github.com/pion/interceptor v0.1.51
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"math"
	"os"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/stats"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

const (
	ssrc    = 17
	clock   = 8000
	packets = 1000
)

var nine = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// byTheFormula is the jitter of RFC 3550 A.8, in seconds.
func byTheFormula(arrivals []time.Time) float64 {
	jitter := 0.0
	for i := 1; i < len(arrivals); i++ {
		off := math.Abs(arrivals[i].Sub(arrivals[i-1]).Seconds() - 0.020)
		jitter += (off - jitter) / 16
	}
	return jitter
}

// seen is the jitter of the statistics and of the last receiver report, both in seconds.
func seen(arrivals []time.Time) (float64, float64) {
	now := nine
	clockOf := func() time.Time { return now }
	var statistics stats.Getter
	counting, err := stats.NewInterceptor(stats.SetNowFunc(clockOf))
	check(err)
	counting.OnNewPeerConnection(func(_ string, getter stats.Getter) { statistics = getter })
	counted, err := counting.NewInterceptor("call")
	check(err)
	reporting, err := report.NewReceiverInterceptor(
		report.ReceiverNow(clockOf), report.ReceiverInterval(20*time.Millisecond))
	check(err)
	reported, err := reporting.NewInterceptor("call")
	check(err)

	var packet []byte
	source := interceptor.RTPReaderFunc(func(into []byte, attributes interceptor.Attributes) (
		int, interceptor.Attributes, error) {
		return copy(into, packet), attributes, nil
	})
	info := &interceptor.StreamInfo{SSRC: ssrc, ClockRate: clock}
	reader := counted.BindRemoteStream(info, reported.BindRemoteStream(info, source))
	for i, arrival := range arrivals {
		now = arrival
		header := rtp.Header{Version: 2, SSRC: ssrc, SequenceNumber: uint16(100 + i),
			Timestamp: uint32(5000 + 160*i)}
		packet, err = (&rtp.Packet{Header: header, Payload: make([]byte, 160)}).Marshal()
		check(err)
		_, _, err = reader.Read(make([]byte, 1500), interceptor.Attributes{})
		check(err)
	}

	told := make(chan uint32, 1)
	reported.BindRTCPWriter(interceptor.RTCPWriterFunc(
		func(sent []rtcp.Packet, _ interceptor.Attributes) (int, error) {
			for _, one := range sent {
				if received, ok := one.(*rtcp.ReceiverReport); ok && len(received.Reports) > 0 {
					select {
					case told <- received.Reports[0].Jitter:
					default:
					}
				}
			}
			return 0, nil
		}))
	inReport := float64(<-told) / clock
	check(reported.Close())
	return statistics.Get(ssrc).InboundRTPStreamStats.Jitter, inReport
}

func main() {
	var late, slow []time.Time
	for i := range packets {
		due := nine.Add(time.Duration(i) * 20 * time.Millisecond)
		late = append(late, due.Add(time.Duration(i%2)*10*time.Millisecond))
		slow = append(slow, due.Add(time.Duration(i)*time.Millisecond))
	}
	for i, arrivals := range [][]time.Time{late, slow} {
		name := []string{"every other packet 10 ms late", "a clock 5 % slow"}[i]
		statistics, inReport := seen(arrivals)
		fmt.Printf("%s: RFC 3550 %.0f ms, report %.0f ms, statistics %.0f ms\n",
			name, byTheFormula(arrivals)*1000, inReport*1000, statistics*1000)
	}
}
GO
GOFLAGS=-mod=mod go mod tidy >go.log 2>&1 && go build -o jitter . >>go.log 2>&1 || exit 2
./jitter >seen.txt || { cat seen.txt; exit 1; }

echo "github.com/pion/interceptor 0.1.51"
echo "expected: the statistics say what RFC 3550 and the report say"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
every other packet 10 ms late: RFC 3550 10 ms, report 10 ms, statistics 20 ms
a clock 5 % slow: RFC 3550 1 ms, report 1 ms, statistics 0 ms
TEXT
