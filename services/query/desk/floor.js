/** All queues today: where a day is chosen. */

import { ask, askAll, byKpi } from "./api.js";
import { missedOf, promised, verdict } from "./judging.js";
import { count, meanTime, percent } from "./numbers.js";
import { chip, dayOf, el, facts, field, files, form, heading, options, section, table } from "./parts.js";
import { lang, placeOf, said, t } from "./place.js";

const KPIS = "service_level,sla_attainment,offered,answered,abandoned,aht,waiting";

export async function floor() {
  const question = { window: "today", by: "queue", kpi: KPIS, client: said("client") };
  const [all, rows, total] = await Promise.all([askAll("queues"), askAll("kpis", question), ask("kpis", { ...question, by: "total" })]);
  const figures = byKpi(rows, ({ queue }) => queue);
  const queues = all.filter((row) => !said("client") || row.client === said("client"));
  const known = queues.filter((row) => row.known);
  const strangers = queues.filter((row) => !row.known);
  const [whole] = byKpi(total.rows, () => "").values();
  const whereTo = { where: (row) => placeOf({ queue: row.queue, day: dayOf(row.as_of) }), state: (row) => stateOf(row, figures) };
  return [
    heading(t("floorTitle")),
    chosenClient(all),
    facts([[t("level"), percent(whole.service_level)], [t("offered"), count(whole.offered)], [t("abandoned"), count(whole.abandoned)], [t("waiting"), count(whole.waiting)]]),
    table(t("floorTitle"), columns(figures), known, whereTo),
    files("kpis", question),
    strangers.length ? section(t("strangers"), el("p", { class: "hint" }, t("strangersHint")), table(t("strangers"), columns(figures), strangers, whereTo)) : "",
  ];
}

/** A choice of whose queues are shown, where definitions know clients. */
function chosenClient(queues) {
  const clients = [...new Set(queues.map((row) => row.client).filter(Boolean))];
  if (!clients.length) return "";
  return form({ lang }, field(t("client"), options("client", said("client"), [["", t("allClients")], ...clients.map((one) => [one, one])])));
}

const stateOf = (row, figures) => verdict(figures.get(row.queue)?.service_level, promised(figures.get(row.queue) ?? {}, row.target));

function columns(figures) {
  const of = (row) => figures.get(row.queue) ?? {};
  const number = (name, cell) => ({ name, number: true, cell });
  return [
    { name: t("queue"), cell: (row) => row[lang] },
    { name: t("stands"), cell: (row) => chip(stateOf(row, figures), t("verdicts")[stateOf(row, figures)]) },
    number(t("level"), (row) => percent(of(row).service_level)),
    number(t("target"), (row) => percent(promised(of(row), row.target))),
    number(t("missed"), (row) => count(missedOf(of(row).service_level))),
    number(t("offered"), (row) => count(of(row).offered)),
    number(t("answered"), (row) => count(of(row).answered)),
    number(t("abandoned"), (row) => count(of(row).abandoned)),
    number(t("aht"), (row) => meanTime(of(row).aht)),
    number(t("waiting"), (row) => count(row.waiting)),
    number(t("free"), (row) => `${count(row.agents.available ?? 0)} / ${count(Object.values(row.agents).reduce((sum, one) => sum + one, 0))}`),
  ];
}
