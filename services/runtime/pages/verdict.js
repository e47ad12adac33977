/** How a service level stands beside its target, on every built-in page. */

const NEAR_TARGET = 0.05;
const SAME = 1e-9;

/** From this many contacts on a ratio is judged. */
export const FEW = 10;

/** How a service level stands, a row of the API: ok, warn, bad, or why it is not judged: few, none. */
export function verdict(row, target) {
  if (row?.value == null) return "none";
  if (row.denominator < FEW) return "few";
  if (row.value >= target - SAME) return "ok";
  return row.value >= target - NEAR_TARGET - SAME ? "warn" : "bad";
}
