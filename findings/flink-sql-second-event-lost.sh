#!/usr/bin/env bash
# Flink SQL reads the first event of a JSON record and drops what follows it, in strict mode too.
#
# Package:  Flink 2.2.1 (Maven: flink-json, flink-table-planner-loader)
# Expected: A record that holds two events one behind the other is refused, since the format is
#           told to fail on what it cannot parse; or both events are counted.
# Seen:     One event is counted, the other is gone: no error, no warning, nothing to count. What
#           follows need not even be JSON.
# Matters:  A source that packs a contact's events into one record, or a proxy that joins bodies,
#           loses all but the first of each. What was offered is right and what was answered is
#           missing: the service level falls to 0 %.
set -euo pipefail

command -v mvn >/dev/null && command -v java >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

flink=2.2.1
depends=
for name in table-api-java-bridge table-planner-loader table-runtime connector-files json clients \
  streaming-java; do
  depends+="<dependency><groupId>org.apache.flink</groupId><artifactId>flink-$name</artifactId>"
  depends+="<version>$flink</version></dependency>"
done
cat >pom.xml <<XML
<project><modelVersion>4.0.0</modelVersion><groupId>findings</groupId>
<artifactId>flink</artifactId><version>1</version><dependencies>$depends</dependencies></project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >mvn.log 2>&1 || exit 2

mkdir events
cat >events/log.jsonl <<'JSON'
{"type": "offered", "contact": "c-1"}
{"type": "offered", "contact": "c-2"} {"type": "answered", "contact": "c-2"}
{"type": "offered", "contact": "c-3"} and then some
JSON
cat >Count.java <<'JAVA'
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

public class Count {
    public static void main(String[] words) throws Exception {
        TableEnvironment sql = TableEnvironment.create(EnvironmentSettings.inBatchMode());
        sql.executeSql("CREATE TABLE event (type STRING, contact STRING) WITH ('connector' = 'filesystem', 'path' = '"
            + words[0] + "', 'format' = 'json', 'json.ignore-parse-errors' = 'false', 'json.fail-on-missing-field' = 'true')");
        try (CloseableIterator<Row> all = sql.executeSql("SELECT type, COUNT(*) FROM event GROUP BY type").collect()) {
            all.forEachRemaining(row -> System.out.println(row.getField(0) + " " + row.getField(1)));
        }
    }
}
JAVA
seen=$(java -cp 'lib/*' Count.java "file://$work/events" 2>java.log | sort | paste -sd, -) || seen="refused"

echo "flink $flink"
echo "expected: refused, or answered 1,offered 3"
echo "seen: $seen"
[ "$seen" = "offered 3" ]
