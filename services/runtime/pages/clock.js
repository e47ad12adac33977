/**
 * The server's clock, learnt from the Date headers of its answers: a wall's own clock is often wrong, and may be set
 * while the wall is shown. Ages are measured by `performance.now()`, which nobody sets. And the floor's zone, learnt from the
 * instants that the API writes: the screen may hang in another.
 */

const MINUTE = 60_000;

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
export const realNow = () =>
  performance.now() + (Number.isFinite(offset.low) ? (offset.low + offset.high) / 2 : performance.timeOrigin);

let past = null;

/** Let the page show a past moment, epoch milliseconds, as if it were now. */
export function showPast(at) {
  past = at;
}

/** The moment that the page shows: now, or a past one. */
export const serverNow = () => past ?? realNow();

let ahead = -new Date().getTimezoneOffset() * MINUTE;

/** How far the clocks of the floor are ahead of UTC at an instant that the API wrote, milliseconds: 28,800,000 of …+08:00. */
export function offsetOf(instant) {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(instant) ?? [null, "+", "0", "0"];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE;
}

/** Learn the zone from the newest instant that the API wrote, RFC 3339; until then the screen's own holds. */
export function learnZone(instant) {
  ahead = offsetOf(instant);
}

/** An instant in epoch milliseconds on the floor's clocks: 2026-11-11T09:30:00. */
export const localTime = (at) => new Date(at + ahead).toISOString().slice(0, 19);

/** The same without its day; dashes for none. */
export const clockTime = (at) => (at > 0 ? localTime(at).slice(11) : "--:--:--");

/** When the floor's day began in which an instant lies, both epoch milliseconds, by the offset that holds now. */
export const midnight = (at) => Math.floor((at + ahead) / (24 * 60 * MINUTE)) * 24 * 60 * MINUTE - ahead;
