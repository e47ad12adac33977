#!/usr/bin/env bash
# Kafka Connect's Cast makes a score of 0 of "no score", NaN, and minus fifteen days of a sum of 34
# days in milliseconds; the same number as text is out of range, and raises.
#
# Package:  Apache Kafka 4.4.0 (Maven: connect-transforms)
# Expected: Cast says of a value that the type asked for cannot hold that it is out of range, as it
#           does for text: "Value (3000000000) was out of range for requested data type".
# Seen:     It says so for text only. As a number 3,000,000,000 is -1,294,967,296 in int32, 40,000
#           is -25,536 in int16, whether whole or floating, and NaN is 0 in each whole type.
# Matters:  An empty answer of a survey is the worst score of all and drags the mean down; a team's
#           handled milliseconds of a month turn negative, and only on a busy day.
# Source:   connect/transforms, Cast.java (castToInt32 and its neighbours)
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

cat >Narrow.java <<'JAVA'
import java.util.Map;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Cast;

public class Narrow {
    static Object cast(Object value, String type) {
        var cast = new Cast.Value<SourceRecord>();
        cast.configure(Map.of("spec", type));
        try {
            return cast.apply(new SourceRecord(null, null, "calls", 0, null, value)).value();
        } catch (DataException error) {
            return "raises";
        }
    }

    public static void main(String[] words) {
        System.out.println("3000000000 " + cast("3000000000", "int32") + " as text, "
            + cast(3_000_000_000L, "int32") + " as int64");
        System.out.println("40000 " + cast("40000", "int16") + " as text, "
            + cast(40_000, "int16") + " as int32, " + cast(40_000.0, "int16") + " as float64");
        System.out.println("NaN " + cast("NaN", "int32") + " as text, "
            + cast(Double.NaN, "int32") + " as float64");
    }
}
JAVA
java -cp 'lib/*' Narrow.java >seen.txt 2>java.log

echo "connect-transforms $kafka"
echo "expected: what the type cannot hold raises, as text and as a number"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
3000000000 raises as text, -1294967296 as int64
40000 raises as text, -25536 as int32, -25536 as float64
NaN raises as text, 0 as float64
TEXT
