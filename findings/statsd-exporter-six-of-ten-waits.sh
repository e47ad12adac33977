#!/usr/bin/env bash
# Of 1,000 answered calls sampled at 0.6 the StatsD exporter for Prometheus counts 1,000 calls and
# 600 waits; at 0.7 it is 700 waits, at 0.3 900.
#
# Package:  github.com/prometheus/statsd_exporter 0.31.0 (Go module)
# Expected: What comes with |@0.6 stands for 1/0.6 of its kind, a counter and a timer alike: the
#           histogram's count is 1,000 too, as StatsD's own count of a timer is.
# Seen:     The counter is divided by the rate. A timer is observed int(1/rate) times, so once at
#           any rate above a half and three times at 0.3; 0.5, 0.25, 0.2 and 0.1 come out.
# Matters:  Handled seconds a day (the sum) and handled calls (the count) are 40 % too few beside
#           the counter of the same calls: staff planned by them are four short of ten, and seconds
#           by the counter make a mean handle time of 108 s out of 180 s.
# Source:   statsd_exporter pkg/line/line.go (multiplyEvents = int(1 / samplingFactor))
set -euo pipefail

command -v go >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >go.mod <<'MOD'
module findings

go 1.25.0

require github.com/prometheus/statsd_exporter v0.31.0
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/statsd_exporter/pkg/event"
	"github.com/prometheus/statsd_exporter/pkg/line"
)

const calls = 1000

func main() {
	parser := line.NewParser()
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	errors := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "errors"}, []string{"reason"})
	counter := func() prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "lines"})
	}
	for _, rate := range []float64{0.1, 0.25, 0.3, 0.5, 0.6, 0.7} {
		counted, waits, handled := 0.0, 0, 0.0
		for range int(calls * rate) {
			for _, text := range []string{"calls.answered:1|c|@%g", "calls.handled:180000|ms|@%g"} {
				for _, one := range parser.LineToEvents(fmt.Sprintf(text, rate), *errors,
					counter(), counter(), counter(), quiet) {
					switch told := one.(type) {
					case *event.CounterEvent:
						counted += told.Value()
					case *event.ObserverEvent:
						waits++
						handled += told.Value()
					}
				}
			}
		}
		fmt.Printf("at %g: expected %d and %d, seen %.0f and %d, %.0f s a counted call\n",
			rate, calls, calls, counted, waits, handled/counted)
	}
}
GO
GOFLAGS=-mod=mod go mod tidy >go.log 2>&1 && go build -o sampled . >>go.log 2>&1 || exit 2
./sampled >seen.txt || { cat seen.txt; exit 1; }

echo "github.com/prometheus/statsd_exporter 0.31.0: calls counted and calls timed"
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
at 0.1: expected 1000 and 1000, seen 1000 and 1000, 180 s a counted call
at 0.25: expected 1000 and 1000, seen 1000 and 1000, 180 s a counted call
at 0.3: expected 1000 and 1000, seen 1000 and 900, 162 s a counted call
at 0.5: expected 1000 and 1000, seen 1000 and 1000, 180 s a counted call
at 0.6: expected 1000 and 1000, seen 1000 and 600, 108 s a counted call
at 0.7: expected 1000 and 1000, seen 1000 and 700, 126 s a counted call
TEXT
