#!/usr/bin/env bash
# One Apache Kafka node (KRaft, broker and controller in one) on loopback, for tests and benches without Docker.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$here/target
node_id=1

usage() {
  cat <<'TEXT'
usage: kafka.sh check
       kafka.sh fetch
       kafka.sh run --port PORT --data DIR [--controller-port PORT] [--user NAME=PASSWORD]... [--set KEY=VALUE]...

check  says what this machine lacks for the other two, by exit code 1 and a line on standard error
fetch  copies Kafka's jars into target/lib with Maven; does nothing when they are there
run    becomes one broker and controller on 127.0.0.1 (formats DIR when it is new) until SIGTERM;
       --controller-port is PORT + 1 unless given, --set adds or overrides a broker property,
       --user makes a user for SCRAM-SHA-256 and SCRAM-SHA-512 when DIR is new
TEXT
}

fail() {
  printf 'kafka.sh: %s\n' "$*" >&2
  exit 1
}

need_value() {
  [[ $# -ge 2 ]] || fail "$1 needs a value"
}

find_java() {
  local java=java version major
  [[ -z ${JAVA_HOME:-} ]] || java=$JAVA_HOME/bin/java
  command -v "$java" >/dev/null || fail "needs a JDK 17 or newer: no '$java' found (set JAVA_HOME or PATH)"
  version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
  major=${version%%[.+-]*}
  [[ $major =~ ^[0-9]+$ && $major -ge 17 ]] || fail "needs a JDK 17 or newer: '$java' is version ${version:-unknown}"
  command -v "$java"
}

# The jars are complete exactly when the pom they were fetched for lies beside them, unchanged.
fetched() {
  cmp -s "$here/pom.xml" "$target/lib/pom.xml"
}

need_maven() {
  command -v mvn >/dev/null || fail "needs Maven to fetch Kafka's jars: no 'mvn' found"
}

fetch() {
  local fresh
  if fetched; then return; fi
  need_maven
  mkdir -p "$target"
  fresh=$(mktemp -d "$target/lib.XXXXXX")
  # shellcheck disable=SC2064  # the folder's name is wanted now
  trap "rm -rf '$fresh'" EXIT
  mvn -q -B -Dstyle.color=never -f "$here/pom.xml" dependency:copy-dependencies -Dlib.directory="$fresh" >&2
  chmod 755 "$fresh"
  cp "$here/pom.xml" "$fresh/pom.xml"
  rm -rf "$target/lib"
  mv "$fresh" "$target/lib"
}

write_properties() {
  local port=$1 controller_port=$2 data=$3
  cat <<TEXT
process.roles=broker,controller
node.id=$node_id
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
controller.quorum.voters=$node_id@127.0.0.1:$controller_port
log.dirs=$data/log

auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000

# one node: nothing can be replicated
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1

# small: few threads, few internal partitions, little heap
num.network.threads=2
num.io.threads=2
background.threads=2
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4
share.coordinator.state.topic.num.partitions=1
log.cleaner.dedupe.buffer.size=8388608
TEXT
}

# With Java's first compiler alone the server is there in half the time, and seldom runs long enough to miss the second.
java_command() {
  java=(
    "$(find_java)" -XX:TieredStopAtLevel=1 -Xms128m -Xmx512m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true
    -Dlog4j2.disable.jmx=true "-Dlog4j2.configurationFile=$here/log4j2.xml" -cp "$target/lib/*"
  )
}

# A cluster id is 16 random bytes in URL-safe base64; never with a leading dash, which would read as an option.
new_cluster_id() {
  printf 'fp%s' "$(head -c 15 /dev/urandom | base64 | tr '+/' '-_' | cut -c 1-19)g"
}

# Ends as the server itself: the process id stays, SIGTERM reaches Java.
run() {
  local port='' controller_port='' data='' settings=() users=() java=() properties
  while [[ $# -gt 0 ]]; do
    need_value "$@"
    case $1 in
      --port) port=$2 ;;
      --controller-port) controller_port=$2 ;;
      --data) data=$2 ;;
      --set) settings+=("$2") ;;
      --user)
        for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do
          users+=(--add-scram "$mechanism=[name=${2%%=*},password=${2#*=}]")
        done ;;
      *) usage >&2; fail "unknown option '$1'" ;;
    esac
    shift 2
  done
  [[ -n $port && -n $data ]] || { usage >&2; fail "run needs --port and --data"; }
  java_command
  fetch
  mkdir -p "$data"
  data=$(cd "$data" && pwd)
  properties=$data/server.properties
  write_properties "$port" "${controller_port:-$((port + 1))}" "$data" >"$properties"
  [[ ${#settings[@]} -eq 0 ]] || printf '%s\n' "${settings[@]}" >>"$properties"
  if [[ ! -f $data/log/meta.properties ]]; then
    "${java[@]}" kafka.tools.StorageTool format -t "$(new_cluster_id)" -c "$properties" ${users[@]+"${users[@]}"} >&2
  fi
  exec "${java[@]}" kafka.Kafka "$properties"
}

case ${1:-} in
  check) find_java >/dev/null; fetched || need_maven ;;
  fetch) fetch ;;
  run) shift; run "$@" ;;
  *) usage >&2; exit 2 ;;
esac
