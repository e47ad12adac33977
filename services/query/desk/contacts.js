/** The contacts of a half hour: those that lower the service level first, each with its reason. */

import { ask, askAll, byKpi } from "./api.js";
import { quoted } from "./day.js";
import { missedOf, outcomeOf, promised, reasonOf, seconds, verdict } from "./judging.js";
import { count, meanTime, percent } from "./numbers.js";
import { el, facts, files, heading, hour, moment, section, table } from "./parts.js";
import { lang, placeOf, said, t } from "./place.js";

const KPIS = "service_level,sla_attainment,offered,answered,abandoned,aht";
const AT_ONCE = "500";

export async function contacts() {
  const [queue, from, to] = [said("queue"), said("from"), said("to")];
  const span = { queue: quoted(queue), from, to };
  const [rows, missed, all, queues] = await Promise.all([
    ask("kpis/history", { ...span, interval: "all", kpi: KPIS }),
    ask("visits", { ...span, missed: "true", limit: AT_ONCE }),
    ask("visits", { ...span, limit: AT_ONCE }),
    askAll("queues"),
  ]);
  const [figures] = byKpi(rows.rows, () => "").values();
  const known = queues.find((row) => row.queue === queue);
  const others = { rows: all.rows.filter((visit) => !visit.missed), next: all.next };
  return [
    heading(`${known?.[lang] ?? queue} · ${said("day")} ${hour(from)}–${hour(to)}`),
    summary(figures, known?.target),
    el("p", {}, el("a", { class: "button", href: wallThen(from) }, t("wallThen"))),
    missedList(missed, { ...span, missed: "true" }, count(missedOf(figures.service_level))),
    listed(t("othersTitle"), others, otherColumns(), span),
  ];
}

/** The wall as it stood at an instant of the API. */
const wallThen = (instant) => `wallboard?${new URLSearchParams({ at: instant.slice(0, 16), lang })}`;

function summary(figures, target) {
  return facts([
    [t("level"), percent(figures.service_level), verdict(figures.service_level, promised(figures, target))],
    [t("target"), percent(promised(figures, target))],
    [t("missed"), count(missedOf(figures.service_level))],
    [t("offered"), count(figures.offered)],
    [t("answered"), count(figures.answered)],
    [t("abandoned"), count(figures.abandoned)],
    [t("aht"), meanTime(figures.aht)],
  ]);
}

/** Those that lower the service level, the first page of an answer to `question`; `number` of them, where it is known. */
export const missedList = (told, question, number = "") => listed(t("missedTitle")(number), told, missedColumns(), question);

/** A list of contacts that grows by a page at a time. */
function listed(name, told, columns, question) {
  const where = ({ contact }) => placeOf({ queue: said("queue"), day: said("day"), from: said("from"), to: said("to"), contact });
  const shown = table(name, columns, told.rows, { where, state: ({ missed }) => (missed ? "bad" : null) });
  const more = told.next ? el("button", { type: "button" }, t("more")) : null;
  more?.addEventListener("click", async () => {
    more.disabled = true;
    const page = await ask("visits", { ...question, limit: AT_ONCE, cursor: told.next });
    const next = { rows: [...told.rows, ...page.rows.filter((visit) => question.missed || !visit.missed)], next: page.next };
    whole.replaceWith(listed(name, next, columns, question));
  });
  const none = told.rows.length || told.next ? null : el("p", { class: "hint" }, t("none"));
  const whole = section(name, none ?? shown, more ?? "", files("visits", question, { wide: false }));
  return whole;
}

const common = () => [
  { name: t("offeredAt"), cell: ({ offered }) => moment(offered) },
  { name: t("contact"), cell: ({ contact }) => contact },
];
const times = () => [
  { name: t("wait"), number: true, cell: ({ wait }) => seconds(wait) },
  { name: t("talk"), number: true, cell: ({ talk, answered }) => (answered ? meanTime(talk) : "–") },
];
const missedColumns = () => [...common(), { name: t("reason"), cell: reasonOf }, { name: t("channel"), cell: ({ channel }) => t("channels")[channel] ?? channel }, ...times()];
const otherColumns = () => [...common(), { name: t("outcome"), cell: outcomeOf }, { name: t("channel"), cell: ({ channel }) => t("channels")[channel] ?? channel }, ...times()];
