/**
 * The supervisor's page: open incidents live, all about one, and what can be done about it.
 *
 *   GET v1/alerts/stream        ─► incidents as they change; the first event holds all open ones
 *   GET v1/alerts?state=open    ─► every 30 s, every 4 s while the stream is away: the server's clock, and what was missed
 *   GET v1/oncall, v1/messages  ─► every 30 s and after every change
 *   GET v1/alerts/{id}          ─► the open one, again whenever its row changes
 *   POST v1/alerts/{id}/ack …   ─► named as this page's own (X-Floorpulse-Page), which no other page can
 *
 * Nothing runs while nobody can look.
 */

import { choice, choose, reread, t, visit } from "./choice.js";
import { clockTime, learnClock, learnZone, serverNow } from "./clock.js";
import { byId, page, write } from "./dom.js";
import { draw, drawLogin, drawWords, titleOf } from "./draw.js";
import { known, takeOpen, takeRows } from "./incidents.js";
import { askedPause, isForbidden, Stream } from "./stream.js";

const DRAW_EVERY = 200;
const TICK = 1_000;
const POLL_LIVE = 30_000;
const POLL_AWAY = 4_000;
const ANSWER_WITHIN = 8_000;
const AROUND_AFTER = 500;
const MESSAGES = 20;
const NAME = "floorpulse.by";
const OWN = { "X-Floorpulse-Page": "alerts" };

const ask = (address, how = {}) => fetch(address, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN), ...how });

// ── In: a stream and polls ──────────────────────────────────────────────────────────────────────────────────────────

const stream = new Stream((rows) => taken(takeRows(rows), rows), () => askForKey());
let heardAt = 0;
let pollTimer;
let aroundTimer;

function taken([opened, ended], rows) {
  heardAt = serverNow();
  if (rows.length) learnZone(rows.at(-1).opened_at);
  tell([...opened.map((row) => t("opened")(titleOf(row))), ...ended.map((row) => t("over")(titleOf(row)))]);
  if (rows.some((row) => row.incident === choice.incident)) readDetail();
  if (rows.length) lookAround(AROUND_AFTER);
  drawSoon();
}

/** Say news to whoever listens rather than looks. */
function tell(news) {
  if (news.length) write(byId("news"), news.join(". "));
}

async function poll() {
  clearTimeout(pollTimer);
  const sent = performance.now();
  let pause = stream.isLost ? POLL_AWAY : POLL_LIVE;
  try {
    const answer = await ask("v1/alerts?state=open&limit=1000");
    pause = Math.max(pause, askedPause(answer));
    learnClock(Date.parse(answer.headers.get("Date")), sent, performance.now());
    if (isForbidden(answer)) return askForKey();
    if (answer.ok) takeList((await answer.json()).rows);
  } catch {
    pause = POLL_AWAY; // The network is away or the answer broke off: the next poll asks again.
  }
  drawSoon();
  if (!document.hidden) pollTimer = setTimeout(poll, pause);
}

function takeList(rows) {
  const before = new Map(known.incidents);
  const news = takeOpen(rows);
  const changed = rows.filter((row) => before.get(row.incident)?.revision !== row.revision);
  taken(news, changed);
}

