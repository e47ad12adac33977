/**
 * The wall at a past moment (?at=2026-11-11T10:05, &speed=10), and on from there: the same cards, asked of the API as they
 * stood, each second of the screen, never more than two questions a second.
 *
 *   GET v1/queues?at      ─► which queues there were, their targets and states      first, then every 5 s
 *   GET v1/kpis?at        ─► the figures of the cards, and of the strip above       every second, every 2 s
 *   GET v1/kpis/history   ─► the half hours that were over                          when another one is
 *   GET v1/alerts, where they are served ─► the marks on the line of the day        once a day, then a question an incident
 */

import { showIncidents } from "./around.js";
import { ask, forgetDay, readDay } from "./asking.js";
import { asksFor, choice, choose, t } from "./choice.js";
import { learnClock, localTime, midnight, realNow, serverNow, showPast } from "./clock.js";
import { halfHourOf, noteWaits } from "./day.js";
import { byId, mark, page, write } from "./dom.js";
import { floor, forgetFigures, takeCardRows, takeListing, takePlan, takeTotalRows } from "./floor.js";
import { Played } from "./played.js";
import { isForbidden } from "./stream.js";
import { drawMarks, openAt, placeMarks, takeIncidents, takeNotices } from "./timeline.js";

const TICK = 1_000;
const A_TICK = 2;
const COSTS = { day: 2 };
const DAY = 86_400_000;
const MINUTE = 60_000;
const LOOK_BACK = 5 * MINUTE;
const MOST_MARKED = 50;
const DETAILS = 20;

/** Whether the wall shows the past. */
export const isPast = asksFor("at") !== null;

const played = new Played(Number(asksFor("speed")));
const due = new Set(["queues", "cards", "total", "marks", "day"]);
const state = { words: "", wished: asksFor("at"), shownDay: null, half: null, tick: 0, asked: -TICK, busy: false, notices: [] };
let timer;
let hooks = { kpis: {}, draw: () => {}, drawDays: () => {}, listed: () => {}, askForKey: () => {} };

/** How the wall is to be drawn: as of the moment that was answered, with what went wrong. */
export const standingThen = () => ({ name: "past", since: floor.listing ? serverNow() : 0, words: state.words });

// ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const now = () => performance.now();
const instant = () => (played.at === null ? state.wished : new Date(Math.round(played.moment(now()))).toISOString());

async function rowsOf(address, question) {
  const sent = now();
  const answer = await ask(`${address}?${new URLSearchParams(question)}`);
  learnClock(Date.parse(answer.headers.get("Date")), sent, now());
  if (isForbidden(answer)) throw hooks.askForKey();
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail);
  return body.rows;
}

const QUESTIONS = {
  queues: async () => {
    const rows = await rowsOf("v1/queues", { at: instant() });
    takeListing(rows);
    if (played.at === null) begin(rows[0] ? Date.parse(rows[0].as_of) : Date.parse(state.wished));
    hooks.listed();
  },
  cards: async () => {
    const at = instant();
    const rows = await rowsOf("v1/kpis", { kpi: hooks.kpis.cards, by: choice.by, window: choice.window, at });
    forgetFigures();
    takeCardRows(rows);
    shown(Date.parse(at));
  },
  total: async () => {
    const kpi = `${hooks.kpis.floor},forecast_variance`;
    const rows = await rowsOf("v1/kpis", { kpi, by: "total", window: "today", at: instant() });
    takeTotalRows(rows);
    takePlan(rows.filter((row) => row.kpi === "forecast_variance"));
  },
  day: async () => {
    await readDay(false);
    hooks.drawDays();
  },
  marks: async () => {
    if (byId("alerts").hidden) return;
    const from = midnight(serverNow());
    const span = { from: new Date(from - DAY).toISOString(), to: new Date(from + DAY).toISOString(), limit: MOST_MARKED };
    const rows = await rowsOf("v1/alerts", span);
    takeIncidents(rows);
    state.notices = rows.slice(0, DETAILS).map(({ incident }) => incident);
    due.add("notices");
  },
  notices: async () => {
    const incident = state.notices.shift();
    if (!incident) return;
    const answer = await ask(`v1/alerts/${encodeURIComponent(incident)}`);
    if (answer.ok) takeNotices(incident, (await answer.json()).notices);
    if (state.notices.length) due.add("notices");
  },
};

/** The first moment is known. */
function begin(at) {
  if (Number.isNaN(at)) return;
  played.to(at, now());
  showPast(at);
}

/** The cards show this moment now. */
function shown(at) {
  if (at < serverNow()) forgetWhatIsLater(at);
  showPast(at);
  state.words = "";
  noteWaits(floor.tiles, at);
  showIncidents(openAt(at));
  choose("at", localTime(at));
  if (state.half !== halfHourOf(at)) due.add("day");
  if (state.shownDay !== midnight(at)) due.add("marks");
  state.half = halfHourOf(at);
  state.shownDay = midnight(at);
}

