/** Figures and instants as the page writes them; instants stand in the floor's zone, as the API tells them. */

import { choice, t } from "./choice.js";
import { offsetOf } from "./clock.js";
import { count, percent, shown } from "./numbers.js";

/** Hours and minutes of an instant, its day before it where that is another than the floor's day now. */
export function clock(at, now) {
  if (!at) return "–";
  const [day, time] = [at.slice(5, 10), at.slice(11, 16)];
  return day === new Date(now + offsetOf(at)).toISOString().slice(5, 10) ? time : `${day} ${time}`;
}

/** How long something has lasted. */
export function span(from, to) {
  const minutes = Math.max(0, Math.floor((to - from) / 60_000));
  return minutes < 60 ? t("minutes")(minutes) : `${t("hours")(Math.floor(minutes / 60))} ${t("minutes")(minutes % 60)}`;
}

export const rule = (row) => row[choice.lang];
export const queue = (row) => row[`queue_${choice.lang}`] ?? t("allQueues");

/** How bad it is: of a half hour at risk the agents who are missing, else the figure. */
export function value(row) {
  const missing = row.figure.details?.agents_missing;
  return missing > 0 ? t("missing")(missing) : shown(row.figure, row.unit);
}

/** What the figure is held against, in words; empty where against nothing. */
export function against({ figure, unit }) {
  const { required, achievable } = figure.details ?? {};
  if (required != null && achievable != null) return t("required")(percent(required), percent(achievable));
  return figure.bound == null ? "" : t("against")(shown(figure.bound, unit));
}

/** Which queues can lend how many agents, in words; empty where none is named. */
export function lenders({ figure }) {
  const named = (figure.details?.lenders ?? []).map(({ queue: from, agents }) => `${from} ${count(agents)}`);
  return named.length ? t("lend")(named.join(", ")) : "";
}

/** What the figure is and what it is made of. */
export function made(row) {
  const { numerator, denominator, definition, window } = row.figure;
  const parts = denominator == null || numerator == null ? "" : t("of")(count(numerator), count(denominator));
  const of = window ? (window === "today" ? t("today") : t("window")(window)) : "";
  return [row[`kpi_${choice.lang}`] ?? row.figure.kpi, parts, of, definition].filter(Boolean).join(" · ");
}

const [WIDTH, HEIGHT, MARGIN] = [300, 90, 6];

/** SVG paths of a trend: `line` its values, `goal` the bound, `begin` and `width` of the incident's span; null where there is nothing to draw. */
export function trend({ trend: points, incident }, now) {
  const values = points.map((point) => point.value).filter((one) => one !== null);
  if (!values.length) return null;
  const { bound } = incident.figure;
  const all = bound == null ? values : [...values, bound];
  const top = incident.unit === "ratio" ? 1 : Math.max(...all) || 1;
  const low = incident.unit === "ratio" ? Math.min(...all, 0.5) : 0;
  const [from, to] = [Date.parse(points[0].time), Date.parse(points.at(-1).end)];
  const x = (at) => ((Math.min(Math.max(at, from), to) - from) / (to - from)) * WIDTH;
  const y = (one) => HEIGHT - MARGIN - ((one - low) / (top - low || 1)) * (HEIGHT - 2 * MARGIN);
  const middle = (point) => (Date.parse(point.time) + Date.parse(point.end)) / 2;
  const begin = x(Date.parse(incident.opened_at));
  const end = x(incident.resolved_at ? Date.parse(incident.resolved_at) : now);
  return {
    line: drawn(points, (point) => `${x(middle(point)).toFixed(1)} ${y(point.value).toFixed(1)}`),
    goal: bound == null ? "" : `M0 ${y(bound).toFixed(1)}H${WIDTH}`,
    begin,
    width: Math.max(1, end - begin),
  };
}

/** Lines through neighbours; a point without a value breaks the line, one alone is a dash. */
function drawn(points, place) {
  const runs = [[]];
  for (const point of points) {
    if (point.value === null) runs.push([]);
    else runs.at(-1).push(point);
  }
  return runs.filter((run) => run.length).map((run) => `M${run.map(place).join("L")}${run.length > 1 ? "" : "h2"}`).join("");
}
