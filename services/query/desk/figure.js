/** Any figure over any span, as a chart and as a table. */

import { ask, askAll, byKpi } from "./api.js";
import { chart } from "./chart.js";
import { quoted } from "./day.js";
import { shown } from "./numbers.js";
import { dayOf, el, field, files, form, heading, hour, options, table } from "./parts.js";
import { lang, said, t } from "./place.js";

const INTERVALS = ["5m", "15m", "30m", "1h", "1d", "1w", "1M", "all"];
const MOST_LINES = 6;
const KINDS = ["first", "second", "third", "fourth", "fifth", "sixth"];

export async function figure() {
  const [queues, definitions] = await Promise.all([askAll("queues"), ask("definitions")]);
  const catalogue = [...definitions.kpis, ...definitions.variants];
  const today = dayOf(queues[0]?.as_of ?? new Date().toISOString());
  const asked = { kpi: said("kpi", "service_level"), by: said("by", "total"), queue: said("queue"), from: said("from", today), to: said("to", today), interval: said("interval", "30m") };
  const kpi = catalogue.find((one) => one.kpi === asked.kpi);
  const question = { ...asked, queue: asked.queue && quoted(asked.queue) };
  const rows = await askAll("kpis/history", question);
  const names = new Map(queues.map((row) => [row.queue, row[lang]]));
  const lines = byGroup(rows, names);
  return [
    heading(kpi?.[lang] ?? asked.kpi),
    asking(asked, catalogue, queues),
    el("p", { class: "hint" }, kpi ? `${t("formula")}: ${kpi.formula}` : ""),
    drawn(kpi, lines),
    values(kpi, lines),
    files("kpis/history", question),
  ];
}

function asking(asked, catalogue, queues) {
  const kpis = catalogue.map((one) => [one.kpi, `${one[lang]} (${one.kpi})`]);
  return form(
    { view: "kpi", lang },
    field(t("figure"), options("kpi", asked.kpi, kpis)),
    field(t("queue"), options("queue", asked.queue, [["", t("allQueues")], ...queues.map((row) => [row.queue, row[lang]])])),
    field(t("by"), options("by", asked.by, Object.entries(t("groups")))),
    field(t("from"), el("input", { type: "date", name: "from", value: dayOf(asked.from), required: true })),
    field(t("toIncluded"), el("input", { type: "date", name: "to", value: dayOf(asked.to), required: true })),
    field(t("interval"), options("interval", asked.interval, INTERVALS.map((one) => [one, t("intervals")[one]]))),
  );
}

/** What each line stands for ─► its rows in the order of time. */
function byGroup(rows, names) {
  const found = new Map();
  for (const row of rows) {
    const name = [names.get(row.queue) ?? row.queue, row.channel && (t("channels")[row.channel] ?? row.channel), row.team, row.site, row.client].filter(Boolean).join(" · ") || t("total");
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(row);
  }
  return found;
}

const whenOf = (row) => (row.interval === "all" ? `${dayOf(row.time)} …` : /[mh]$/.test(row.interval) ? `${dayOf(row.time).slice(5)} ${hour(row.time)}` : dayOf(row.time));

function drawn(kpi, lines) {
  const chosen = [...lines].slice(0, MOST_LINES);
  const labels = (chosen[0]?.[1] ?? []).map(whenOf);
  const curves = chosen.map(([name, rows], index) => ({ name, kind: KINDS[index], values: rows.map(({ value }) => value) }));
  return chart(kpi?.[lang] ?? "", labels, curves, (value) => shown(value, kpi?.unit), kpi?.unit === "ratio" ? 1 : 0);
}

function values(kpi, lines) {
  const all = [...lines.values()];
  const times = byKpi(all[0] ?? [], ({ time }) => time);
  const columns = [...lines].map(([name, rows]) => ({ name, number: true, cell: (index) => shown(rows[index], kpi?.unit) }));
  const when = { name: t("time"), cell: (index) => whenOf(all[0][index]) };
  return table(kpi?.[lang] ?? "", [when, ...columns], [...times.keys()].map((_, index) => index));
}
