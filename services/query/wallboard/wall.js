/**
 * The wallboard: every queue of a floor live, and a loud word when it cannot be.
 *
 *   GET v1/queues, every 4 s  ─► which queues there are, their state and targets, how fresh, the server's clock
 *   GET v1/stream by=queue    ─► the figures of the cards       ┐ the first event holds all rows,
 *   GET v1/stream by=total    ─► the figures of the strip above ┘ later ones those that changed
 *
 * Nothing grows: a card per listed queue, a row per KPI, a bounded trend. Nothing runs while nobody can look.
 */

import { choice, choose } from "./choice.js";
import { learnClock } from "./clock.js";
import { addWindowButtons, byId, draw, drawLogin, drawRefusal, drawTrends, drawWords, fitGrid, page } from "./draw.js";
import { forgetFigures, sampleTrends, standing, takeListing, takeQueueRows, takeTotalRows } from "./floor.js";
import { Stream } from "./stream.js";

const FLOOR_KPIS = "service_level,waiting,longest_wait,abandonment_rate,offered,answered";
const CARD_KPIS = `${FLOOR_KPIS},aht`;
const DRAW_EVERY = 200;
const TICK = 1_000;
const TREND_EVERY = 5_000;
const POLL_EVERY = 4_000;
const POLL_TIMEOUT = 5_000;
const FORBIDDEN = [401, 403];

// ── In: two streams and a poll ──────────────────────────────────────────────────────────────────────────────────────

const cardStream = new Stream((rows) => { takeQueueRows(rows); drawSoon(); });
const totalStream = new Stream((rows) => { takeTotalRows(rows); drawSoon(); });
const streams = [cardStream, totalStream];

const streamAddress = (question) => `v1/stream?${new URLSearchParams(question)}`;

const openCards = () => cardStream.open(streamAddress({ kpi: CARD_KPIS, by: "queue", window: choice.window }));
const openTotal = () => totalStream.open(streamAddress({ kpi: FLOOR_KPIS, by: "total", window: "today" }));

let pollTimer;

async function poll() {
  clearTimeout(pollTimer);
  const sent = Date.now();
  try {
    const answer = await fetch("v1/queues", { cache: "no-store", signal: AbortSignal.timeout(POLL_TIMEOUT) });
    learnClock(Date.parse(answer.headers.get("Date")) || sent, sent, Date.now());
    if (FORBIDDEN.includes(answer.status)) return askForKey();
    if (answer.ok) takeListing((await answer.json()).rows);
  } catch {
    // The network is away or the answer broke off: the age of what is shown tells, and the next poll asks again.
  }
  drawSoon();
  if (!document.hidden) pollTimer = setTimeout(poll, POLL_EVERY);
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
