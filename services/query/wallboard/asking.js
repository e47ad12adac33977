/** The questions that the wall asks slowly: the day by half hours, and the waits of the hour before it was opened. */

import { choice } from "./choice.js";
import { localTime, midnight, serverNow } from "./clock.js";
import { DAY_KPIS, halfHourOf, takeDay, takeWaits } from "./day.js";
import { floor, shownTiles } from "./floor.js";
import { isNarrowed } from "./wanted.js";

const ANSWER_WITHIN = 5_000;
const HISTORY_WITHIN = 30_000;
const MINUTE = 60_000;
const HALF_HOUR = 30 * MINUTE;
const MOST_ROWS = 20_000;

export const ask = (address, within = ANSWER_WITHIN) => fetch(address, { cache: "no-store", signal: AbortSignal.timeout(within) });

/** Work that is done again `every` so many milliseconds until it rests; a failure changes nothing, the next time asks again. */
export class Repeated {
  constructor(every, work) {
    this.every = every;
    this.work = work;
    this.run = 0;
  }

  async start() {
    const run = ++this.run;
    clearTimeout(this.timer);
    try {
      await this.work();
    } catch {
      // The network is away or the answer broke off: the banner tells.
    }
    if (run === this.run) this.timer = setTimeout(() => this.start(), this.every);
  }

  rest() {
    this.run++;
    clearTimeout(this.timer);
  }
}

const read = { half: null, waits: false };

/** What was read was about other cards, or is old: read all of it again. */
export const forgetDay = () => Object.assign(read, { half: null, waits: false });

/** Read what is missing: all half hours once, then the last two; and once the waits of the last hour. */
export async function readDay() {
  await readHalfHours();
  if (!read.waits) await readWaits();
}

/** All rows of history, page by page; null where it does not answer, or the cards were changed meanwhile. */
async function history(from, to, asked) {
  const { by } = choice;
  const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const question = new URLSearchParams({ ...span, ...asked, ...narrowed(), by, limit: MOST_ROWS });
  let rows = [];
  for (let next = ""; next !== null; ) {
    if (next) question.set("cursor", next);
    const answer = await ask(`v1/kpis/history?${question}`, HISTORY_WITHIN);
    if (!answer.ok || by !== choice.by) return null;
    const page = await answer.json();
    rows = rows.concat(page.rows);
    next = page.next;
  }
  return by === choice.by ? rows : null;
}

/** Only the queues that are shown, where the address names some. */
function narrowed() {
  const names = choice.by === "queue" && isNarrowed ? shownTiles().map(({ id }) => (/[",]/.test(id) ? `"${id.replaceAll('"', '""')}"` : id)) : [];
  return names.length ? { queue: names.join(",") } : {};
}

async function readHalfHours() {
  const now = serverNow();
  const half = halfHourOf(now);
  const from = read.half === half ? half - HALF_HOUR : midnight(now) - 2 * HALF_HOUR; // the clocks may have been put back since
  const rows = await history(from, half + HALF_HOUR, { kpi: DAY_KPIS, interval: "30m" });
  if (!rows) return;
  takeDay(floor.tiles, rows, localTime(now).slice(0, 10));
  read.half = half;
}

async function readWaits() {
  const to = Math.floor(serverNow() / MINUTE) * MINUTE;
  const rows = await history(to - 60 * MINUTE, to, { kpi: "waiting", interval: "5m" });
  if (!rows) return;
  takeWaits(floor.tiles, rows);
  read.waits = true;
}