/** Somebody went back: half hours and waits of afterwards are not known any more. */
function forgetWhatIsLater(at) {
  forgetDay();
  for (const tile of floor.tiles.values()) {
    tile.waits = [];
    for (const [time, half] of tile.day) if (half.at + 30 * MINUTE > at) tile.day.delete(time);
  }
  due.add("day");
}

/** Ask the next two questions that are due; a slow server is asked less. */
async function tick() {
  clearTimeout(timer);
  const rest = state.asked + TICK - now();
  timer = setTimeout(tick, rest > 0 ? rest : TICK);
  drawControls();
  if (isOver()) return toLive();
  if (state.busy || rest > 0) return;
  state.asked = now();
  await askWhatIsDue();
  drawControls();
}

async function askWhatIsDue() {
  state.busy = true;
  if (played.goesOn) plan(state.tick++);
  for (const name of affordable()) await settle(name);
  state.busy = false;
  hooks.draw();
}

/** Ask one question; one that fails is asked again after the others. */
async function settle(name) {
  due.delete(name);
  try {
    await QUESTIONS[name]();
  } catch (failed) {
    state.words = failed?.message ? `${t("pastAway")} ${failed.message}` : t("pastAway");
    due.add(name);
  }
}

/** As many of the questions that are due as one tick may ask, the oldest first; until the moment is known, only which queues
 * there were: their answer names it.
 */
function affordable() {
  if (played.at === null) return ["queues"];
  let left = A_TICK;
  return [...due].filter((name) => {
    const cost = COSTS[name] ?? 1;
    if (cost > left) return false;
    left -= cost;
    return true;
  });
}

/** What is due in a tick, in the order of its weight: an old question before a new one. */
function plan(number) {
  due.add("cards");
  if (number % 2) due.add("total");
  if (number % 5 === 0) due.add("queues");
}

const isOver = () => played.at !== null && played.moment(now()) >= realNow();

// ── Acts ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Ask for all of it again: another moment, other cards, another window. */
export function askAgain() {
  for (const name of ["cards", "total", "queues"]) due.add(name);
  tick();
}

function seek(at) {
  if (Number.isNaN(at)) return;
  played.to(Math.min(at, realNow() - TICK), now());
  askAgain();
}

function step(minutes) {
  if (played.at !== null) seek(played.moment(now()) + minutes * MINUTE);
}

function toggle() {
  played.toggle(now());
  drawControls();
}

function change(by) {
  played.change(by, now());
  choose("speed", played.speed);
  drawControls();
}

/** Look at a moment some minutes ago, or at now again; the page begins anew, so that nothing of the other is left. */
export function lookBack() {
  choose("at", localTime(realNow() - LOOK_BACK));
  location.reload();
}

function toLive() {
  rest();
  choose("at", null);
  choose("speed", null);
  location.reload();
}

/** Keys of the past: they stand before those of the wall. */
export const KEYS_THEN = {
  " ": toggle,
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  PageUp: () => step(-30),
  PageDown: () => step(30),
  ArrowUp: () => change(1),
  ArrowDown: () => change(-1),
  Escape: toLive,
};

// ── The controls ────────────────────────────────────────────────────────────────────────────────────────────────────

function drawControls() {
  const at = played.moment(now());
  write(byId("then"), at === null ? t("past") : t("pastIs")(localTime(serverNow()).replace("T", " ")));
  write(byId("play"), played.goesOn ? "❚❚" : "▶");
  mark(byId("play"), "aria-label", t(played.goesOn ? "pause" : "play"));
  write(byId("speed"), `${played.speed}×`);
  if (at === null) return;
  const day = midnight(at);
  const line = byId("line");
  mark(line, "max", DAY / TICK);
  if (document.activeElement !== line || played.goesOn) line.value = String(Math.round((at - day) / TICK));
  mark(line, "aria-valuetext", localTime(at).replace("T", " "));
  drawMarks(at, realNow());
  placeMarks();
}

/** Begin to play, with what the wall asks for and how it draws. */
export function play(mine) {
  hooks = mine;
  mark(page, "data-past", "true");
  byId("replay").hidden = false;
  byId("look-back").hidden = true;
  const acts = { play: toggle, slower: () => change(-1), faster: () => change(1), earlier: () => step(-1), later: () => step(1), "to-live": toLive };
  for (const [id, act] of Object.entries(acts)) byId(id).addEventListener("click", act);
  byId("line").addEventListener("change", () => seek(midnight(played.moment(now())) + byId("line").value * TICK));
}

export const wakeThen = () => tick();

export function rest() {
  clearTimeout(timer);
}
