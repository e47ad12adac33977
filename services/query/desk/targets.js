/** The month's promises: kept, missed, so far below, and what would recover them. */

import { ask, askAll } from "./api.js";
import { count, shown } from "./numbers.js";
import { chip, dayOf, el, facts, field, files, form, heading, hour, section, table } from "./parts.js";
import { lang, placeOf, said, t } from "./place.js";

const STATES = { met: "ok", behind: "warn", missed: "bad", no_contacts: "none", closed: "closed" };
const LENGTHS = ["month", "day", "interval"];

export async function targets() {
  const [queues, definitions] = await Promise.all([askAll("queues"), ask("definitions")]);
  const today = dayOf(queues[0]?.as_of ?? new Date().toISOString());
  const month = said("month", today.slice(0, 7));
  const question = { from: `${month}-01`, to: lastDay(month) };
  const rows = await askAll("targets", question);
  const catalogue = new Map([...definitions.kpis, ...definitions.variants].map((one) => [one.kpi, one]));
  const names = new Map(queues.map((row) => [row.queue, row[lang]]));
  const parts = LENGTHS.map((length) => promises(length, rows.filter((row) => row.window === length), catalogue, names));
  return [
    heading(`${t("targetsTitle")} · ${month}`),
    form({ view: "targets", lang }, field(t("month"), el("input", { type: "month", name: "month", value: month, required: true }))),
    ...(rows.length ? parts.filter(Boolean) : [el("p", { class: "hint" }, t("noTargets"))]),
    files("targets", question, { wide: false }),
  ];
}

const lastDay = (month) => new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10);

/** The promises of one length: how many stand how, and those that are worth a line; of half hours only what is not kept. */
function promises(length, rows, catalogue, names) {
  if (!rows.length) return null;
  const told = length === "interval" ? rows.filter(({ standing }) => standing === "missed" || standing === "behind") : rows;
  const standing = Object.keys(STATES).map((one) => [t("standings")[one], count(rows.filter((row) => row.standing === one).length), STATES[one]]);
  const shownRows = table(t("lengths")[length], columns(catalogue, names), told, { where: contactsBehind, state: (row) => STATES[row.standing] });
  return section(t("lengths")[length], facts(standing), told.length ? shownRows : el("p", { class: "hint" }, t("none")));
}

const whenOf = ({ time, window }) => (window === "month" ? dayOf(time).slice(0, 7) : window === "day" ? dayOf(time) : `${dayOf(time)} ${hour(time)}`);

/** The contacts behind a promise that is not kept, where they can be told one by one. */
const contactsBehind = (row) => (row.visits ? placeOf({ view: "behind", target: row.target.split("@")[0], from: row.time, to: row.end, metric: row.metric }) : null);

function columns(catalogue, names) {
  const unit = ({ metric }) => catalogue.get(metric)?.unit;
  const scope = ({ queue, team, site, client, channels }) => [queue ? (names.get(queue) ?? queue) : (team ?? site ?? client ?? t("wholeTenant")), ...(channels?.split(",") ?? []).map((one) => t("channels")[one] ?? one)].join(" · ");
  return [
    { name: t("period"), cell: whenOf },
    { name: t("promise"), cell: ({ target }) => target },
    { name: t("scope"), cell: scope },
    { name: t("figure"), cell: ({ metric }) => catalogue.get(metric)?.[lang] ?? metric },
    { name: t("promisedValue"), number: true, cell: (row) => `${row.comparison === "at_least" ? "≥" : "≤"} ${shown(row.promised, unit(row))}` },
    { name: t("soFar"), number: true, cell: (row) => shown(row, unit(row)) },
    { name: t("stands"), cell: ({ standing }) => chip(STATES[standing], t("standings")[standing]) },
    { name: t("recovers"), cell: recovering },
  ];
}

/** What would still keep the promise: only where it can still be kept. */
function recovering({ standing, to_recover: needed }) {
  if (standing !== "behind") return "–";
  return needed === null ? t("noneRecovers") : t("recoversBy")(count(needed));
}
