/** A queue's day: its half hours against target and forecast, its outcomes, its agents by state. */

import { askAll, byKpi } from "./api.js";
import { chart } from "./chart.js";
import { missedOf, promised, verdict } from "./judging.js";
import { count, meanTime, oneDecimal, percent } from "./numbers.js";
import { chip, dayOf, el, facts, files, form, heading, hour, section, table } from "./parts.js";
import { lang, placeOf, said, t } from "./place.js";

const STATES = ["available", "ringing", "busy", "wrap_up", "break"];
const LEFT = ["overflow", "timeout", "callback", "key", "closed", "empty", "other"];
const FIGURES = "service_level,sla_attainment,offered,answered,abandoned,aht";
const ENDS = ["service_level", "sla_attainment", "offered", "answered", "abandoned", "short_abandoned", "left", "aht", "asa", ...LEFT.map((reason) => `left:${reason}`)].join(",");
const AGENTS = ["agents", ...STATES.map((state) => `agents:${state}`)].join(",");
const DAY = 86_400_000;

/** The figures of a queue's half hours: what was counted, and the agents when each began. */
const halfHours = (queue, day) => ({ queue: quoted(queue), from: day, to: day, interval: "30m", kpi: `${FIGURES},${AGENTS}` });

/** A queue's name as a list takes it. */
export const quoted = (queue) => `"${queue.replaceAll('"', '""')}"`;

export async function day() {
  const queue = said("queue");
  const known = (await askAll("queues")).find((row) => row.queue === queue);
  const date = said("day") || dayOf(known?.as_of ?? new Date().toISOString());
  const span = { queue: quoted(queue), from: date, to: date };
  const [rows, ends, slots] = await Promise.all([
    askAll("kpis/history", halfHours(queue, date)),
    askAll("kpis/history", { ...span, interval: "all", kpi: ENDS }),
    askAll("forecasts", span),
  ]);
  const halves = worthSeeing([...byKpi(rows, ({ time }) => time).values()].map((figures) => halfHour(figures, slots, known?.target)));
  const [whole] = byKpi(ends, () => "").values();
  const name = known?.[lang] ?? queue;
  return [
    heading(`${name} · ${date}`),
    days(queue, date, dayOf(known?.as_of ?? date)),
    summary(whole, known?.target),
    el("div", { class: "pair" }, levels(name, halves), volumes(name, halves)),
    section(t("halfHours"), el("p", { class: "hint" }, t("halfHoursHint")), table(t("halfHours"), columns(), halves, { where: (half) => contactsOf(queue, date, half), state: ({ state }) => state }), files("kpis/history", halfHours(queue, date))),
    el("div", { class: "pair" }, outcomes(whole, span), agents(known, halves, date)),
  ];
}

/** One half hour: its figures beside what was promised and forecast; those that have not come have a forecast only. */
function halfHour(figures, slots, target) {
  const { time, end, as_of: asOf } = figures.offered;
  const mine = slots.filter((slot) => Date.parse(slot.time) >= Date.parse(time) && Date.parse(slot.time) < Date.parse(end));
  const forecast = mine.length ? mine.reduce((sum, { volume }) => sum + volume, 0) : null;
  const come = Date.parse(time) < Date.parse(asOf);
  const aim = promised(figures, target);
  const over = Date.parse(end) <= Date.parse(asOf);
  return { time, end, over, figures: come ? figures : {}, forecast, target: aim, state: come ? verdict(figures.service_level, aim) : null };
}

/** The half hours of a day from the first to the last in which anything came, was forecast, or anybody was there. */
function worthSeeing(halves) {
  const seen = halves.map(({ figures, forecast }) => figures.offered?.value > 0 || forecast > 0 || figures.agents?.value > 0);
  return seen.includes(true) ? halves.slice(seen.indexOf(true), seen.lastIndexOf(true) + 1) : [];
}

const contactsOf = (queue, date, { time, end, figures }) => (figures.offered ? placeOf({ queue, day: date, from: time, to: end }) : null);

