/** Drawing: the floor onto the page; only what differs is written, for the page changes all day. */

import { choice, t, WINDOWS } from "./choice.js";
import { clockTime, serverNow } from "./clock.js";
import { commonTarget, FEW, floor, isFresh, longestWait, valueOf, verdict } from "./floor.js";
import { count, duration, meanTime, percent, percentParts, signed } from "./numbers.js";
import { trend } from "./trend.js";

const CARD_ASPECT = 1.5;

export const byId = (id) => document.getElementById(id);
export const page = document.documentElement;

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function mark(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

function style(node, name, value) {
  if (node.style.getPropertyValue(name) !== value) node.style.setProperty(name, value);
}

const fieldsOf = (root) => Object.fromEntries([...root.querySelectorAll("[data-n]")].map((node) => [node.dataset.n, node]));

function translate(root) {
  for (const node of root.querySelectorAll("[data-t]")) write(node, t(node.dataset.t));
  for (const node of root.querySelectorAll("[data-label]")) mark(node, "aria-label", t(node.dataset.label));
}

/** Everything on the page that does not come from the stream, in the chosen language. */
export function drawWords() {
  mark(page, "lang", choice.lang === "zh" ? "zh-CN" : "en");
  translate(document);
  const other = choice.lang === "zh" ? "en" : "zh";
  byId("lang").lang = other;
  write(byId("lang"), other === "zh" ? "中文" : "English");
  for (const button of byId("windows").children) {
    write(button, t("windows")[button.value]);
    mark(button, "aria-pressed", button.value === choice.window);
  }
}

/** A button per window; `onChoice` gets the window's name. */
export function addWindowButtons(onChoice) {
  for (const span of WINDOWS) {
    const button = Object.assign(document.createElement("button"), { type: "button", value: span });
    button.addEventListener("click", () => onChoice(span));
    byId("windows").append(button);
  }
}

// ── Cards ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function newCard() {
  const root = byId("card").content.firstElementChild.cloneNode(true);
  translate(root);
  const part = (selector) => root.querySelector(selector);
  return { root, fields: fieldsOf(root), bar: part(".bar"), goal: part(".goal"), line: part(".line"), area: part(".area") };
}

function drawCard(queue, linkLost) {
  const { root, fields } = queue.card;
  const isStale = linkLost || !isFresh(queue);
  const level = queue.rows.get("service_level");
  const judged = queue.state === "closed" ? "closed" : verdict(level, queue.target);
  mark(root, "data-state", judged);
  mark(root, "data-stale", isStale);
  write(fields.name, queue.name);
  mark(fields.day, "href", `desk?${new URLSearchParams({ queue: queue.id, lang: choice.lang })}`);
  mark(fields.day, "aria-label", t("dayOf")(queue.name));
  write(fields.verdict, t(isStale ? "stale" : judged));
  drawLevel(fields, level);
  drawGauge(queue, level);
  drawNumbers(queue, fields, isStale);
}

function drawLevel(fields, level) {
  const [whole, tenth] = percentParts(level);
  write(fields.whole, whole);
  write(fields.tenth, tenth);
}

function drawNumbers(queue, fields, isStale) {
  const value = (kpi) => valueOf(queue, kpi);
  const row = (kpi) => queue.rows.get(kpi);
  write(fields.waiting, count(value("waiting")));
  write(fields.longest, duration(longestWait(queue, isStale)));
  for (const field of [fields.waiting, fields.longest]) mark(field, "data-idle", !value("waiting"));
  write(fields.abandonment, percent(row("abandonment_rate")));
  write(fields.answered, `${count(value("answered"))} / ${count(value("offered"))}`);
  write(fields.aht, meanTime(row("aht")));
  write(fields.agents, `${count(value("agents:available"))} / ${count(value("agents"))}`);
}

function drawGauge({ card, target }, level) {
  const value = level?.value ?? 0;
  const edges = { "--value": value, "--low": level?.low ?? value, "--high": level?.high ?? value, "--target": target };
  for (const [name, edge] of Object.entries(edges)) style(card.bar, name, `${(edge * 100).toFixed(1)}%`);
  const promised = `${t("target")} ${Math.round(target * 1000) / 10}%`;
  mark(card.bar, "aria-valuenow", (value * 100).toFixed(1));
  mark(card.bar, "aria-valuetext", `${level?.value == null ? t("noContacts") : percent(level)}, ${promised}`);
  write(card.fields.sample, sampleWords(level));
  write(card.fields.target, promised);
}

