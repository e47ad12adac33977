/** Questions to the API; what it refuses is thrown with its own words. */

const ANSWER_WITHIN = 30_000;

/** The API refused or did not answer: `status` 0 where nothing came. */
export class Refused extends Error {
  constructor(status, detail, scope = "") {
    super(detail);
    this.status = status;
    this.scope = scope;
  }
}

export const address = (path, question) => `v1/${path}?${new URLSearchParams(Object.entries(question).filter(([, value]) => value))}`;

/** The answer to a question, the JSON of it. */
export async function ask(path, question = {}) {
  let answer;
  try {
    answer = await fetch(address(path, question), { cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN) });
  } catch {
    throw new Refused(0, "");
  }
  const told = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, told.detail ?? "", told.scope);
  return told;
}

/** All rows of a question, page after page; an event `rows` tells how many there are before the last page comes. */
export async function askAll(path, question = {}) {
  const rows = [];
  for (let cursor = ""; cursor !== null; ) {
    const told = await ask(path, { ...question, cursor });
    rows.push(...told.rows);
    cursor = told.next;
    if (cursor !== null) dispatchEvent(new CustomEvent("rows", { detail: rows.length }));
  }
  return rows;
}

/** Rows of figures as a map from `key(row)` to {kpi: row}, in the order in which they came. */
export function byKpi(rows, key) {
  const found = new Map();
  for (const row of rows) {
    if (!found.has(key(row))) found.set(key(row), {});
    found.get(key(row))[row.kpi] = row;
  }
  return found;
}

export async function signIn(key) {
  const body = JSON.stringify({ key });
  const answer = await fetch("desk/session", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  if (!answer.ok) throw new Refused(answer.status, (await answer.json()).detail ?? "");
}
