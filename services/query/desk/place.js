/**
 * Where the address is: every place of the desk has one, so that it can be reloaded, sent to somebody and gone back to.
 *
 *   desk                                              all queues today
 *   desk?queue=sales&day=2026-11-11                   a queue's day
 *   desk?queue=sales&day=…&from=…&to=…                the contacts of a half hour
 *   desk?queue=sales&day=…&from=…&to=…&contact=c-1    a contact's journey
 *   desk?view=kpi|agents|targets&…                    a figure over any span, agents, promises
 *   desk?view=indicators&part=…                       targets of agents, who answers for whom, trainings, vendors, records
 *
 * &lang=en|zh is kept everywhere.
 */

import { CATALOGUE } from "./words.js";

const asked = new URLSearchParams(location.search);
const browserLanguage = navigator.language.startsWith("zh") ? "zh" : "en";

export const lang = Object.hasOwn(CATALOGUE, asked.get("lang")) ? asked.get("lang") : browserLanguage;

/** What the address says of `name`, or what holds where it says nothing. */
export const said = (name, otherwise = "") => asked.get(name) ?? otherwise;

/** The text of `key` in the chosen language. */
export const t = (key) => CATALOGUE[lang][key];

/** The address of a place of the desk. */
export function placeOf(where) {
  const kept = asked.has("lang") ? { ...where, lang: asked.get("lang") } : where;
  const query = new URLSearchParams(Object.entries(kept).filter(([, value]) => value));
  return query.size ? `desk?${query}` : "desk";
}

/** This very place in the other language. */
export function inOtherLanguage() {
  const query = new URLSearchParams(asked);
  query.set("lang", lang === "zh" ? "en" : "zh");
  return `desk?${query}`;
}

/** The place above this one. */
export function above() {
  const up = { queue: said("queue"), day: said("day"), from: said("from"), to: said("to") };
  if (said("contact")) return placeOf(up);
  return said("from") && said("queue") ? placeOf({ queue: up.queue, day: up.day }) : placeOf({});
}
