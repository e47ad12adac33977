/** The floor: what is known and how far it can be believed, without a word about how it is shown. */

import { choice, isWanted } from "./choice.js";
import { learnZone, serverNow } from "./clock.js";

const DEFAULT_TARGET = 0.8;
const NEAR_TARGET = 0.05;
const EPSILON = 1e-9;
const STALE_AFTER = 10_000;
const TREND_SAMPLES = 180;

/** From this many contacts on a ratio is judged. */
export const FEW = 10;

const newPicture = () => ({ rows: new Map(), freshAt: 0 });
const newQueue = (id) => ({ ...newPicture(), id, name: id, state: "ok", target: DEFAULT_TARGET, unlisted: 0, samples: [], card: null });

/** Queues by id, in the order in which they came to be known; `total` is the strip, `variance` what came beside the forecast. */
export const floor = { queues: new Map(), total: newPicture(), variance: null, listed: false };

function take(picture, row) {
  picture.rows.set(row.kpi, row);
  picture.freshAt = Math.max(picture.freshAt, Date.parse(row.as_of) || 0);
}

export function takeQueueRows(rows) {
  for (const row of rows.filter(({ queue }) => isWanted(queue))) {
    if (!floor.queues.has(row.queue)) floor.queues.set(row.queue, newQueue(row.queue));
    take(floor.queues.get(row.queue), row);
  }
}

export function takeTotalRows(rows) {
  for (const row of rows) take(floor.total, row);
  if (rows.length) learnZone(rows.at(-1).as_of);
}

/** What came today beside the forecast for it, a row; null without an answer. */
export function takePlan(rows) {
  floor.variance = rows[0] ?? null;
}

/** What v1/queues says; a queue missing from it twice in a row is gone (once may be a race with the stream). */
export function takeListing(rows) {
  const listing = new Map(rows.filter(({ queue }) => isWanted(queue)).map((row) => [row.queue, row]));
  for (const [id, row] of listing) {
    const queue = floor.queues.get(id) ?? newQueue(id);
    floor.queues.set(id, queue);
    Object.assign(queue, { state: row.state, target: row.target ?? DEFAULT_TARGET, name: row[choice.lang] ?? id, unlisted: 0 });
    queue.freshAt = Math.max(queue.freshAt, confirmedAt(row));
  }
  for (const [id, queue] of floor.queues) {
    if (!listing.has(id) && ++queue.unlisted > 1) floor.queues.delete(id);
  }
  floor.listed = true;
}

/** Until when the server vouches for a queue's figures; an idle queue sends no rows but is fresh all the same. */
function confirmedAt(row) {
  if (row.as_of) return Date.parse(row.as_of) || 0;
  return row.state === "stale" ? 0 : serverNow();
}

/** Forget the figures of the cards: another window is asked for. */
export function forgetFigures() {
  for (const queue of floor.queues.values()) Object.assign(queue, { rows: new Map(), samples: [] });
}

/** Note every card's service level for its trend; the oldest note goes. */
export function sampleTrends() {
  for (const queue of floor.queues.values()) {
    queue.samples.push({ at: serverNow(), value: valueOf(queue, "service_level") });
    if (queue.samples.length > TREND_SAMPLES) queue.samples.shift();
  }
}

export const valueOf = (picture, kpi) => picture.rows.get(kpi)?.value ?? null;

/** Seconds; a running wait goes on between two rows, unless nobody waits or the picture is stale. */
export function longestWait(picture, isStale) {
  const row = picture.rows.get("longest_wait");
  if (row?.value == null) return null;
  const until = isStale ? picture.freshAt : serverNow();
  return valueOf(picture, "waiting") > 0 ? row.value + Math.max(0, until - Date.parse(row.as_of)) / 1000 : 0;
}

/** How a service level stands: ok, warn, bad, or why it is not judged: few, none. */
export function verdict(row, target) {
  if (row?.value == null) return "none";
  if (row.denominator < FEW) return "few";
  if (row.value >= target - EPSILON) return "ok";
  return row.value >= target - NEAR_TARGET - EPSILON ? "warn" : "bad";
}

export const isFresh = (picture) => serverNow() - picture.freshAt <= STALE_AFTER && picture.state !== "stale";

/** What the targets of all queues ask for together: the service level over its attainment. */
export function commonTarget() {
  const [level, attainment] = [valueOf(floor.total, "service_level"), valueOf(floor.total, "sla_attainment")];
  return attainment > 0 ? level / attainment : DEFAULT_TARGET;
}

/**
 * How the data stand: live, connecting, partial or lost; since when; how many queues are concerned; whether the server
 * refuses them, by which status and until when nobody asks again.
 */
export function standing(streams) {
  const refusal = streams.map((stream) => stream.refusal).find((one) => one?.until);
  return { ...standingOfData(streams), refusal };
}

function standingOfData(streams) {
  const queues = [...floor.queues.values()];
  const stale = queues.filter((queue) => !isFresh(queue));
  const freshest = Math.max(floor.total.freshAt, ...queues.map((queue) => queue.freshAt));
  const allStale = queues.length > 0 && stale.length === queues.length;
  if (allStale || streams.some((stream) => stream.isLost)) return { name: "lost", since: freshest };
  if (stale.length) return { name: "partial", since: Math.min(...stale.map((queue) => queue.freshAt)), count: stale.length };
  return { name: streams.some((stream) => stream.lostSince !== null) ? "connecting" : "live", since: freshest };
}
