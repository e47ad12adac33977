/** Agents beside the benchmark, or together by team and site; only for whoever may know of agents. */

import { ask, askAll, byKpi } from "./api.js";
import { quoted } from "./day.js";
import { count, shown } from "./numbers.js";
import { dayOf, el, facts, field, files, form, heading, options, table } from "./parts.js";
import { lang, said, t } from "./place.js";

const KPIS = ["handled", "aht", "acw", "occupancy", "csat", "qa_mean"];

export async function agents() {
  const [queues, definitions] = await Promise.all([askAll("queues"), ask("definitions")]);
  const today = dayOf(queues[0]?.as_of ?? new Date().toISOString());
  const asked = { by: said("by", "agent"), queue: said("queue"), channel: said("channel"), team: said("team"), client: said("client"), from: said("from", today), to: said("to", today) };
  const span = { from: asked.from, to: asked.to, queue: asked.queue && quoted(asked.queue), channel: asked.channel, client: asked.client, kpi: KPIS.join(",") };
  const catalogue = new Map(definitions.kpis.map((one) => [one.kpi, one]));
  const parts = asked.by === "agent" ? await beside(span, asked.team, catalogue) : await together({ ...span, by: asked.by, interval: "all" }, catalogue);
  return [heading(t("agentsPage")), asking(asked, queues), ...parts];
}

function asking(asked, queues) {
  const clients = [...new Set(queues.map((row) => row.client).filter(Boolean))];
  const channels = [...new Set(queues.flatMap((row) => row.channels))];
  return form(
    { view: "agents", lang },
    field(t("by"), options("by", asked.by, Object.entries(t("agentGroups")))),
    field(t("team"), el("input", { name: "team", value: asked.team, placeholder: t("allTeams") })),
    field(t("queue"), options("queue", asked.queue, [["", t("allQueues")], ...queues.map((row) => [row.queue, row[lang]])])),
    field(t("channel"), options("channel", asked.channel, [["", t("allChannels")], ...channels.map((one) => [one, t("channels")[one] ?? one])])),
    clients.length ? field(t("client"), options("client", asked.client, [["", t("allClients")], ...clients.map((one) => [one, one])])) : "",
    field(t("from"), el("input", { type: "date", name: "from", value: asked.from, required: true })),
    field(t("toIncluded"), el("input", { type: "date", name: "to", value: asked.to, required: true })),
  );
}

/** Each agent beside the benchmark. */
async function beside(span, team, catalogue) {
  const rows = (await askAll("agents/benchmark", span)).filter((row) => !team || row.team === team);
  const people = [...byKpi(rows, ({ client, team: peers, channel, agent }) => [client, peers, channel, agent].join("\n")).values()];
  const groups = [...byKpi(people.map(any), peersOf).values()].map(any);
  const columns = [
    { name: t("agent"), cell: (figures) => any(figures).agent },
    { name: t("team"), cell: (figures) => any(figures).team ?? "–" },
    { name: t("client"), cell: (figures) => any(figures).client ?? "–" },
    { name: t("channel"), cell: (figures) => t("channels")[any(figures).channel] ?? "–" },
    { name: t("stands"), cell: (figures) => t("eligibilities")[any(figures).standing] },
    ...KPIS.map((kpi) => ({ name: catalogue.get(kpi)[lang], number: true, cell: (figures) => beyond(figures[kpi], catalogue.get(kpi).unit) })),
  ];
  const marks = (group) => KPIS.map((kpi) => [catalogue.get(kpi)[lang], shown(rows.find((row) => row.kpi === kpi && peersOf(row) === peersOf(group))?.benchmark ?? null, catalogue.get(kpi).unit)]);
  return [
    el("p", { class: "hint" }, t("benchmarkHint")),
    ...groups.filter(({ candidates }) => candidates).map((group) => facts([[peersOf(group), count(group.candidates)], ...marks(group)])),
    groups.some(({ small }) => small) ? el("p", { class: "hint" }, t("smallBenchmark")) : "",
    table(t("agentsPage"), columns, people),
    files("agents/benchmark", span),
  ];
}

const any = (figures) => Object.values(figures)[0];

/** The words of the peers that a row is compared with. */
const peersOf = ({ client, team, channel }) => [client, team, t("channels")[channel] ?? channel].filter(Boolean).join(" · ") || t("total");

/** A figure, marked where it is behind the benchmark of its peers by more than chance tells. */
function beyond(row, unit) {
  if (!row) return "–";
  const value = shown(row, unit);
  return row.behind && row.certain !== false ? el("span", { "data-state": "warn", class: "behind" }, el("span", { class: "mark", "aria-hidden": "true" }), ` ${value} `, el("span", { class: "sr" }, t("behindBenchmark"))) : value;
}

/** Teams, sites, or all agents together. */
async function together(question, catalogue) {
  const rows = await askAll("agents/kpis", question);
  const groups = [...byKpi(rows, (row) => row[question.by] ?? "").entries()];
  const columns = [
    { name: t("agentGroups")[question.by], cell: ([name]) => name || t("total") },
    ...KPIS.map((kpi) => ({ name: catalogue.get(kpi)[lang], number: true, cell: ([, figures]) => shown(figures[kpi] ?? null, catalogue.get(kpi).unit) })),
  ];
  return [table(t("agentsPage"), columns, groups), files("agents/kpis", question)];
}
