/**
 * Management by indicators: targets of agents with pace, who answers for whom, trainings and what they changed, vendors of
 * a client, the record of an agent.
 *
 *   desk?view=indicators&part=aims|charges|trainings|vendors|record&…
 */

import { ask, askAll, byKpi } from "./api.js";
import { count, shown } from "./numbers.js";
import { chip, dayOf, el, facts, field, form, heading, options, section, table } from "./parts.js";
import { lang, placeOf, said, t } from "./place.js";

const PARTS = { aims, charges, trainings, vendors, record };
const STATES = { met: "ok", on_pace: "ok", behind: "warn", missed: "bad", nothing_yet: "none" };
const GROWN = "handled,aht,csat,qa_mean,complaints,occupancy";
const COMPARED = "offered,service_level,answer_rate,aht,csat,qa_mean,complaints";
const MONTH = 30 * 86_400_000;

export async function indicators() {
  const [queues, definitions] = await Promise.all([askAll("queues"), ask("definitions")]);
  const today = dayOf(queues[0]?.as_of ?? new Date().toISOString());
  const begin = new Date(Date.parse(today) - MONTH).toISOString().slice(0, 10);
  const part = Object.hasOwn(PARTS, said("part")) ? said("part") : "aims";
  const floor = { queues, today, catalogue: new Map(definitions.kpis.map((one) => [one.kpi, one])), asked: { from: said("from", begin), to: said("to", today) } };
  const ways = Object.keys(PARTS).map((one) => el("a", { class: "button", href: placeOf({ view: "indicators", part: one }), "aria-current": one === part ? "page" : null }, t("indicatorParts")[one]));
  return [heading(`${t("indicators")} · ${t("indicatorParts")[part]}`), el("p", { class: "files" }, ...ways), ...(await PARTS[part](floor))];
}

const asking = (part, ...fields) => form({ view: "indicators", part, lang }, ...fields);
const between = ({ from, to }) => [
  field(t("from"), el("input", { type: "date", name: "from", value: from, required: true })),
  field(t("toIncluded"), el("input", { type: "date", name: "to", value: to, required: true })),
];
const nameOf = (floor, kpi) => floor.catalogue.get(kpi)?.[lang] ?? kpi;
const valueOf = (floor, kpi, value) => shown(value ?? null, floor.catalogue.get(kpi)?.unit);
const nothing = (rows, words) => (rows.length ? null : el("p", { class: "hint" }, words));

/** An amount that may be lower than nought: a change, with its sign. */
const change = (floor, kpi, value) => (value === null || value === undefined ? "–" : `${value < 0 ? "−" : "+"}${valueOf(floor, kpi, Math.abs(value))}`);
const spread = (floor, kpi, { low, high }) => (low === null ? t("noInterval") : `${change(floor, kpi, low)} … ${change(floor, kpi, high)}`);

/** The targets of the periods that are running. */
async function aims(floor) {
  const window = said("window");
  const rows = await askAll("agents/targets", { window, team: said("team") });
  const columns = [
    { name: t("agent"), cell: (row) => row.agent ?? row.team ?? t("total") },
    { name: t("team"), cell: (row) => row.team ?? "–" },
    { name: t("promise"), cell: (row) => row.target },
    { name: t("period"), cell: (row) => `${t("windows")[row.window]} · ${dayOf(row.time)}` },
    { name: t("figure"), cell: (row) => nameOf(floor, row.kpi) },
    { name: t("aim"), number: true, cell: (row) => `${row.comparison === "at_least" ? "≥" : "≤"} ${valueOf(floor, row.kpi, row.aim)}` },
    { name: t("soFar"), number: true, cell: (row) => shown(row, floor.catalogue.get(row.kpi)?.unit) },
    { name: t("projected"), number: true, cell: (row) => valueOf(floor, row.kpi, row.projected) },
    { name: t("needed"), number: true, cell: (row) => needed(floor, row) },
    { name: t("elapsed"), number: true, cell: (row) => shown(row.elapsed, "ratio") },
    { name: t("stands"), cell: (row) => chip(STATES[row.standing], t("paces")[row.standing]) },
  ];
  return [
    asking("aims", field(t("period"), options("window", window, [["", t("all")], ...Object.entries(t("windows"))])), field(t("team"), el("input", { name: "team", value: said("team"), placeholder: t("allTeams") }))),
    el("p", { class: "hint" }, t("aimsHint")),
    nothing(rows, t("noAims")),
    rows.length ? table(t("indicatorParts").aims, columns, rows, { where: toRecord(floor), state: (row) => STATES[row.standing] }) : null,
  ].filter(Boolean);
}

