/**
 * The server's clock, learnt from the Date headers of its answers: a wall's own clock is often wrong, and may be set
 * while the wall is shown. Ages are measured by `performance.now()`, which nobody sets.
 */

const offset = { low: -Infinity, high: Infinity };

/**
 * Narrow the offset of the server's clock from `performance.now()`, milliseconds: `stamp` (NaN: unknown) names the second
 * in which the answer to a request of `sent` was written. Bounds that contradict older ones mean that the server's clock
 * was set, or that the screen slept: the newest count.
 */
export function learnClock(stamp, sent, received) {
  if (Number.isNaN(stamp)) return;
  const [low, high] = [stamp - received, stamp + 1000 - sent];
  offset.low = Math.max(offset.low, low);
  offset.high = Math.min(offset.high, high);
  if (offset.low > offset.high) Object.assign(offset, { low, high });
}

/** Now, in epoch milliseconds of the server; by the screen's own clock until the server has answered. */
export const serverNow = () =>
  performance.now() + (Number.isFinite(offset.low) ? (offset.low + offset.high) / 2 : performance.timeOrigin);