function columns() {
  const number = (name, cell) => ({ name, number: true, cell });
  return [
    { name: t("time"), cell: ({ time, end }) => `${hour(time)}–${hour(end)}` },
    { name: t("stands"), cell: ({ state }) => (state ? chip(state, t("verdicts")[state]) : t("toCome")) },
    number(t("level"), ({ figures }) => percent(figures.service_level)),
    number(t("target"), ({ target }) => percent(target)),
    number(t("missed"), ({ figures }) => count(missedOf(figures.service_level))),
    number(t("offered"), ({ figures }) => count(figures.offered)),
    number(t("forecast"), ({ forecast }) => oneDecimal(forecast)),
    number(t("answered"), ({ figures }) => count(figures.answered)),
    number(t("abandoned"), ({ figures }) => count(figures.abandoned)),
    number(t("aht"), ({ figures }) => meanTime(figures.aht)),
    number(t("agentsAtBegin"), ({ figures }) => count(figures.agents)),
  ];
}

// ── Above the table ─────────────────────────────────────────────────────────────────────────────────────────────────

function days(queue, date, today) {
  const other = (step) => new Date(Date.parse(date) + step * DAY).toISOString().slice(0, 10);
  const link = (words, to) => el("a", { class: "button", href: placeOf({ queue, day: to }) }, words);
  const chosen = el("input", { type: "date", name: "day", value: date, "aria-label": t("day") });
  return el("nav", { class: "days", "aria-label": t("day") }, link(t("dayBefore"), other(-1)), date === today ? null : link(t("dayAfter"), other(1)), date === today ? null : link(t("today"), today), form({ queue, lang }, chosen));
}

function summary(whole, target) {
  const state = verdict(whole.service_level, promised(whole, target));
  return facts([
    [t("level"), percent(whole.service_level), state],
    [t("target"), percent(promised(whole, target))],
    [t("missed"), count(missedOf(whole.service_level))],
    [t("offered"), count(whole.offered)],
    [t("answered"), count(whole.answered)],
    [t("abandoned"), count(whole.abandoned)],
    [t("aht"), meanTime(whole.aht)],
    [t("asa"), meanTime(whole.asa)],
  ]);
}

/** A figure of each half hour that is over: half of one would look like a fall. */
const overOnly = (halves, kpi) => halves.map(({ over, figures }) => (over ? (figures[kpi]?.value ?? null) : null));

const labels = (halves) => halves.map(({ time }) => hour(time));

const levels = (name, halves) =>
  chart(
    t("levelChart")(name),
    labels(halves),
    [
      { name: t("level"), kind: "first", values: overOnly(halves, "service_level") },
      { name: t("target"), kind: "goal", values: halves.map(({ target }) => target ?? null) },
    ],
    percent,
    1,
  );

const volumes = (name, halves) =>
  chart(
    t("volumeChart")(name),
    labels(halves),
    [
      { name: t("offered"), kind: "first", values: overOnly(halves, "offered") },
      { name: t("forecast"), kind: "goal", values: halves.map(({ forecast }) => forecast) },
    ],
    oneDecimal,
  );

// ── Below it ────────────────────────────────────────────────────────────────────────────────────────────────────────

function outcomes(whole, span) {
  const left = LEFT.filter((reason) => whole[`left:${reason}`]?.value > 0).map((reason) => [t("leftBy")(t("reasons")[reason]), whole[`left:${reason}`]]);
  const known = [[t("answered"), whole.answered], [t("abandoned"), whole.abandoned], [t("ofThemShort"), whole.short_abandoned], ...left];
  const share = ({ value }) => percent({ value: whole.offered.value ? value / whole.offered.value : null, numerator: value, denominator: whole.offered.value });
  const shown = [
    { name: t("outcome"), cell: ([name]) => name },
    { name: t("contacts"), number: true, cell: ([, row]) => count(row) },
    { name: t("ofOffered"), number: true, cell: ([, row]) => share(row) },
  ];
  return section(t("outcomesTitle"), table(t("outcomesTitle"), shown, known), files("visits", span, { wide: false }));
}

function agents(known, halves, date) {
  const now = known && date === dayOf(known.as_of) ? STATES.map((state) => [t("states")[state], count(known.agents[state] ?? 0)]) : null;
  const state = (name) => ({ name: t("states")[name], number: true, cell: ({ figures }) => count(figures[`agents:${name}`]) });
  const shown = [{ name: t("time"), cell: ({ time }) => hour(time) }, { name: t("all"), number: true, cell: ({ figures }) => count(figures.agents) }, ...STATES.map(state)];
  const begun = halves.filter(({ figures }) => figures.agents);
  return section(t("agentsTitle"), now ? facts(now) : el("p", {}), el("p", { class: "hint" }, t("agentsHint")), table(t("agentsTitle"), shown, begun));
}
