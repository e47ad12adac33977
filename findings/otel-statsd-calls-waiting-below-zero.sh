#!/usr/bin/env bash
# A gauge that is counted up and down, +1 for a caller who joins the queue and -1 for one who leaves
# it, begins anew each interval in OpenTelemetry's StatsD receiver: -2 calls wait.
#
# Package:  opentelemetry-collector-contrib/receiver/statsdreceiver 0.165.0 (Go module)
# Expected: A StatsD gauge keeps its value: "if the gauge is not updated at the next flush, it will
#           send the previous value", and a sign changes the value that it has. The receiver's
#           README has 500, +2 and -1 make 501.
# Seen:     They do within one interval (60 s unless told otherwise). With its end the receiver
#           forgets all it has: three callers join, and two leave a minute later, are 3 and then -2,
#           not 1; and of a minute in which nobody comes or goes there is no point at all.
# Matters:  The wall shows calls waiting below zero in the busiest minute and nothing in a calm one,
#           and an alert above ten never fires for a queue that grows by nine a minute. Send the
#           absolute number, and send it each minute.
# Source:   receiver/statsdreceiver/internal/parser/statsd_parser.go (GetMetrics: resetState)
set -euo pipefail

command -v go >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >go.mod <<'MOD'
module findings

go 1.26.0

require github.com/open-telemetry/opentelemetry-collector-contrib/receiver/statsdreceiver v0.165.0
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/statsdreceiver"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver/receivertest"
)

const interval = 2 * time.Second

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// freePort is an address of the loopback interface that nobody listens on.
func freePort() string {
	probe, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(err)
	defer func() { check(probe.Close()) }()
	return probe.LocalAddr().String()
}

func main() {
	factory := statsdreceiver.NewFactory()
	config := factory.CreateDefaultConfig().(*statsdreceiver.Config)
	config.NetAddr.Endpoint = freePort()
	config.AggregationInterval = interval
	sink := new(consumertest.MetricsSink)
	receiver, err := factory.CreateMetrics(context.Background(),
		receivertest.NewNopSettings(factory.Type()), config, sink)
	check(err)
	check(receiver.Start(context.Background(), componenttest.NewNopHost()))
	queue, err := net.Dial("udp", config.NetAddr.Endpoint)
	check(err)

	// told is what the end of the interval tells of the queue whose gauge had these changes.
	told := func(changes ...string) string {
		for _, change := range changes {
			_, err := queue.Write([]byte("calls.waiting:" + change + "|g"))
			check(err)
		}
		time.Sleep(interval)
		seen := "no point"
		for _, metrics := range sink.AllMetrics() {
			if metrics.DataPointCount() == 1 {
				metric := metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0)
				seen = fmt.Sprint(metric.Gauge().DataPoints().At(0).DoubleValue())
			}
		}
		sink.Reset()
		return seen
	}
	time.Sleep(interval / 2)
	fmt.Println("500, +2, -1 in one interval: expected 501, seen", told("500", "+2", "-1"))
	fmt.Println("0 and three callers join:    expected 3, seen", told("0", "+1", "+1", "+1"))
	fmt.Println("two leave:                   expected 1, seen", told("-1", "-1"))
	fmt.Println("nobody comes or goes:        expected 1, seen", told())
	check(receiver.Shutdown(context.Background()))
}
GO
GOFLAGS=-mod=mod go mod tidy >go.log 2>&1 && go build -o gauge . >>go.log 2>&1 || exit 2
./gauge >seen.txt || { cat seen.txt; exit 1; }

echo "statsdreceiver 0.165.0"
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
500, +2, -1 in one interval: expected 501, seen 501
0 and three callers join:    expected 3, seen 3
two leave:                   expected 1, seen -2
nobody comes or goes:        expected 1, seen no point
TEXT
