/** A contact's journey: queue after queue, what happened when. */

import { ask } from "./api.js";
import { outcomeOf, reasonOf, seconds } from "./judging.js";
import { meanTime } from "./numbers.js";
import { chip, dayOf, el, facts, heading, moment } from "./parts.js";
import { said, t } from "./place.js";

export async function journey() {
  const { rows } = await ask(`contacts/${encodeURIComponent(said("contact"))}`);
  return [heading(t("journeyTitle")(said("contact"))), el("ol", { class: "journey" }, ...rows.map(stay))];
}

function stay(visit) {
  const verdict = visit.missed ? chip("bad", t("missedWord")) : chip("ok", t("notMissed"));
  return el(
    "li",
    { "data-state": visit.missed ? "bad" : "ok" },
    el("h3", {}, `${visit.queue ?? "–"} · ${t("channels")[visit.channel] ?? visit.channel}`),
    el("p", {}, verdict, " ", visit.missed ? reasonOf(visit) : outcomeOf(visit), " ", el("small", {}, t("under")(visit.definition))),
    facts([[t("wait"), seconds(visit.wait)], [t("talk"), meanTime(visit.talk)], [t("hold"), meanTime(visit.hold)], [t("wrap"), meanTime(visit.wrap)], ...(visit.agent ? [[t("agent"), visit.agent]] : [])]),
    el("ol", { class: "steps" }, ...steps(visit).map(([at, words]) => el("li", {}, el("time", { datetime: at }, `${dayOf(at)} ${moment(at)}`), " ", words))),
  );
}

/** What happened, in order. */
function steps(visit) {
  const known = [
    [visit.offered, t("events").offered],
    [visit.answered, t("events").answered],
    [visit.abandoned, t("events").abandoned],
    [visit.left, outcomeOf({ ...visit, outcome: "left" })],
    [visit.ended, t("events").ended],
    ...visit.surveys.map((one) => [one.at, t("events").survey(one.kind, one.score)]),
    ...visit.evaluations.map((one) => [one.at, t("events").evaluation(one.score, one.verdict)]),
    ...visit.complaints.map((one) => [one.at, t("events").complaint(one.kind)]),
  ];
  return known.filter(([at]) => at !== null).sort(([one], [other]) => Date.parse(one) - Date.parse(other));
}