function sampleWords(level) {
  if (!level) return "";
  if (level.value == null) return t("noContacts");
  return t(level.denominator < FEW ? "fewContacts" : "ofContacts")(count(level.denominator));
}

export function drawTrends() {
  for (const { card, samples, target } of floor.queues.values()) {
    if (!card || !samples.length) continue;
    for (const [name, path] of Object.entries(trend(samples, target))) mark(card[name], "d", path);
  }
}

/** Cards in their order; only a change of the set touches the tree. */
function arrange() {
  const wanted = [...floor.queues.values()].sort((one, other) => one.name.localeCompare(other.name));
  for (const queue of wanted) queue.card ??= newCard();
  const roots = wanted.map((queue) => queue.card.root);
  const shown = byId("cards").children;
  if (roots.length === shown.length && roots.every((root, i) => root === shown[i])) return;
  byId("cards").replaceChildren(...roots);
  fitGrid();
}

/** As many columns as make the cards largest; a card likes to be half again as wide as high. */
export function fitGrid() {
  const cards = Math.max(1, floor.queues.size);
  const { clientWidth, clientHeight } = byId("cards");
  const size = (columns) => Math.min(clientWidth / columns / CARD_ASPECT, clientHeight / Math.ceil(cards / columns));
  const columns = Array.from({ length: cards }, (_, i) => i + 1).reduce((best, next) => (size(next) > size(best) ? next : best));
  style(byId("cards"), "--columns", String(columns));
  style(byId("cards"), "--lines", String(Math.ceil(cards / columns)));
}

// ── The strip, the light, the banner ────────────────────────────────────────────────────────────────────────────────

const strip = fieldsOf(byId("totals"));
const stripLevel = document.querySelector(".total-level");

function drawStrip(linkLost) {
  const value = (kpi) => valueOf(floor.total, kpi);
  const row = (kpi) => floor.total.rows.get(kpi);
  const judged = verdict(floor.total.rows.get("service_level"), commonTarget());
  mark(stripLevel, "data-state", judged);
  write(strip.verdict, t(judged));
  drawLevel(strip, row("service_level"));
  write(strip.offered, count(value("offered")));
  write(strip.variance, signed(floor.variance));
  write(strip.abandonment, percent(row("abandonment_rate")));
  write(strip.waiting, count(value("waiting")));
  write(strip.longest, duration(longestWait(floor.total, linkLost)));
}

function bannerWords(link) {
  const refused = link.refusal ? t("refused")(link.refusal.status, secondsUntil(link.refusal.until)) : "";
  return [dataWords(link), refused].filter(Boolean).join(" · ");
}

const secondsUntil = (until) => Math.max(1, Math.ceil((until - performance.now()) / 1_000));

function dataWords({ name, since, count: queues, refusal }) {
  if (name === "partial") return t("partialSince")(queues, floor.queues.size, clockTime(since));
  if (name !== "lost") return "";
  if (since) return t("lostSince")(clockTime(since));
  return refusal ? "" : t("unreachable");
}

function drawLink(link) {
  const words = bannerWords(link);
  mark(page, "data-link", link.name);
  write(byId("link-word"), t(link.name));
  write(byId("banner"), words);
  byId("banner").hidden = !words;
  write(byId("clock"), clockTime(link.name === "partial" ? serverNow() : link.since));
}

// ── All of it ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Show the floor as `link` lets it be believed. */
export function draw(link) {
  arrange();
  drawLink(link);
  drawStrip(link.name === "lost");
  for (const queue of floor.queues.values()) drawCard(queue, link.name === "lost");
  const waiting = floor.listed ? "empty" : "connecting";
  mark(page, "data-view", floor.queues.size ? "floor" : waiting);
}

/** Ask for a key instead. */
export function drawLogin() {
  mark(page, "data-view", "login");
  byId("banner").hidden = true;
  byId("key").focus();
}

/** Say why a key did not open the wall, with the server's own words where it had any. */
export function drawRefusal(reason, detail = "") {
  write(byId("refusal"), [t(reason), detail].join(" "));
}
