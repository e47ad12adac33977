#!/usr/bin/env bash
# Kafka Connect's own header converter rounds an Asterisk call's id in a header, 1796000000.10, to
# 24 bits: all calls that begin within two minutes have one id behind it, 1.796E9 or the like.
#
# Package:  Apache Kafka 4.4.0 (Maven: connect-api)
# Expected: What goes through a connector comes out as it went in. SimpleHeaderConverter, which a
#           worker takes unless told otherwise, infers a number of a text that is one: at worst the
#           same number is written another way, as 7 for 007.
# Seen:     1796000000.10 is inferred to be a float32, 1.796E9, and written as that. Of 600 calls,
#           one a second, 6 ids are left. "5,4,1", the scores of a survey, is 5, and a caller's
#           number comes without its zero or its plus. Nothing is raised.
# Matters:  A join by that header hangs the events of a hundred calls on one call: one wait, one
#           handle time, one caller. Set header.converter to StringConverter on both sides.
# Source:   connect/api, SimpleHeaderConverter.java and Values.java (parseString)
set -euo pipefail

command -v mvn >/dev/null && command -v java >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

kafka=4.4.0
cat >pom.xml <<XML
<project><modelVersion>4.0.0</modelVersion><groupId>findings</groupId>
<artifactId>connect</artifactId><version>1</version><dependencies><dependency>
<groupId>org.apache.kafka</groupId><artifactId>connect-api</artifactId>
<version>$kafka</version></dependency></dependencies></project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >mvn.log 2>&1 || exit 2

cat >Through.java <<'JAVA'
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashSet;
import java.util.List;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;

public class Through {
    static final SimpleHeaderConverter CONVERTER = new SimpleHeaderConverter();

    /** A header as a sink hands it over to a source: read, and written again. */
    static String through(String header) {
        var read = CONVERTER.toConnectHeader("calls", "id", header.getBytes(UTF_8));
        return new String(
            CONVERTER.fromConnectHeader("calls", "id", read.schema(), read.value()), UTF_8);
    }

    public static void main(String[] words) {
        var ids = new HashSet<String>();
        for (long second = 1_796_000_000L; second < 1_796_000_600L; second++) {
            ids.add(through(second + ".10"));
        }
        System.out.println("600 calls: " + ids.size() + " ids");
        for (String header : List.of(
                "1796000000.10", "pbx-1796000000.10", "5,4,1", "02162345678", "+12015550123")) {
            System.out.println(header + " -> " + through(header));
        }
    }
}
JAVA
java -cp 'lib/*' Through.java >seen.txt 2>java.log || { cat java.log; exit 1; }

echo "connect-api $kafka"
echo "expected: 600 calls: 600 ids, and each header as it was"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
600 calls: 6 ids
1796000000.10 -> 1.796E9
pbx-1796000000.10 -> pbx-1796000000.10
5,4,1 -> 5
02162345678 -> 2162345678
+12015550123 -> 12015550123
TEXT
