/** A card of the wall: what is known of a tile, onto its own part of the page. */

import { choice, t } from "./choice.js";
import { clockTime, serverNow } from "./clock.js";
import { dayPaths, halfHours, most, reach, summary, waitPaths } from "./day.js";
import { byId, fieldsOf, mark, style, translate, write } from "./dom.js";
import { FEW, isFresh, longestWait, targetOf, titleOf, valueOf, verdict } from "./floor.js";
import { count, duration, meanTime, percent, percentParts } from "./numbers.js";

export const AGENT_STATES = ["available", "ringing", "busy", "wrap_up", "break"];
const DAY_LINES = ["ok", "warn", "bad", "few", "goal", "came", "forecast"];

export function newCard() {
  const root = byId("card").content.firstElementChild.cloneNode(true);
  translate(root);
  const lines = Object.fromEntries([...root.querySelectorAll("path")].map((path) => [path.classList[0], path]));
  const staff = Object.fromEntries([...root.querySelectorAll("[data-agents]")].map((part) => [part.dataset.agents, part]));
  return { root, fields: fieldsOf(root), bar: root.querySelector(".bar"), lines, staff, levels: root.querySelector(".levels svg") };
}

/** Write a tile onto its card; `incidents` are the open ones of the tile. */
export function drawCard(tile, linkLost, incidents) {
  const { root, fields } = tile.card;
  const isStale = linkLost || !isFresh(tile);
  const level = tile.rows.get("service_level");
  const judged = tile.state === "closed" ? "closed" : verdict(level, targetOf(tile));
  mark(root, "data-state", judged);
  mark(root, "data-stale", isStale);
  write(fields.name, titleOf(tile));
  drawWay(fields.way, tile);
  write(fields.verdict, t(isStale ? "stale" : judged));
  drawFlag(fields.incident, incidents);
  drawLevel(fields, level);
  drawGauge(tile, level, isStale);
  drawNumbers(tile, fields, isStale);
  drawStaff(tile);
}

/** Where a card leads: a queue's to its day on the desk, a client's to the queues that are run for it; nowhere without a desk. */
function drawWay(way, tile) {
  way.hidden = byId("desk").hidden || choice.by !== "queue" && choice.by !== "client";
  if (way.hidden) return;
  const day = new URLSearchParams(location.search).get("at")?.slice(0, 10);
  mark(way, "href", `desk?${new URLSearchParams({ [choice.by]: tile.id, lang: choice.lang, ...(day ? { day } : {}) })}`);
  mark(way, "aria-label", t("onDesk")(titleOf(tile)));
}

/** A service level, its tenth apart. */
export function drawLevel(fields, level) {
  const [whole, tenth] = percentParts(level);
  write(fields.whole, whole);
  write(fields.tenth, tenth);
}

function drawFlag(flag, incidents) {
  flag.hidden = !incidents.length;
  write(flag.firstElementChild, `⚑ ${incidents.length}`);
  write(flag.lastElementChild, t("incidents")(incidents.length));
  mark(flag, "data-state", incidents.some(({ severity }) => severity === "critical") ? "bad" : "warn");
}

function drawNumbers(tile, fields, isStale) {
  const value = (kpi) => valueOf(tile, kpi);
  const row = (kpi) => tile.rows.get(kpi);
  write(fields.waiting, count(value("waiting")));
  write(fields.longest, duration(longestWait(tile, isStale)));
  for (const field of [fields.waiting, fields.longest]) mark(field, "data-idle", !value("waiting"));
  write(fields.abandonment, percent(row("abandonment_rate")));
  write(fields.answered, `${count(value("answered"))} / ${count(value("offered"))}`);
  write(fields.aht, meanTime(row("aht")));
  write(fields.agents, `${count(value("agents:available"))} / ${count(value("agents"))}`);
}

function drawGauge(tile, level, isStale) {
  const { card } = tile;
  const target = targetOf(tile);
  const value = level?.value ?? 0;
  const edges = { "--value": value, "--low": level?.low ?? value, "--high": level?.high ?? value, "--target": target };
  for (const [name, edge] of Object.entries(edges)) style(card.bar, name, `${(edge * 100).toFixed(1)}%`);
  const promised = `${t("target")} ${percent(target).replace(".0%", "%")}`;
  mark(card.bar, "aria-valuenow", (value * 100).toFixed(1));
  mark(card.bar, "aria-valuetext", `${level?.value == null ? t("noContacts") : percent(level)}, ${promised}`);
  write(card.fields.sample, isStale ? t("asOf")(clockTime(tile.freshAt)) : sampleWords(level));
  write(card.fields.target, promised);
}

function sampleWords(level) {
  if (!level) return "";
  if (level.value == null) return t("noContacts");
  return t(level.denominator < FEW ? "fewContacts" : "ofContacts")(count(level.denominator));
}

function drawStaff({ card, rows }) {
  const numbers = AGENT_STATES.map((state) => rows.get(`agents:${state}`)?.value ?? 0);
  const words = AGENT_STATES.map((state, i) => (numbers[i] ? `${t("agentStates")[state]} ${count(numbers[i])}` : "")).filter(Boolean);
  AGENT_STATES.forEach((state, i) => style(card.staff[state], "flex-grow", String(numbers[i])));
  write(card.fields.staff, words.join(" · ") || t("nobody"));
}

/** The day and the last hour of a tile; they change slowly. */
export function drawDay(tile) {
  const { card, waits } = tile;
  const target = targetOf(tile);
  const hours = halfHours(tile);
  const paths = hours.length ? dayPaths(hours, target) : {};
  for (const name of DAY_LINES) mark(card.lines[name], "d", paths[name] ?? "");
  const waiting = waitPaths(waits, serverNow());
  mark(card.lines.line, "d", waiting.line);
  mark(card.lines.area, "d", waiting.area);
  write(card.fields.waits, t("mostWaiting")(count(most(waits.map(({ value }) => value)))));
  writeDay(card, hours, target);
}

function writeDay({ fields, levels }, hours, target) {
  const { judged, kept, came, forecast } = summary(hours, target);
  const words = judged ? t("halfHours")(kept, judged) : t("nothingJudged");
  write(fields.levels, words);
  write(fields.load, forecast === null ? t("came")(count(came)) : t("cameOf")(count(came), count(forecast)));
  mark(levels, "aria-label", hours.length ? `${t("dayLevels")} ${reach(hours)}: ${words}` : words);
}
