/** What is around the figures: open incidents and who is on call, where this process serves alerts; else nothing is said. */

import { choice } from "./choice.js";
import { isForbidden } from "./stream.js";

const RANK = { critical: 0, warning: 1, info: 2 };
const OLD = 60_000;
const FORBIDDEN_FOR = 600_000;

const around = { incidents: [], rotas: [], receivers: [], heardAt: -Infinity, notBefore: 0 };

/** Ask for both; a refusal or a silence changes nothing, and what is too old to be believed is not shown. */
export async function askAround(ask) {
  if (performance.now() < around.notBefore) return;
  const [incidents, onCall] = await Promise.all([ask("v1/alerts?state=open&limit=100"), ask("v1/oncall")]);
  if (isForbidden(incidents) || isForbidden(onCall)) around.notBefore = performance.now() + FORBIDDEN_FOR;
  if (!incidents.ok || !onCall.ok) return;
  const [{ rows }, { rows: rotas, receivers }] = [await incidents.json(), await onCall.json()];
  Object.assign(around, { incidents: rows.sort(worstFirst), rotas, receivers, heardAt: performance.now() });
}

/** Show these incidents, as of a past moment; who was on call then is not asked. */
export function showIncidents(rows) {
  Object.assign(around, { incidents: rows.toSorted(worstFirst), rotas: [], heardAt: performance.now() });
}

const worstFirst = (one, other) => RANK[one.severity] - RANK[other.severity] || one.opened_at.localeCompare(other.opened_at);

const isOld = () => performance.now() - around.heardAt > OLD;

/** Open incidents, the worst first. */
export const openIncidents = () => (isOld() ? [] : around.incidents);

/** Rotas with somebody on call now: [{name, who, until}]. */
export const onCallNow = () =>
  isOld() ? [] : around.rotas.filter(({ now }) => now.member).map((rota) => ({ name: rota[choice.lang], who: called(rota.now.member), until: rota.now.end }));

/** A receiver's name; whoever is no receiver is called as they called themselves. */
export const called = (who) => around.receivers.find((one) => one.receiver === who)?.[choice.lang] ?? who;
