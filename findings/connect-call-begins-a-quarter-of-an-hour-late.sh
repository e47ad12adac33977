#!/usr/bin/env bash
# Kafka Connect reads a call's 09:00:00.999999 as 09:16:39.999, and .5 as 5 ms: the digits of the
# second's fraction, however many, are a count of milliseconds.
#
# Package:  Apache Kafka 4.4.0 (Maven: connect-transforms)
# Expected: TimestampConverter with the format of the text, six S for six digits, reads the instant,
#           at worst cut to the milliseconds that Connect's Timestamp holds, or raises.
# Seen:     No error. Six digits, as PostgreSQL and Python write them, move an instant by up to 16
#           min 39 s into the future; a trimmed fraction, as Go's RFC3339Nano writes it, moves it
#           back: .5 is 5 ms. And 24 July as month 24, 2026-24-07, is a day of December 2027.
# Matters:  Of a call offered at .999999 and answered a second later, the wait is minus sixteen
#           minutes, or the call lies in another interval of the bill; its neighbours are right.
# Source:   java.text.SimpleDateFormat, lenient, whose S is milliseconds; KAFKA-10561 is about the
#           lost digits, not about the moved instant
set -euo pipefail

command -v mvn >/dev/null && command -v java >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

kafka=4.4.0
cat >pom.xml <<XML
<project><modelVersion>4.0.0</modelVersion><groupId>findings</groupId>
<artifactId>connect</artifactId><version>1</version><dependencies><dependency>
<groupId>org.apache.kafka</groupId><artifactId>connect-transforms</artifactId>
<version>$kafka</version></dependency></dependencies></project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >mvn.log 2>&1 || exit 2

cat >Begins.java <<'JAVA'
import java.util.Date;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.TimestampConverter;

public class Begins {
    public static void main(String[] texts) {
        for (String text : texts) {
            String fraction = text.contains(".") ? "." + "S".repeat(text.length() - 20) : "";
            String format = "yyyy-MM-dd" + (text.length() > 10 ? " HH:mm:ss" + fraction : "");
            var converter = new TimestampConverter.Value<SourceRecord>();
            converter.configure(Map.of("target.type", "Timestamp", "format", format));
            var call = new SourceRecord(null, null, "calls", 0, null, text);
            System.out.println(((Date) converter.apply(call).value()).toInstant());
        }
    }
}
JAVA
texts=('2026-11-29 09:00:00.250' '2026-11-29 09:00:00.999999' '2026-11-29 09:00:00.5' 2026-24-07)
java -cp 'lib/*' Begins.java "${texts[@]}" >seen.txt 2>java.log

echo "connect-transforms $kafka"
echo "expected: .250, .999, .500, and an error for a month 24"
paste <(printf 'seen: %s ->\n' "${texts[@]}") seen.txt
diff - seen.txt <<'TEXT' >/dev/null
2026-11-29T09:00:00.250Z
2026-11-29T09:16:39.999Z
2026-11-29T09:00:00.005Z
2027-12-07T00:00:00Z
TEXT
