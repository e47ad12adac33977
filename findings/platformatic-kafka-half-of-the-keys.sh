#!/usr/bin/env bash
# With 12 partitions @platformatic/kafka writes half of the keys to another partition than the Java
# client and KafkaJS do; with 8 it agrees with them on every key.
#
# Package:  @platformatic/kafka 1.35.0, kafkajs 2.2.4 (npm)
# Expected: The default partitioner, murmur2 ported from the Java client as its source says, is that
#           client's, as KafkaJS's is: one key, one partition, whoever writes.
# Seen:     The hash is the same, but where the Java client drops its sign bit, this one reads it
#           as 2^31. The remainder of that is 0 for 1, 2, 4, 8 ... partitions only. Of 12
#           partitions, half of 10,000 keys go elsewhere. compatibilityPartitioner agrees with
#           KafkaJS, but has to be named.
# Matters:  Tests run with one or eight partitions. Where a second program writes the same keys,
#           the events of a call lie in two partitions: they are handled by two consumers, in no
#           order, and compaction keeps both.
# Source:   platformatic/kafka issue 121 (open)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . @platformatic/kafka@1.35.0 kafkajs@2.2.4 ||
  exit 2

cat >partitions.mjs <<'JS'
import { compatibilityPartitioner, defaultPartitioner } from '@platformatic/kafka';
import kafkajs from 'kafkajs';

const keys = Array.from({ length: 10_000 }, (_, number) => `call-${number}`);
const partitionOf = kafkajs.Partitioners.DefaultPartitioner();

function elsewhere(partitioner, count) {
  const partitionMetadata = Array.from(
    { length: count }, (_, partitionId) => ({ partitionId, leader: 1 }));
  return keys.filter((key) => {
    const theirs = partitionOf({ topic: 'calls', partitionMetadata, message: { key } });
    return partitioner({ key }, Buffer.from(key)) % count !== theirs;
  }).length;
}

const seen = [8, 12].map((count) => elsewhere(defaultPartitioner, count));
const named = [8, 12].map((count) => elsewhere(compatibilityPartitioner, count));
console.log('@platformatic/kafka 1.35.0 - kafkajs 2.2.4');
console.log(`expected: of ${keys.length} keys none elsewhere, with 8 and with 12 partitions`);
console.log('seen:', ...seen, 'elsewhere - with compatibilityPartitioner', ...named);
const half = seen[1] > 4_500 && seen[1] < 5_500;
process.exit(seen[0] === 0 && half && named.every((count) => count === 0) ? 0 : 1);
JS
node partitions.mjs
