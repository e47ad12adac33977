#!/usr/bin/env bash
# A call is a span, OpenTelemetry's count connector counts spans, and its delta-to-cumulative
# processor adds them up for Prometheus: of the first 302 calls 225 are there, for long ones under
# way at the start are left out, with those that ended in the same five seconds.
#
# Package:  opentelemetry-collector-contrib 0.161.0 (Go modules connector/countconnector and
#           processor/deltatocumulativeprocessor)
# Expected: Each span is told once, when it has ended, so the cumulative count is that of the calls.
#           The processor makes cumulative what Prometheus would not add up (issue 30203).
# Seen:     The connector gives a count the times of what it counted, from the first begin to the
#           last end. The processor takes the first count's begin for the begin of the series and
#           drops each count that begins before: "series only starts at". Who ends first on a floor
#           at work is a short call, so each longer one that began before it is dropped with its
#           batch. Counts of a log's lines, which have one time, are dropped where it does not grow.
# Matters:  Calls are missing after each start of the collector and each quiet five minutes
#           (max_stale), the long ones first, and nothing says so but a counter of the collector.
# Source:   countconnector/counter.go (updateTimestamp), deltatocumulativeprocessor/internal/delta
set -euo pipefail

command -v go >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

contrib=github.com/open-telemetry/opentelemetry-collector-contrib
cat >go.mod <<MOD
module findings

go 1.26.0

require $contrib/connector/countconnector v0.161.0

require $contrib/processor/deltatocumulativeprocessor v0.161.0
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/countconnector"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/deltatocumulativeprocessor"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"
)

const (
	calls  = 200
	apart  = 3 * time.Second
	batch  = 5 * time.Second
	before = 20 * time.Minute
)

var nine = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func at(since time.Duration) pcommon.Timestamp {
	return pcommon.NewTimestampFromTime(nine.Add(since))
}

// length is how long a call lasts: one of ten twenty minutes, the others two to five.
func length(call int) time.Duration {
	if call%10 == 7 {
		return before
	}
	return time.Duration(120+60*(call%4)) * time.Second
}

// total is the sum that Prometheus would have at the end of what came out of the processor.
func total(sink *consumertest.MetricsSink, name string) int64 {
	var last int64
	for _, told := range sink.AllMetrics() {
		for _, resource := range told.ResourceMetrics().All() {
			for _, scope := range resource.ScopeMetrics().All() {
				for _, metric := range scope.Metrics().All() {
					if metric.Name() == name && metric.Type() == pmetric.MetricTypeSum {
						last = metric.Sum().DataPoints().At(0).IntValue()
					}
				}
			}
		}
	}
	return last
}

func main() {
	ctx := context.Background()
	counting, adding := countconnector.NewFactory(), deltatocumulativeprocessor.NewFactory()
	added := new(consumertest.MetricsSink)
	adder, err := adding.CreateMetrics(ctx, processortest.NewNopSettings(adding.Type()),
		adding.CreateDefaultConfig(), added)
	check(err)
	check(adder.Start(ctx, componenttest.NewNopHost()))
	settings := connectortest.NewNopSettings(counting.Type())
	spans, err := counting.CreateTracesToMetrics(ctx, settings, counting.CreateDefaultConfig(), adder)
	check(err)
	logs, err := counting.CreateLogsToMetrics(ctx, settings, counting.CreateDefaultConfig(), adder)
	check(err)

	// Calls that begin each three seconds, on a floor at work since twenty to nine, told in batches
	// of five seconds as they end, to a collector that starts at nine.
	ended := 0
	for end := time.Duration(0); end < calls*apart+before; end += batch {
		traces := ptrace.NewTraces()
		told := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
		for call := range calls + int(before/apart) {
			began := time.Duration(call)*apart - before
			if over := began + length(call); over >= end && over < end+batch {
				span := told.AppendEmpty()
				span.SetStartTimestamp(at(began))
				span.SetEndTimestamp(at(over))
			}
		}
		if ended += told.Len(); told.Len() > 0 {
			check(spans.ConsumeTraces(ctx, traces))
		}
	}
	// A line of a log a call, as two servers write them, the second a second behind the first.
	for call := range calls {
		lines := plog.NewLogs()
		line := lines.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		line.SetTimestamp(at(time.Duration(call/2)*apart + time.Duration(call%2)*-time.Second))
		check(logs.ConsumeLogs(ctx, lines))
	}
	fmt.Printf("calls: expected %d, seen %d\n", ended, total(added, "trace.span.count"))
	fmt.Printf("lines of two servers: expected %d, seen %d\n", calls, total(added, "log.record.count"))
	check(adder.Shutdown(ctx))
}
GO
GOFLAGS=-mod=mod go mod tidy >go.log 2>&1 && go build -o count . >>go.log 2>&1 || exit 2
./count >seen.txt || { cat seen.txt; exit 1; }

echo "countconnector 0.161.0, deltatocumulativeprocessor 0.161.0"
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
calls: expected 302, seen 225
lines of two servers: expected 200, seen 100
TEXT
