/** The line of the day that is played: where the moment stands, when incidents were open and notices went out. */

import { choice, t } from "./choice.js";
import { clockTime, midnight } from "./clock.js";
import { byId, fill } from "./dom.js";

const DAY = 86_400_000;
const STATES = { critical: "bad", warning: "warn", info: "few" };

const line = { incidents: [], notices: [] };

/** Take the incidents of the day. */
export function takeIncidents(rows) {
  line.incidents = rows;
  line.notices = [];
}

/** Take the notices of one incident: those that a channel took. */
export function takeNotices(incident, notices) {
  line.notices.push(...notices.filter(({ sent_at: sent }) => sent).map((one) => ({ ...one, incident })));
}

/** The incidents that were open at an instant, as they are known now. */
export const openAt = (at) =>
  line.incidents.filter((one) => Date.parse(one.opened_at) <= at && (one.resolved_at === null || at < Date.parse(one.resolved_at)));

/** Draw the marks of the day of an instant; `until` is where it ends, or now. */
export function drawMarks(at, until) {
  const day = midnight(at);
  const incidents = line.incidents.map((one) => incidentMark(one, day, until)).filter(Boolean);
  const notices = line.notices.map((one) => noticeMark(one, day)).filter(Boolean);
  fill(byId("marks"), [...incidents, ...notices]);
}

function incidentMark(row, day, until) {
  const [from, to] = [Date.parse(row.opened_at), row.resolved_at === null ? until : Date.parse(row.resolved_at)];
  if (to < day || from >= day + DAY) return null;
  const queue = row[`queue_${choice.lang}`] ?? t("allQueues");
  const words = t("markOf")(t("severity")[row.severity], row[choice.lang], queue, clockTime(from), row.resolved_at === null ? "…" : clockTime(to));
  return markAt("incident", STATES[row.severity], row.incident, words, [from - day, Math.min(to, day + DAY) - Math.max(from, day)]);
}

function noticeMark(row, day) {
  const at = Date.parse(row.sent_at);
  if (at < day || at >= day + DAY) return null;
  return markAt("notice", "none", row.incident, t("noticeOf")(row.receiver, row.channel, clockTime(at)), [at - day, 0]);
}

/** A mark that leads to its incident; it begins so long after midnight and lasts so long, milliseconds. */
function markAt(kind, state, incident, words, [after, lasts]) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `alerts?${new URLSearchParams({ incident })}`;
  link.title = words;
  link.setAttribute("aria-label", words);
  link.dataset.at = String(Math.max(0, after));
  item.className = kind;
  item.dataset.state = state;
  item.dataset.from = (Math.max(0, after) / DAY).toFixed(5);
  item.dataset.lasts = (lasts / DAY).toFixed(5);
  item.append(link);
  return item;
}

/** Put the marks where they belong: a page may not carry styles of its own. */
export function placeMarks() {
  for (const item of byId("marks").children) {
    item.style.setProperty("--from", `${(item.dataset.from * 100).toFixed(3)}%`);
    item.style.setProperty("--lasts", `${(item.dataset.lasts * 100).toFixed(3)}%`);
  }
}
