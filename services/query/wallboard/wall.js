/**
 * The wallboard: every queue of a floor live, and a loud word when it cannot be.
 *
 *   GET v1/queues, every 4 s  ─► which queues there are, their state and targets, how fresh, the server's clock
 *   GET v1/stream by=queue …  ─► the figures of the cards       ┐ the first event holds all rows,
 *   GET v1/stream by=total    ─► the figures of the strip above ┘ later ones those that changed
 *   GET v1/kpis, every 30 s   ─► today beside its forecast
 *   GET v1/kpis/history, every minute ─► the half hours of the day: all of them first, then the last two
 *   GET v1/alerts, v1/oncall, every 15 s, where they are served ─► incidents, who is on call
 *   GET v1/contracts/…, every 15 s, of those that the address names ─► how they stand
 *
 * With ?at=… in the address the past is shown instead, see replay.js.
 *
 * Nothing grows: a card per tile, a row per KPI, the half hours of one day, the waits of one hour. Nothing runs while nobody
 * can look.
 */

import { askAround } from "./around.js";
import { ask, forgetDay, readDay, Repeated } from "./asking.js";
import { choice, choose } from "./choice.js";
import { askContracts } from "./contract.js";
import { learnClock, serverNow } from "./clock.js";
import { noteWaits } from "./day.js";
import { byId, page } from "./dom.js";
import { addWindowButtons, draw, drawChoices, drawDays, drawLogin, drawRefusal, drawWords, fitGrid } from "./draw.js";
import { floor, forgetFigures, forgetTiles, standing, takeCardRows, takeListing, takePlan, takeTotalRows } from "./floor.js";
import { shownNumber, turn, turnInTime } from "./pages.js";
import { askAgain, isPast, KEYS_THEN, lookBack, play, rest as restThen, standingThen, wakeThen } from "./replay.js";
import { askedPause, isForbidden, Stream } from "./stream.js";
import { hold } from "./wanted.js";

const FLOOR_KPIS = "service_level,sla_attainment,waiting,longest_wait,abandonment_rate,offered";
const CARD_KPIS =
  "service_level,sla_attainment,waiting,longest_wait,abandonment_rate,offered,answered,aht," +
  "agents,agents:available,agents:ringing,agents:busy,agents:wrap_up,agents:break";
const DRAW_EVERY = 200;
const TICK = 1_000;
const NOTE_EVERY = 15_000;
const POLL_EVERY = 4_000;
const PLAN_EVERY = 30_000;
const DAY_EVERY = 60_000;
const AROUND_EVERY = 15_000;
const SWIPE = 60;

// ── In: two streams and a poll ──────────────────────────────────────────────────────────────────────────────────────

const cardStream = new Stream((rows) => { takeCardRows(rows); drawSoon(); }, () => askForKey());
const totalStream = new Stream((rows) => { takeTotalRows(rows); drawSoon(); }, () => askForKey());
const streams = [cardStream, totalStream];

const streamAddress = (question) => `v1/stream?${new URLSearchParams(question)}`;

const openCards = () =>
  isPast ? askAgain() : cardStream.open(streamAddress({ kpi: CARD_KPIS, by: choice.by, window: choice.window }));
const openTotal = () => totalStream.open(streamAddress({ kpi: FLOOR_KPIS, by: "total", window: "today" }));

let pollTimer;
let planAsked = -PLAN_EVERY;

/** The day goes on; so do incidents and who is on call, where this process serves them. */
const days = new Repeated(DAY_EVERY, () => readDay().then(drawDays));
const surroundings = new Repeated(AROUND_EVERY, () => Promise.all([byId("alerts").hidden || askAround(ask), askContracts(ask)]));

async function pollPlan() {
  if (performance.now() - planAsked < PLAN_EVERY) return;
  planAsked = performance.now();
  const answer = await ask(`v1/kpis?${new URLSearchParams({ kpi: "forecast_variance", by: "total", window: "today" })}`);
  if (answer.ok) takePlan((await answer.json()).rows);
}

async function poll() {
  if (isPast) return askAgain();
  clearTimeout(pollTimer);
  const sent = performance.now();
  let pause = POLL_EVERY;
  try {
    const answer = await ask("v1/queues");
    pause = Math.max(pause, askedPause(answer));
    learnClock(Date.parse(answer.headers.get("Date")), sent, performance.now());
    if (isForbidden(answer)) return askForKey();
    if (answer.ok) listed((await answer.json()).rows);
    await pollPlan();
  } catch {
    // The network is away or the answer broke off: the age of what is shown tells, and the next poll asks again.
  }
  drawSoon();
  if (!document.hidden) pollTimer = setTimeout(poll, pause);
}

function listed(rows) {
  const isFirst = floor.listing === null;
  takeListing(rows);
  drawChoices();
  if (isFirst && !isPast) days.start();
}

