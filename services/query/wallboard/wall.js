/**
 * The wallboard: every queue of a floor live, and a loud word when it cannot be.
 *
 *   GET v1/queues, every 4 s  ─► which queues there are, their state and targets, how fresh, the server's clock
 *   GET v1/stream by=queue    ─► the figures of the cards       ┐ the first event holds all rows,
 *   GET v1/stream by=total    ─► the figures of the strip above ┘ later ones those that changed
 *   GET v1/kpis, every 30 s   ─► today beside its forecast
 *
 * Nothing grows: a card per listed queue, a row per KPI, a bounded trend. Nothing runs while nobody can look.
 */

import { choice, choose } from "./choice.js";
import { learnClock } from "./clock.js";
import { addWindowButtons, byId, draw, drawLogin, drawRefusal, drawTrends, drawWords, fitGrid, page } from "./draw.js";
import { forgetFigures, sampleTrends, standing, takeListing, takePlan, takeQueueRows, takeTotalRows } from "./floor.js";
import { askedPause, isForbidden, Stream } from "./stream.js";

const FLOOR_KPIS = "service_level,sla_attainment,waiting,longest_wait,abandonment_rate,offered";
const CARD_KPIS = "service_level,waiting,longest_wait,abandonment_rate,offered,answered,aht,agents,agents:available";
const DRAW_EVERY = 200;
const TICK = 1_000;
const TREND_EVERY = 5_000;
const POLL_EVERY = 4_000;
const PLAN_EVERY = 30_000;
const POLL_TIMEOUT = 5_000;

// ── In: two streams and a poll ──────────────────────────────────────────────────────────────────────────────────────

const cardStream = new Stream((rows) => { takeQueueRows(rows); drawSoon(); }, () => askForKey());
const totalStream = new Stream((rows) => { takeTotalRows(rows); drawSoon(); }, () => askForKey());
const streams = [cardStream, totalStream];

const streamAddress = (question) => `v1/stream?${new URLSearchParams(question)}`;

const openCards = () => cardStream.open(streamAddress({ kpi: CARD_KPIS, by: "queue", window: choice.window }));
const openTotal = () => totalStream.open(streamAddress({ kpi: FLOOR_KPIS, by: "total", window: "today" }));

let pollTimer;
let planAsked = -PLAN_EVERY;

const ask = (address) => fetch(address, { cache: "no-store", signal: AbortSignal.timeout(POLL_TIMEOUT) });

async function pollPlan() {
  if (performance.now() - planAsked < PLAN_EVERY) return;
  planAsked = performance.now();
  const answer = await ask(`v1/kpis?${new URLSearchParams({ kpi: "forecast_variance", by: "total", window: "today" })}`);
  if (answer.ok) takePlan((await answer.json()).rows);
}

async function poll() {
  clearTimeout(pollTimer);
  const sent = performance.now();
  let pause = POLL_EVERY;
  try {
    const answer = await ask("v1/queues");
    pause = Math.max(pause, askedPause(answer));
    learnClock(Date.parse(answer.headers.get("Date")), sent, performance.now());
    if (isForbidden(answer)) return askForKey();
    if (answer.ok) takeListing((await answer.json()).rows);
    await pollPlan();
  } catch {
    // The network is away or the answer broke off: the age of what is shown tells, and the next poll asks again.
  }
  drawSoon();
  if (!document.hidden) pollTimer = setTimeout(poll, pause);
}

// ── Out: at most five drawings a second ─────────────────────────────────────────────────────────────────────────────

let drawTimer = null;

function drawSoon() {
  drawTimer ??= setTimeout(drawNow, DRAW_EVERY);
}

function drawNow() {
  clearTimeout(drawTimer);
  drawTimer = null;
  if (isWatching()) draw(standing(streams));
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

function askForKey() {
  streams.forEach((stream) => stream.rest());
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
  openCards();
  openTotal();
  poll();
}

function rest() {
  clearTimeout(pollTimer);
  streams.forEach((stream) => stream.rest());
}

function tick() {
  streams.forEach((stream) => stream.reopenIfSilent());
  drawNow();
}

function noteTrends() {
  if (!isWatching() || standing(streams).name === "lost") return;
  sampleTrends();
  drawTrends();
}

addWindowButtons(switchWindow);
drawWords();
byId("lang").addEventListener("click", switchLanguage);
byId("login").addEventListener("submit", signIn);
document.addEventListener("visibilitychange", () => (document.hidden ? rest() : wake()));
addEventListener("pagehide", rest);
addEventListener("pageshow", (event) => event.persisted && wake());
new ResizeObserver(fitGrid).observe(byId("cards"));
setInterval(tick, TICK);
setInterval(noteTrends, TREND_EVERY);
wake();
