/** The server's clock, learnt from the Date headers of its answers: a wall's own clock is often wrong. */

const drift = { low: -Infinity, high: Infinity };

/**
 * Narrow the offset between both clocks (milliseconds): `stamp` names the second in which the answer to a request of
 * `sent` was written. Bounds that contradict older ones mean that a clock was set: the newest count.
 */
export function learnClock(stamp, sent, received) {
  const [low, high] = [stamp - received, stamp + 1000 - sent];
  drift.low = Math.max(drift.low, low);
  drift.high = Math.min(drift.high, high);
  if (drift.low > drift.high) Object.assign(drift, { low, high });
}

/** Now, in epoch milliseconds of the server. */
export const serverNow = () => Date.now() + (Number.isFinite(drift.low) ? (drift.low + drift.high) / 2 : 0);
