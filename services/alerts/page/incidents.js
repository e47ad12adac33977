/** What is known: incidents, who is on call, messages; without a word about how they are shown. */

const RANK = { critical: 0, warning: 1, info: 2 };
const LATELY = 3_600_000;
const MOST_ENDED = 50;

/** Incidents by id; `rotas`, `receivers`, `messages` as the API tells them, `detail` what is open, `heardAt` by performance.now(). */
export const known = { incidents: new Map(), rotas: null, receivers: [], messages: null, detail: null, heardAt: null };

const isOpen = (row) => row.state !== "resolved";

/** Take rows of the stream; returns [opened, ended] since what was known before. */
export function takeRows(rows) {
  const opened = [];
  const ended = [];
  for (const row of rows) {
    const before = known.incidents.get(row.incident);
    if (before && before.revision > row.revision) continue;
    if (known.heardAt !== null && isOpen(row) && !before) opened.push(row);
    if (before && isOpen(before) && !isOpen(row)) ended.push(row);
    known.incidents.set(row.incident, row);
  }
  known.heardAt = performance.now();
  return [opened, ended];
}

/** Take the list of everything open: what is not in it was missed as it ended. */
export function takeOpen(rows) {
  const listed = new Set(rows.map((row) => row.incident));
  for (const [id, row] of known.incidents) if (isOpen(row) && !listed.has(id)) known.incidents.delete(id);
  return takeRows(rows);
}

/** Open ones, the worst first: nobody has it before somebody has it, then by severity, then by age. */
export const openIncidents = () =>
  [...known.incidents.values()].filter(isOpen).sort(
    (one, other) =>
      (one.state === "firing" ? 0 : 1) - (other.state === "firing" ? 0 : 1) ||
      RANK[one.severity] - RANK[other.severity] ||
      one.opened_at.localeCompare(other.opened_at),
  );

/** Those that ended within the hour, the last first; older ones are forgotten. */
export function endedIncidents(now) {
  for (const [id, row] of known.incidents) if (!isOpen(row) && Date.parse(row.resolved_at) < now - LATELY) known.incidents.delete(id);
  const ended = [...known.incidents.values()].filter((row) => !isOpen(row));
  return ended.sort((one, other) => Date.parse(other.resolved_at) - Date.parse(one.resolved_at)).slice(0, MOST_ENDED);
}

/** A receiver's name in a language; whoever is no receiver is called as they called themselves. */
export const called = (who, lang) => known.receivers.find((one) => one.receiver === who)?.[lang] ?? who;
