/**
 * Numbers as all built-in pages write them: rounded half away from zero by exact fractions, so that 8 of 12 is 66.7 % on
 * every page and in every spreadsheet. What is unknown is a dash.
 *
 * A figure is a row of the API, `{value, numerator, denominator}`, or a plain number; null or a row without a value is
 * unknown.
 */

const UNKNOWN = "–";
const SAME = 1e-9;

const countFormat = new Intl.NumberFormat("en");
const pad = (value) => String(value).padStart(2, "0");

/** The value of a figure; null where it is unknown. */
const valueOf = (figure) => (typeof figure === "number" ? figure : (figure?.value ?? null));

/** A number as it is written: [whole number, decimals], 1.25 is [125n, 2]. */
function decimal(number) {
  const [digits, power = "0"] = String(number).split("e");
  const [whole, part = ""] = digits.split(".");
  const decimals = part.length - Number(power);
  const written = BigInt(whole + part);
  return decimals < 0 ? [written * 10n ** BigInt(-decimals), 0] : [written, decimals];
}

/** A figure as a fraction of whole numbers: its parts where they make its value, else the value as it is written. */
function fractionOf(figure) {
  const value = valueOf(figure);
  const { numerator, denominator } = figure;
  const ofParts = denominator > 0 && Math.abs(numerator / denominator - value) <= SAME * Math.max(1, Math.abs(value));
  const [[top, topDecimals], [bottom, bottomDecimals]] = ofParts ? [decimal(numerator), decimal(denominator)] : [decimal(value), [1n, 0]];
  return [top * 10n ** BigInt(bottomDecimals), bottom * 10n ** BigInt(topDecimals)];
}

/**
 * A known figure in whole steps of which `perUnit` make one, rounded half away from zero: `rounded(2 / 3, 1000)` is 667.
 * The fraction is exact; a step count beyond 2^53 is not.
 */
export function rounded(figure, perUnit = 1) {
  const [top, bottom] = fractionOf(figure);
  const size = (2n * BigInt(perUnit) * (top < 0n ? -top : top) + bottom) / (2n * bottom);
  return Number(top < 0n ? -size : size);
}

/** A count, whole, with thousands apart. */
export const count = (figure) => (valueOf(figure) == null ? UNKNOWN : countFormat.format(rounded(figure)));

/** A figure with one decimal; whole values without. */
export function oneDecimal(figure) {
  if (valueOf(figure) == null) return UNKNOWN;
  return countFormat.format(rounded(figure, 10) / 10);
}

/** Seconds that run, as 0:07 or 12:34, from an hour on as 1h02: a wait of 7.9 s has not lasted 8. */
export function duration(seconds) {
  if (seconds == null) return UNKNOWN;
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${pad(whole % 60)}` : `${Math.floor(minutes / 60)}h${pad(minutes % 60)}`;
}

/** A span that was measured, such as a mean, rounded to the second and written like those that run. */
export const meanTime = (figure) => (valueOf(figure) == null ? UNKNOWN : duration(rounded(figure)));

/** A ratio's percent to a tenth, its tenth apart: ["66", ".7%"]. */
export function percentParts(figure) {
  if (valueOf(figure) == null) return [UNKNOWN, ""];
  const tenths = rounded(figure, 1000);
  const size = Math.abs(tenths);
  return [`${tenths < 0 ? "−" : ""}${Math.floor(size / 10)}`, size === 1000 ? "%" : `.${size % 10}%`];
}

/** A ratio as 66.7%; 100.0% is so too. */
export function percent(figure) {
  if (valueOf(figure) == null) return UNKNOWN;
  const tenths = rounded(figure, 1000);
  const size = Math.abs(tenths);
  return `${tenths < 0 ? "−" : ""}${Math.floor(size / 10)}.${size % 10}%`;
}

/** A deviation as a percentage with its sign. */
export function signed(figure) {
  const size = percent(figure);
  return size === UNKNOWN || size.startsWith("−") ? size : `+${size}`;
}

/** A figure in its unit, as the catalogue of KPIs names units. */
export function shown(figure, unit) {
  if (unit === "ratio") return percent(figure);
  if (unit === "seconds") return meanTime(figure);
  if (unit === "points" || unit === "per 10,000") return oneDecimal(figure);
  return Number.isInteger(valueOf(figure)) ? count(figure) : oneDecimal(figure);
}
