#!/usr/bin/env bash
# Flink SQL's AVG of whole numbers is a whole number, cut and not rounded: scores of 5, 5 and 4
# have the mean 4.
#
# Package:  Flink 2.2.1 (Maven: flink-table-planner-loader)
# Expected: AVG of an INT column is 4.67, as PostgreSQL, MySQL, Spark and DuckDB have it.
# Seen:     It is 4, of the type INT, and so is SUM / COUNT. Of a DECIMAL without a digit behind the
#           point it is 4.666667.
# Matters:  A satisfaction of 4.67 is shown as 4, below any target, and mean handle times lose up
#           to a second.
set -euo pipefail

command -v mvn >/dev/null && command -v java >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

flink=2.2.1
depends=
for name in table-api-java-bridge table-planner-loader table-runtime clients streaming-java; do
  depends+="<dependency><groupId>org.apache.flink</groupId><artifactId>flink-$name</artifactId>"
  depends+="<version>$flink</version></dependency>"
done
cat >pom.xml <<XML
<project><modelVersion>4.0.0</modelVersion><groupId>findings</groupId>
<artifactId>flink</artifactId><version>1</version><dependencies>$depends</dependencies></project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory=lib >mvn.log 2>&1 || exit 2

cat >Mean.java <<'JAVA'
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

public class Mean {
    public static void main(String[] words) throws Exception {
        TableEnvironment sql = TableEnvironment.create(EnvironmentSettings.inBatchMode());
        String scores = "FROM (VALUES (5), (5), (4)) AS survey(score)";
        String query = "SELECT AVG(score), SUM(score) / COUNT(score), AVG(CAST(score AS DECIMAL(3, 0))) ";
        try (CloseableIterator<Row> all = sql.executeSql(query + scores).collect()) {
            all.forEachRemaining(System.out::println);
        }
    }
}
JAVA
seen=$(java -cp 'lib/*' Mean.java 2>java.log)

echo "flink $flink"
echo "expected: AVG of 5, 5, 4 is 4.67"
echo "seen: AVG, SUM / COUNT, AVG of a decimal: $seen"
[[ "$seen" == "+I[4, 4, 4.6"* ]]
