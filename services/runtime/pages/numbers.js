/** Numbers as the wall writes them; what is unknown is a dash. */

const UNKNOWN = "–";
const EPSILON = 1e-9;

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const countFormat = new Intl.NumberFormat("en");
const pad = (value) => String(value).padStart(2, "0");

/** An instant in epoch milliseconds as the viewer's wall clock shows it. */
export const clockTime = (at) => (at > 0 ? clockFormat.format(at) : "--:--:--");

export const count = (value) => (value == null ? UNKNOWN : countFormat.format(value));

/** Seconds as 0:07 or 12:34; from an hour on as 1h02. */
export function duration(seconds) {
  if (seconds == null) return UNKNOWN;
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${pad(whole % 60)}` : `${Math.floor(minutes / 60)}h${pad(minutes % 60)}`;
}

/** A ratio's percent cut, not rounded, to a tenth: 79.96 % must not read 80 while it misses 80. */
export function percentParts(ratio) {
  if (ratio == null) return [UNKNOWN, ""];
  const tenths = Math.floor(ratio * 1000 + EPSILON);
  return [String(Math.floor(tenths / 10)), tenths === 1000 ? "%" : `.${tenths % 10}%`];
}

/** A deviation as a percentage with its sign. */
export const signed = (ratio) => (ratio == null ? UNKNOWN : `${ratio < 0 ? "−" : "+"}${percent(Math.abs(ratio))}`);

export const percent = (ratio) => (ratio == null ? UNKNOWN : `${(ratio * 100).toFixed(1)}%`);
