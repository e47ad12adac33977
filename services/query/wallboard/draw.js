/** Drawing: the floor onto the page; only what differs is written, for the page changes all day. */

import { called, onCallNow, openIncidents } from "./around.js";
import { contractsNow, stateOf } from "./contract.js";
import { drawCard, drawDay, drawLevel, newCard } from "./card.js";
import { choice, t, WINDOWS } from "./choice.js";
import { clockTime, serverNow } from "./clock.js";
import { byId, element, fieldsOf, fill, mark, page, style, translate, write } from "./dom.js";
import { floor, longestWait, shownTiles, strangers, targetOf, valueOf, verdict } from "./floor.js";
import { count, duration, percent, shown, signed } from "./numbers.js";
import { layoutOf, pages, shownPage } from "./pages.js";
import { GROUPS, groupsOf, isNarrowed, isWanted, KINDS, LAYOUTS } from "./wanted.js";

const ASPECTS = { one: 1.9, six: 1.5, forty: 1.35 };
const STATES = { critical: "bad", warning: "warn", info: "few" };
const INCIDENTS = 3;
const TITLES = { lost: "⚠", past: "⏪" };

/** Everything on the page that does not come from the stream, in the chosen language. */
export function drawWords() {
  mark(page, "lang", choice.lang === "zh" ? "zh-CN" : "en");
  translate(document);
  for (const { card } of floor.tiles.values()) if (card) translate(card.root);
  const other = choice.lang === "zh" ? "en" : "zh";
  byId("lang").lang = other;
  write(byId("lang"), other === "zh" ? "中文" : "English");
  for (const button of byId("windows").children) {
    write(button, t("windows")[button.value]);
    mark(button, "aria-pressed", button.value === choice.window);
  }
  drawChoices();
}

/** A button per window; `onChoice` gets the window's name. */
export function addWindowButtons(onChoice) {
  for (const span of WINDOWS) {
    const button = Object.assign(document.createElement("button"), { type: "button", value: span });
    button.addEventListener("click", () => onChoice(span));
    byId("windows").append(button);
  }
}

/** What cards can stand for on this floor, and the layouts. */
export function drawChoices() {
  const kinds = KINDS.filter((kind) => kind === choice.by || !GROUPS.includes(kind) || hasGroups(kind));
  fill(byId("by"), kinds.map((kind) => option(kind, t("kinds")[kind])));
  fill(byId("layout"), LAYOUTS.map((layout) => option(layout, t("layouts")[layout])));
  byId("by").value = choice.by;
  byId("layout").value = choice.layout;
}

const hasGroups = (kind) => Boolean(floor.listing?.some((row) => groupsOf(row, kind).length));

function option(value, text) {
  const made = element("option", text);
  made.setAttribute("value", value);
  return made;
}

// ── Cards ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The cards of the page in their order; only a change of the set touches the tree. */
function arrange(tiles) {
  for (const tile of tiles) {
    if (tile.card) continue;
    tile.card = newCard();
    drawDay(tile);
  }
  const roots = tiles.map((tile) => tile.card.root);
  const there = byId("cards").children;
  if (roots.length === there.length && roots.every((root, i) => root === there[i])) return;
  byId("cards").replaceChildren(...roots);
  for (const tile of tiles) drawDay(tile);
  fitGrid();
}

/** As many columns as make the cards largest. */
export function fitGrid() {
  const cards = Math.max(1, byId("cards").children.length);
  const layout = layoutOf(cards);
  const { clientWidth, clientHeight } = byId("cards");
  const size = (columns) => Math.min(clientWidth / columns / ASPECTS[layout], clientHeight / Math.ceil(cards / columns));
  const columns = Array.from({ length: cards }, (_, i) => i + 1).reduce((best, next) => (size(next) > size(best) ? next : best));
  mark(byId("cards"), "data-layout", layout);
  style(byId("cards"), "--columns", String(columns));
  style(byId("cards"), "--lines", String(Math.ceil(cards / columns)));
}

/** The days of the cards that are shown. */
export function drawDays() {
  for (const tile of shownTiles()) if (tile.card?.root.isConnected) drawDay(tile);
}

const incidentsOf = ({ id }) => (choice.by === "queue" ? openIncidents().filter(({ queue }) => queue === id) : []);

function drawPager(all) {
  const number = shownPage(all);
  byId("pager").hidden = all.length < 2;
  write(byId("page"), [all[number]?.title, t("page")(number + 1, all.length)].filter(Boolean).join(" · "));
  write(byId("hold"), choice.rotate ? "❚❚" : "▶");
  mark(byId("hold"), "aria-label", t(choice.rotate ? "hold" : "go"));
  write(byId("page-title"), all[number]?.title ?? "");
  byId("page-title").hidden = !all[number]?.title;
}

// ── The strip, the light, the banner ────────────────────────────────────────────────────────────────────────────────

const strip = fieldsOf(byId("totals"));
const stripLevel = document.querySelector(".total-level");