async function read(address) {
  try {
    const answer = await ask(address);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Ask again who is on call and what was sent, after so many milliseconds. */
function lookAround(after) {
  clearTimeout(aroundTimer);
  aroundTimer = setTimeout(readAround, after);
}

async function readAround() {
  const [onCall, messages] = await Promise.all([read("v1/oncall"), read(`v1/messages?limit=${MESSAGES}`)]);
  if (onCall) [known.rotas, known.receivers] = [onCall.rows, onCall.receivers];
  if (messages) known.messages = messages.rows;
  drawSoon();
  if (isWatching()) lookAround(POLL_LIVE);
}

async function readDetail() {
  const id = choice.incident;
  if (!id) return;
  const told = await read(`v1/alerts/${encodeURIComponent(id)}`);
  if (told && choice.incident === id) known.detail = told;
  drawSoon();
}

// ── Out: at most five drawings a second ─────────────────────────────────────────────────────────────────────────────

let drawTimer = null;
const acts = { onOpen: openIncident, onAck: (id) => act(id, "ack", {}) };

function link() {
  const name = stream.isLost ? "lost" : stream.lostSince !== null ? "connecting" : "live";
  const fresh = serverNow() - heardAt < 2 * POLL_AWAY; // the stream is away, but polls bring what it would
  return { name: name === "lost" && fresh ? "connecting" : name, heard: heardAt ? clockTime(heardAt) : "", refusal: stream.refusal };
}

function drawSoon() {
  drawTimer ??= setTimeout(drawNow, DRAW_EVERY);
}

function drawNow() {
  clearTimeout(drawTimer);
  drawTimer = null;
  if (isWatching()) draw(link(), acts);
}

// ── Acts of whoever looks ───────────────────────────────────────────────────────────────────────────────────────────

async function openIncident(event, id) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  visit("incident", id);
  await showIncident();
}

async function showIncident() {
  write(byId("refusal"), "");
  known.detail = null;
  await readDetail();
  if (!known.detail && choice.incident) tell([t("gone")]);
  drawNow();
  if (known.detail) byId("detail-title").focus();
}

function backToList() {
  const id = choice.incident;
  visit("incident", null);
  known.detail = null;
  drawNow();
  document.querySelector(`.incident a[href$="=${CSS.escape(encodeURIComponent(id))}"]`)?.focus();
}

async function act(id, name, body) {
  const by = byId("by").value.trim();
  const said = JSON.stringify(by ? { ...body, by } : body);
  const refusal = byId("refusal");
  write(refusal, "");
  try {
    const answer = await ask(`v1/alerts/${encodeURIComponent(id)}/${name}`, { method: "POST", headers: { "Content-Type": "application/json", ...OWN }, body: said });
    const told = await answer.json();
    if (answer.ok) done(told);
    else complain(told.detail);
  } catch {
    complain(t("failed"));
  }
  drawNow();
}

function done(told) {
  takeRows([told.incident]);
  if (choice.incident === told.incident.incident) known.detail = told;
  tell([t("acted")]);
  lookAround(AROUND_AFTER);
}

function complain(words) {
  write(byId("refusal"), words);
  if (!known.detail) tell([words]);
}

async function submitAct(event) {
  event.preventDefault();
  const name = event.submitter?.value ?? "ack";
  const bodies = {
    snooze: { seconds: Number(byId("seconds").value) },
    reassign: { to: byId("to").value },
    comment: { text: byId("text").value.trim() },
  };
  if (name === "comment" && !bodies.comment.text) return byId("text").focus();
  await act(choice.incident, name, bodies[name] ?? {});
  if (name === "comment" && !byId("refusal").textContent) byId("text").value = "";
}

function switchLanguage() {
  choose("lang", choice.lang === "zh" ? "en" : "zh");
  drawWords();
  drawNow();
}

function askForKey() {
  rest();
  drawLogin();
}

async function signIn(event) {
  event.preventDefault();
  const body = JSON.stringify({ key: byId("key").value.trim() });
  byId("key").value = "";
  const refused = (words) => write(byId("login-refusal"), words);
  try {
    const answer = await ask("alerts/session", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (answer.ok) return location.reload();
    refused(answer.status < 500 ? t("loginRefused") : (await answer.json()).detail);
  } catch {
    refused(t("loginAway"));
  }
}

/** The name stays on this phone, for the next time; a browser that keeps nothing asks again. */
function rememberName() {
  const field = byId("by");
  try {
    field.value = localStorage.getItem(NAME) ?? "";
    field.addEventListener("change", () => localStorage.setItem(NAME, field.value.trim()));
  } catch {
    field.value = "";
  }
}

// ── Life: everything rests while nobody can look ────────────────────────────────────────────────────────────────────

const isWatching = () => !document.hidden && page.dataset.view !== "login";

function wake() {
  if (!isWatching()) return;
  stream.open("v1/alerts/stream");
  poll();
  readAround();
  showIncident();
}

function rest() {
  clearTimeout(pollTimer);
  clearTimeout(aroundTimer);
  stream.rest();
}

function tick() {
  stream.reopenIfSilent();
  drawNow();
}

rememberName();
drawWords();
byId("lang").addEventListener("click", switchLanguage);
byId("login").addEventListener("submit", signIn);
byId("acts").addEventListener("submit", submitAct);
byId("back").addEventListener("click", backToList);
addEventListener("popstate", () => { reread(); showIncident(); });
addEventListener("keydown", (event) => event.key === "Escape" && known.detail && backToList());
document.addEventListener("visibilitychange", () => (document.hidden ? rest() : wake()));
addEventListener("pagehide", rest);
addEventListener("pageshow", (event) => event.persisted && wake());
setInterval(tick, TICK);
wake();
