#!/usr/bin/env bash
# Debezium's TimezoneConverter tells a call of half past midnight on 1 November, New York, as one of
# half past eleven at night on 31 October, and moves columns without a zone the other way.
#
# Package:  Debezium 3.6.1.Final (Maven: debezium-connector-postgres)
# Expected: "It is assumed that the fields of the record are in UTC"; told America/New_York, which
#           is needed "to comply with daylight savings time", 2026-11-01T04:30:00Z is 00:30-04:00 of
#           1 November. Columns of all its time types are converted alike.
# Seen:     2026-10-31T23:30:00-05:00: the same instant, on another day and in another month. The
#           offset is looked up for the wall time of UTC, as if it were one of New York, so it is
#           that of later for some hours of each night that clocks change (in Berlin, 03:30+02:00
#           after 02:30+02:00, and 02:30+01:00 never). And a timestamp without a zone, 01:00 in UTC,
#           becomes 17:00 of the day before for Asia/Shanghai, where the zoned one is 09:00.
# Matters:  A bill or a report by day of the local time has calls of the month before or the day
#           after in it; two columns of one row, both of 01:00 in UTC, read 09:00 and 17:00.
# Source:   TimezoneConverter.java (getTimestampWithTimezone: getRules().getOffset(toLocalDateTime))
set -euo pipefail

command -v mvn >/dev/null && command -v java >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

debezium=3.6.1.Final
kafka=4.3.0
{
  echo '<project><modelVersion>4.0.0</modelVersion><groupId>findings</groupId>'
  echo '<artifactId>debezium</artifactId><version>1</version><dependencies>'
  for package in "io.debezium:debezium-connector-postgres:$debezium" \
    "org.apache.kafka:connect-transforms:$kafka" "org.apache.kafka:connect-json:$kafka"; do
    IFS=: read -r group artifact version <<<"$package"
    echo "<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId>"
    echo "<version>$version</version></dependency>"
  done
  echo '</dependencies></project>'
} >pom.xml
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >mvn.log 2>&1 || exit 2

cat >Zones.java <<'JAVA'
import io.debezium.data.Envelope;
import io.debezium.time.MicroTimestamp;
import io.debezium.time.ZonedTimestamp;
import io.debezium.transforms.TimezoneConverter;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

public class Zones {
    static final Schema CALL = SchemaBuilder.struct().name("calls")
        .field("queued", ZonedTimestamp.schema()).field("answered", MicroTimestamp.schema())
        .build();
    static final Schema SOURCE = SchemaBuilder.struct().name("source")
        .field("table", Schema.STRING_SCHEMA).build();

    /** What a call is told as whose two columns, with a zone and without, are this UTC time. */
    static void tell(String time, String zone) {
        var at = Instant.parse(time);
        var envelope = Envelope.defineSchema().withName("calls.Envelope").withRecord(CALL)
            .withSource(SOURCE).build();
        var call = new Struct(CALL).put("queued", time).put("answered", at.toEpochMilli() * 1000);
        var change = envelope.create(call, new Struct(SOURCE).put("table", "calls"), at);
        try (var converter = new TimezoneConverter<SourceRecord>()) {
            converter.configure(Map.of("converted.timezone", zone));
            var told = (Struct) converter.apply(
                new SourceRecord(null, null, "calls", 0, envelope.schema(), change)).value();
            var row = told.getStruct("after");
            var plain = Instant.ofEpochMilli(row.getInt64("answered") / 1000);
            System.out.println(time + " in " + zone);
            System.out.println("  expected " + at.atZone(ZoneId.of(zone)).toOffsetDateTime());
            System.out.println("  seen     " + row.get("queued") + ", without a zone " + plain);
        }
    }

    public static void main(String[] words) {
        tell("2026-11-01T04:30:00Z", "America/New_York");
        tell("2026-03-08T04:30:00Z", "America/New_York");
        tell("2026-10-25T00:30:00Z", "Europe/Berlin");
        tell("2026-10-25T01:30:00Z", "Europe/Berlin");
        tell("2026-11-30T01:00:00Z", "Asia/Shanghai");
    }
}
JAVA
java -cp 'lib/*' Zones.java >seen.txt 2>java.log || { cat java.log; exit 1; }

echo "debezium $debezium"
cat seen.txt
diff - seen.txt <<'TEXT' >/dev/null
2026-11-01T04:30:00Z in America/New_York
  expected 2026-11-01T00:30-04:00
  seen     2026-10-31T23:30:00-05:00, without a zone 2026-11-01T09:30:00Z
2026-03-08T04:30:00Z in America/New_York
  expected 2026-03-07T23:30-05:00
  seen     2026-03-08T00:30:00-04:00, without a zone 2026-03-08T08:30:00Z
2026-10-25T00:30:00Z in Europe/Berlin
  expected 2026-10-25T02:30+02:00
  seen     2026-10-25T02:30:00+02:00, without a zone 2026-10-24T22:30:00Z
2026-10-25T01:30:00Z in Europe/Berlin
  expected 2026-10-25T02:30+01:00
  seen     2026-10-25T03:30:00+02:00, without a zone 2026-10-24T23:30:00Z
2026-11-30T01:00:00Z in Asia/Shanghai
  expected 2026-11-30T09:00+08:00
  seen     2026-11-30T09:00:00+08:00, without a zone 2026-11-29T17:00:00Z
TEXT
