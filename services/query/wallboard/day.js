/** The day of a card: half hours against target and forecast, and who waited over the last hour; as SVG paths 100 by 30. */

import { localTime, midnight } from "./clock.js";
import { nameOf, verdict } from "./floor.js";

export const DAY_KPIS = "service_level,offered,forecast_variance";
const HALF_HOUR = 1_800_000;
const HOUR = 3_600_000;
const LEAST_HALF_HOURS = 8;
const LEAST_WAITS = 5;
const BAR = 0.76;
const [WIDTH, HEIGHT] = [100, 30];

/** The begin of the half hour of an instant on the floor's clocks, epoch milliseconds. */
export const halfHourOf = (at) => midnight(at) + Math.floor((at - midnight(at)) / HALF_HOUR) * HALF_HOUR;

/** Take rows of half hours, of `today` (2026-11-11) only: those of another day are forgotten. */
export function takeDay(tiles, rows, today) {
  for (const { day } of tiles.values()) {
    for (const time of day.keys()) if (!time.startsWith(today)) day.delete(time);
  }
  for (const row of rows) {
    const day = tiles.get(nameOf(row))?.day;
    if (!day || !row.time.startsWith(today)) continue;
    if (!day.has(row.time)) day.set(row.time, { at: Date.parse(row.time) });
    day.get(row.time)[row.kpi] = row;
  }
}

/** Take the waiting of the last hour as history tells it, before what was noted here: that is finer. */
export function takeWaits(tiles, rows) {
  for (const [name, tile] of tiles) {
    const noted = tile.waits;
    const before = rows.filter((row) => nameOf(row) === name).map((row) => ({ at: Date.parse(row.time), value: row.value ?? 0 }));
    tile.waits = [...before.filter(({ at }) => !noted.length || at < noted[0].at), ...noted];
  }
}

/** Note the most that waited in each tile since the last note; what is older than an hour goes. */
export function noteWaits(tiles, now) {
  for (const tile of tiles.values()) {
    const waiting = tile.rows.get("waiting")?.value ?? 0;
    tile.waits.push({ at: now, value: Math.max(tile.peak, waiting) });
    tile.peak = waiting;
    while (tile.waits[0].at < now - HOUR) tile.waits.shift();
  }
}

/** Half hours in which anything came or was forecast, in order. */
export function halfHours({ day }) {
  const all = [...day.values()].sort((one, other) => one.at - other.at);
  const first = all.findIndex((one) => one.offered?.value > 0 || forecastOf(one) > 0);
  return first < 0 ? [] : all.slice(first);
}

/** Contacts forecast for a half hour, so far where it is not over; null without a forecast. */
export const forecastOf = ({ forecast_variance: row }) => row?.denominator || null;

/** What the day comes to: half hours judged and on target, contacts that came, those forecast so far (null: none). */
export function summary(hours, target) {
  const judged = hours.map((one) => verdict(one.service_level, target)).filter((one) => ["ok", "warn", "bad"].includes(one));
  const forecast = hours.map(forecastOf).filter((one) => one !== null);
  return {
    judged: judged.length,
    kept: judged.filter((one) => one === "ok").length,
    came: sum(hours.map((one) => one.offered?.value ?? 0)),
    forecast: forecast.length ? sum(forecast) : null,
  };
}

const sum = (numbers) => numbers.reduce((one, other) => one + other, 0);
export const most = (numbers) => numbers.reduce((one, other) => Math.max(one, other), 0);

/** Paths of a day: `ok`, `warn`, `bad`, `few` bars of service levels, `goal` the target; `came` bars, `forecast` a stepped line. */
export function dayPaths(hours, target) {
  const first = hours[0].at;
  const slots = Math.max(LEAST_HALF_HOURS, Math.round((hours.at(-1).at - first) / HALF_HOUR) + 1);
  const step = WIDTH / slots;
  const x = (one) => ((one.at - first) / HALF_HOUR) * step;
  const bar = (one, share) => `M${text(x(one) + (step * (1 - BAR)) / 2)} ${HEIGHT}v${text(-share * HEIGHT)}h${text(step * BAR)}V${HEIGHT}Z`;
  const highest = most(hours.flatMap((one) => [one.offered?.value ?? 0, forecastOf(one) ?? 0])) || 1;
  const paths = { ok: "", warn: "", bad: "", few: "", goal: `M0 ${text((1 - target) * HEIGHT)}H${WIDTH}`, came: "", forecast: "" };
  for (const one of hours) {
    const judged = verdict(one.service_level, target);
    if (judged !== "none") paths[judged] += bar(one, one.service_level.value);
    if (one.offered?.value) paths.came += bar(one, one.offered.value / highest);
    const forecast = forecastOf(one);
    if (forecast !== null) paths.forecast += `M${text(x(one))} ${text((1 - forecast / highest) * HEIGHT)}h${text(step)}`;
  }
  return paths;
}

/** Paths of the waiting over the hour up to `now`: `line`, and `area` below it. */
export function waitPaths(waits, now) {
  if (waits.length < 2) return { line: "", area: "" };
  const highest = Math.max(LEAST_WAITS, most(waits.map(({ value }) => value)));
  const points = waits.map(({ at, value }) => `${text(Math.max(0, 1 - (now - at) / HOUR) * WIDTH)} ${text((1 - (0.94 * value) / highest) * HEIGHT)}`);
  const line = `M${points.join("L")}`;
  return { line, area: `${line}V${HEIGHT}H${points[0].split(" ")[0]}Z` };
}

/** From when until when a day's bars reach, as the floor's clocks show it. */
export const reach = (hours) => `${localTime(hours[0].at).slice(11, 16)}–${localTime(hours.at(-1).at + HALF_HOUR).slice(11, 16)}`;

const text = (number) => number.toFixed(2);