function drawStrip(linkLost) {
  const value = (kpi) => valueOf(floor.total, kpi);
  const row = (kpi) => floor.total.rows.get(kpi);
  const judged = verdict(row("service_level"), targetOf(floor.total));
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

function dataWords({ name, since, count: stale, of: all, refusal, words }) {
  if (name === "past") return words;
  if (name === "partial") return t("partialSince")(stale, all, clockTime(since));
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
  document.title = TITLES[link.name] ? `${TITLES[link.name]} ${t(link.name)} · Floorpulse` : "Floorpulse";
}

// ── The line below: incidents, who is on call, queues that nobody defined ───────────────────────────────────────────

function drawAround() {
  const incidents = openIncidents();
  const more = incidents.length - INCIDENTS;
  const lines = incidents.slice(0, INCIDENTS).map(incidentItem);
  if (more > 0) lines.push(element("li", t("moreIncidents")(more)));
  fill(byId("incidents"), lines);
  fill(byId("on-call"), onCallNow().map(({ name, who, until }) => element("li", t("onCall")(name, who, until.slice(11, 16)))));
  fill(byId("strangers"), strangers().map((tile) => element("li", t("stranger")(tile.id, count(valueOf(tile, "offered"))))));
  fill(byId("contracts"), contractsNow().map(contractItem));
  byId("around").hidden = ["contracts", "incidents", "on-call", "strangers"].every((id) => !byId(id).children.length);
}

/** A contract's line: its promises against their targets, what is needed, what would be lost now and as expected. */
function contractItem(row) {
  const item = document.createElement("li");
  const money = (amount) => `${Number(amount).toLocaleString(choice.lang, { maximumFractionDigits: 2 })} ${row.currency}`;
  const states = row.metrics.map(stateOf);
  item.setAttribute("data-state", ["bad", "warn", "ok"].find((state) => states.includes(state)) ?? "few");
  const light = element("span", "", "mark");
  light.setAttribute("aria-hidden", "true");
  const exposure = t("exposure")(money(row.closed_now.exposure), money(row.forecast.exposure));
  const burned = row.closed_now.burned === null ? [] : [t("burned")(percent(Number(row.closed_now.burned)))];
  item.append(light, element("strong", [row[choice.lang], ...row.metrics.map(promise)].join(" · ")), element("span", [exposure, ...burned].join(" · ")));
  return item;
}

/** `Answered within 20 s 78.2 % / 80 %, 31 to recover`. */
function promise(metric) {
  const figure = (value) => shown(Number(value), metric.unit);
  const value = metric.window?.value ?? null;
  const words = `${metric[choice.lang]} ${value === null ? "–" : figure(value)} / ${figure(metric.target)}`;
  return metric.contacts_to_recover ? `${words}, ${t("recover")(count(metric.contacts_to_recover))}` : words;
}

function incidentItem(row) {
  const item = document.createElement("li");
  item.setAttribute("data-state", STATES[row.severity]);
  const light = element("span", "", "mark");
  light.setAttribute("aria-hidden", "true");
  const what = `${row[choice.lang]} · ${row[`queue_${choice.lang}`] ?? t("allQueues")} ${shown(row.figure, row.unit)}`;
  const whose = row.owner ? t("has")(called(row.owner)) : t("nobodyHasIt");
  item.append(light, element("strong", `${t("severity")[row.severity]}: ${what}`), element("span", `${whose} · ${t("sinceTime")(row.opened_at.slice(11, 16))}`));
  return item;
}

// ── All of it ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Show the floor as `link` lets it be believed. */
export function draw(link) {
  const all = pages();
  const tiles = all[shownPage(all)]?.tiles ?? [];
  drawPager(all);
  drawLink(link);
  drawAround();
  drawStrip(link.name === "lost");
  mark(page, "data-view", tiles.length ? "floor" : floor.listing ? "empty" : "connecting");
  if (!tiles.length) drawEmpty();
  arrange(tiles);
  for (const tile of tiles) drawCard(tile, link.name === "lost", incidentsOf(tile));
}

/** Nothing has come yet, or nothing of what the address names. */
function drawEmpty() {
  const there = floor.listing ?? [];
  const none = isNarrowed && there.length > 0 && !(choice.by === "queue" && there.some((row) => isWanted(row.queue, row)));
  write(byId("empty-title"), t(none ? "noneTitle" : "emptyTitle"));
  write(byId("empty-hint"), t(none ? "noneHint" : "emptyHint"));
}

/** Ask for a key instead. */
export function drawLogin() {
  mark(page, "data-view", "login");
  for (const id of ["banner", "around", "pager", "page-title"]) byId(id).hidden = true;
  byId("key").focus();
}

/** Say why a key did not open the wall, with the server's own words where it had any. */
export function drawRefusal(reason, detail = "") {
  write(byId("refusal"), [t(reason), detail].join(" "));
}