// ── Out: at most five drawings a second ─────────────────────────────────────────────────────────────────────────────

let drawTimer = null;

function drawSoon() {
  drawTimer ??= setTimeout(drawNow, DRAW_EVERY);
}

const standingNow = () => (isPast ? standingThen() : standing(streams));

function drawNow() {
  clearTimeout(drawTimer);
  drawTimer = null;
  if (isWatching()) draw(standingNow());
}

// ── Acts of whoever stands in front of it ───────────────────────────────────────────────────────────────────────────

function switchLanguage() {
  choose("lang", choice.lang === "zh" ? "en" : "zh");
  drawWords();
  drawNow();
  poll();
}

function switchWindow(span) {
  choose("window", span);
  drawWords();
  forgetFigures();
  openCards();
}

/** Other cards: what they show is asked for anew. */
function switchCards() {
  choose("by", byId("by").value);
  choose("page", 1);
  forgetTiles();
  if (floor.listing) takeListing(floor.listing);
  forgetDay();
  openCards();
  if (!isPast) days.start();
  drawNow();
}

function switchLayout() {
  choose("layout", byId("layout").value);
  drawNow();
  fitGrid();
  drawDays();
}

function turnPage(by) {
  choose("page", turn(by));
  drawNow();
}

function holdPage() {
  hold(shownNumber());
  drawNow();
}

const KEYS = {
  ArrowLeft: () => turnPage(-1),
  PageUp: () => turnPage(-1),
  ArrowRight: () => turnPage(1),
  PageDown: () => turnPage(1),
  " ": holdPage,
  l: switchLanguage,
  p: lookBack,
  f: () => (document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen()),
};

/** Keys act unless they are meant for what has the focus. */
function onKey(event) {
  const isTaken = event.target.closest("input, select, button, a") || event.ctrlKey || event.metaKey || event.altKey;
  const keys = isPast ? { ...KEYS, ...KEYS_THEN } : KEYS;
  if (isTaken || page.dataset.view === "login" || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
}

let touchedAt = null;

function onTouchEnd({ changedTouches: [touch] }) {
  const [across, down] = [touch.clientX - touchedAt.clientX, touch.clientY - touchedAt.clientY];
  if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(down)) turnPage(across < 0 ? 1 : -1);
}

function askForKey() {
  rest();
  drawLogin();
}

async function signIn(event) {
  event.preventDefault();
  const body = JSON.stringify({ key: byId("key").value.trim() });
  byId("key").value = "";
  try {
    const answer = await fetch("wallboard/session", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (answer.ok) return location.reload();
    drawRefusal(answer.status < 500 ? "loginRefused" : "loginAway", (await answer.json()).detail);
  } catch {
    drawRefusal("loginAway");
  }
}

// ── Life: everything rests while nobody can look ────────────────────────────────────────────────────────────────────

const isWatching = () => !document.hidden && page.dataset.view !== "login";

function wake() {
  if (!isWatching()) return;
  if (isPast) return wakeThen();
  openCards();
  openTotal();
  poll();
  forgetDay();
  if (floor.listing) days.start();
  surroundings.start();
}

function rest() {
  restThen();
  clearTimeout(pollTimer);
  for (const one of [days, surroundings]) one.rest();
  streams.forEach((stream) => stream.rest());
}

function tick() {
  if (!isPast) streams.forEach((stream) => stream.reopenIfSilent());
  turnInTime(byId("cards").contains(document.activeElement));
  drawNow();
}

function note() {
  if (isPast || !isWatching() || standing(streams).name === "lost") return;
  noteWaits(floor.tiles, serverNow());
  drawDays();
}

addWindowButtons(switchWindow);
drawWords();
if (isPast) play({ kpis: { cards: CARD_KPIS, floor: FLOOR_KPIS }, draw: drawNow, drawDays, listed: drawChoices, askForKey });
byId("lang").addEventListener("click", switchLanguage);
byId("login").addEventListener("submit", signIn);
byId("by").addEventListener("change", switchCards);
byId("layout").addEventListener("change", switchLayout);
byId("before").addEventListener("click", () => turnPage(-1));
byId("after").addEventListener("click", () => turnPage(1));
byId("hold").addEventListener("click", holdPage);
byId("look-back").addEventListener("click", lookBack);
addEventListener("keydown", onKey);
byId("cards").addEventListener("touchstart", ({ changedTouches: [touch] }) => { touchedAt = touch; }, { passive: true });
byId("cards").addEventListener("touchend", onTouchEnd, { passive: true });
document.addEventListener("visibilitychange", () => (document.hidden ? rest() : wake()));
addEventListener("pagehide", rest);
addEventListener("pageshow", (event) => event.persisted && wake());
new ResizeObserver(fitGrid).observe(byId("cards"));
setInterval(tick, TICK);
setInterval(note, NOTE_EVERY);
wake();