const toRecord = (floor) => (row) => (row.agent ? placeOf({ view: "indicators", part: "record", agent: row.agent, ...floor.asked }) : null);

function needed(floor, row) {
  if (row.needed === null) return "–";
  return row.denominator === null ? t("anHour")(Math.round(row.needed * 10) / 10) : valueOf(floor, row.kpi, row.needed);
}

/** Trainers, quality assurers and leaders: the figures of those they answer for. */
async function charges(floor) {
  const role = said("role");
  const rows = await askAll("indicators", { ...floor.asked, role, interval: "all", kpi: GROWN });
  const people = [...byKpi(rows, (row) => `${row.role} ${row.person}`).values()];
  const kpis = [...new Set(rows.map((row) => row.kpi))];
  const any = (figures) => Object.values(figures)[0];
  const columns = [
    { name: t("person"), cell: (figures) => any(figures).person },
    { name: t("role"), cell: (figures) => t("roles")[any(figures).role] },
    { name: t("team"), cell: (figures) => any(figures).teams ?? "–" },
    { name: t("agents"), number: true, cell: (figures) => count(any(figures).agents) },
    { name: t("daysBound"), number: true, cell: (figures) => count(any(figures).days) },
    ...kpis.map((kpi) => ({ name: nameOf(floor, kpi), number: true, cell: (figures) => shown(figures[kpi] ?? null, floor.catalogue.get(kpi)?.unit) })),
  ];
  return [
    asking("charges", field(t("role"), options("role", role, [["", t("all")], ...Object.entries(t("roles"))])), ...between(floor.asked)),
    el("p", { class: "hint" }, t("chargesHint")),
    nothing(rows, t("noCharges")),
    rows.length ? table(t("indicatorParts").charges, columns, people) : null,
  ].filter(Boolean);
}

/** All trainings, or what one changed. */
async function trainings(floor) {
  if (said("training")) return effect(floor, await ask(`trainings/${encodeURIComponent(said("training"))}`));
  const rows = await askAll("trainings");
  const columns = [
    { name: t("training"), cell: (row) => row.names[lang] ?? Object.values(row.names)[0] },
    { name: t("period"), cell: (row) => (row.day === row.last ? row.day : `${row.day} – ${row.last}`) },
    { name: t("trainer"), cell: (row) => row.trainer ?? "–" },
    { name: t("for"), cell: (row) => [row.team, ...row.agents].filter(Boolean).join(", ") },
    { name: t("figures"), cell: (row) => row.metrics.map((kpi) => nameOf(floor, kpi)).join(", ") },
  ];
  const where = (row) => placeOf({ view: "indicators", part: "trainings", training: row.id });
  return [nothing(rows, t("noTrainings")), rows.length ? table(t("indicatorParts").trainings, columns, rows, { where }) : null].filter(Boolean);
}

function effect(floor, told) {
  const columns = [
    { name: t("figure"), cell: (row) => nameOf(floor, row.kpi) },
    { name: t("before"), number: true, cell: (row) => valueOf(floor, row.kpi, row.trained.before) },
    { name: t("after"), number: true, cell: (row) => valueOf(floor, row.kpi, row.trained.after) },
    { name: t("changeOfTrained"), number: true, cell: (row) => `${change(floor, row.kpi, row.trained.change)} (${count(row.trained.agents)})` },
    { name: t("changeOfOthers"), number: true, cell: (row) => `${change(floor, row.kpi, row.untrained.change)} (${count(row.untrained.agents)})` },
    { name: t("effect"), number: true, cell: (row) => change(floor, row.kpi, row.effect) },
    { name: t("interval95"), number: true, cell: (row) => (row.effect === null ? spread(floor, row.kpi, row.trained) : spread(floor, row.kpi, row)) },
    { name: t("byItself"), number: true, cell: (row) => change(floor, row.kpi, row.regression) },
    { name: t("cautions"), cell: (row) => row.cautions.map((one) => t("cautionWords")[one]).join("; ") || "–" },
  ];
  return [
    facts([
      [t("training"), told.names[lang] ?? Object.values(told.names)[0]],
      [t("before"), `${dayOf(told.before)} – ${dayOf(told.begin)}`],
      [t("after"), `${dayOf(told.end)} – ${dayOf(told.after)}`],
    ]),
    el("p", { class: "hint" }, t("effectHint")),
    table(t("effect"), columns, told.rows),
  ];
}

/** Who answers for one client, side by side. */
async function vendors(floor) {
  const clients = [...new Set(floor.queues.map((row) => row.client).filter(Boolean))];
  const client = said("client", clients[0] ?? "");
  if (!client) return [el("p", { class: "hint" }, t("noClients"))];
  const by = said("by", "site");
  const rows = await askAll("vendors", { ...floor.asked, client, by, kpi: COMPARED });
  const columns = [
    { name: t("figure"), cell: (row) => nameOf(floor, row.kpi) },
    { name: t("agentGroups")[by] ?? t("vendor"), cell: (row) => row.name || t("nobodyNamed") },
    { name: t("value"), number: true, cell: (row) => shown(row, floor.catalogue.get(row.kpi)?.unit) },
    { name: t("likeForLike"), number: true, cell: (row) => valueOf(floor, row.kpi, row.like_for_like) },
    { name: t("share"), number: true, cell: (row) => shown(row.share, "ratio") },
    { name: t("mix"), cell: (row) => Object.entries(row.mix).map(([channel, share]) => `${t("channels")[channel] ?? channel} ${shown(share, "ratio")}`).join(", ") },
    { name: t("definition"), cell: (row) => (row.one_definition ? row.definition : el("span", { "data-state": "warn" }, `${row.definition} · ${t("notOneDefinition")}`)) },
  ];
  const groups = [["vendor", t("vendor")], ["site", t("agentGroups").site], ["team", t("team")]];
  return [
    asking("vendors", field(t("client"), options("client", client, clients.map((one) => [one, one]))), field(t("by"), options("by", by, groups)), ...between(floor.asked)),
    el("p", { class: "hint" }, t("vendorsHint")),
    table(t("indicatorParts").vendors, columns, [...rows].sort((a, b) => a.kpi.localeCompare(b.kpi))),
  ];
}

/** The record of an agent: week by week beside the team, and what happened. */
async function record(floor) {
  const agent = said("agent");
  const interval = said("interval", "1w");
  const fields = asking("record", field(t("agent"), el("input", { name: "agent", value: agent, required: true })), field(t("by"), options("interval", interval, [["1w", t("windows").week], ["1M", t("windows").month]])), ...between(floor.asked));
  if (!agent) return [fields];
  const told = await ask(`agents/${encodeURIComponent(agent)}/growth`, { ...floor.asked, interval, kpi: GROWN });
  const columns = [
    { name: t("period"), cell: (row) => dayOf(row.time) },
    { name: t("figure"), cell: (row) => nameOf(floor, row.kpi) },
    { name: t("value"), number: true, cell: (row) => shown(row, floor.catalogue.get(row.kpi)?.unit) },
    { name: t("change"), number: true, cell: (row) => change(floor, row.kpi, row.change) },
    { name: t("team"), number: true, cell: (row) => valueOf(floor, row.kpi, row.team_value) },
    { name: t("aim"), number: true, cell: (row) => valueOf(floor, row.kpi, row.aim) },
    { name: t("stands"), cell: (row) => (row.kept === null ? "–" : chip(row.kept ? "ok" : "bad", t("standings")[row.kept ? "met" : "missed"])) },
  ];
  const happened = [
    { name: t("when"), cell: (one) => dayOf(one.at) },
    { name: t("what"), cell: (one) => t("happenings")[one.kind] },
    { name: t("details"), cell: (one) => [one.training, one.queue, one.score, one.category, one.fatal ? t("fatal") : null, one.liable ? t("liable") : null].filter((part) => part !== null && part !== undefined).join(" · ") },
  ];
  return [
    fields,
    table(t("indicatorParts").record, columns, [...told.rows].sort((a, b) => a.kpi.localeCompare(b.kpi))),
    section(t("happened"), told.events.length ? table(t("happened"), happened, told.events) : el("p", { class: "hint" }, t("none"))),
  ];
}
