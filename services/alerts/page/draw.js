/** Drawing: what is known onto the page; only what differs is written, so that focus and reading stay where they are. */

import { choice, t } from "./choice.js";
import { serverNow } from "./clock.js";
import { against, clock, lenders, made, queue, rule, span, trend, value } from "./figures.js";
import { byId, element, fieldsOf, fill, mark, page, translate, write } from "./dom.js";
import { called, endedIncidents, known, openIncidents } from "./incidents.js";

const STATES = { critical: "bad", warning: "warn", info: "few" };

/** Everything on the page that does not come from the API, in the chosen language. */
export function drawWords() {
  mark(page, "lang", choice.lang === "zh" ? "zh-CN" : "en");
  translate(document);
  for (const { root } of cards.values()) translate(root);
  document.title = `${t("title")} · Floorpulse`;
  const other = choice.lang === "zh" ? "en" : "zh";
  byId("lang").lang = other;
  write(byId("lang"), other === "zh" ? "中文" : "English");
  const options = { 900: t("minutes")(15), 3600: t("hours")(1), 14400: t("hours")(4) };
  for (const option of byId("seconds").options) write(option, options[option.value]);
}

// ── Incidents ───────────────────────────────────────────────────────────────────────────────────────────────────────

const cards = new Map();

/** How an incident stands, in words. */
function standing(row, now) {
  const words = [row.silenced && t("silenced"), row.flapping && t("flapping"), row.stale && t("staleShort")].filter(Boolean);
  if (row.state === "resolved") return [t("resolvedAt")(clock(row.resolved_at, now)), ...words];
  if (row.snoozed_until) return [t("snoozedUntil")(clock(row.snoozed_until, now)), ...words];
  if (row.state === "acknowledged") {
    const until = row.acknowledged_until ? [t("until")(clock(row.acknowledged_until, now))] : [];
    return [t("has")(called(row.owner, choice.lang)), ...until, ...words];
  }
  if (!row.steps) return [t("nobodyTold"), ...words];
  const next = row.next_at ? [t("nextAt")(clock(row.next_at, now))] : [];
  return [t("firing")(row.level, row.steps), ...next, ...words];
}

/** What an incident is, in one line. */
export const titleOf = (row) => `${t("severity")[row.severity]}: ${rule(row)}, ${queue(row)} ${value(row)}`;

function cardOf(row, onOpen, onAck) {
  if (!cards.has(row.incident)) {
    const root = byId("incident").content.firstElementChild.cloneNode(true);
    translate(root);
    const link = root.querySelector("a");
    link.href = `alerts?incident=${encodeURIComponent(row.incident)}`;
    link.addEventListener("click", (event) => onOpen(event, row.incident));
    root.querySelector("button").addEventListener("click", () => onAck(row.incident));
    cards.set(row.incident, { root, fields: fieldsOf(root), button: root.querySelector("button") });
  }
  return cards.get(row.incident);
}

function drawCard(card, row, now) {
  const { root, fields, button } = card;
  mark(root, "data-state", STATES[row.severity]);
  mark(root, "data-incident", row.state);
  mark(root, "data-stale", row.stale);
  write(fields.rule, rule(row));
  write(fields.where, queue(row));
  write(fields.value, value(row));
  write(fields.against, against(row));
  write(fields.severity, t("severity")[row.severity]);
  write(fields.state, standing(row, now).join(", "));
  write(fields.age, row.state === "resolved" ? "" : t("since")(span(Date.parse(row.opened_at), now)));
  button.hidden = row.state !== "firing";
  mark(button, "aria-label", `${t("ack")}: ${rule(row)}, ${queue(row)}`);
}

function drawList(list, rows, now, acts) {
  const roots = rows.map((row) => {
    const card = cardOf(row, acts.onOpen, acts.onAck);
    drawCard(card, row, now);
    return card.root;
  });
  const shown = list.children;
  if (roots.length !== shown.length || roots.some((root, i) => root !== shown[i])) rearrange(list, roots);
}

/** Putting a card elsewhere takes its focus away; it gets it back. */
function rearrange(list, roots) {
  const focused = document.activeElement;
  list.replaceChildren(...roots);
  if (list.contains(focused)) focused.focus({ preventScroll: true });
}

function drawIncidents(acts) {
  const now = serverNow();
  const [open, ended] = [openIncidents(), endedIncidents(now)];
  drawList(byId("open"), open, now, acts);
  drawList(byId("ended"), ended, now, acts);
  for (const id of cards.keys()) if (!known.incidents.has(id)) cards.delete(id);
  write(byId("open-count"), known.heardAt === null ? "" : String(open.length));
  byId("calm").hidden = known.heardAt === null || open.length > 0;
  byId("no-ended").hidden = ended.length > 0;
}

// ── On call, messages ───────────────────────────────────────────────────────────────────────────────────────────────

const who = (shift) => (shift.member ? called(shift.member, choice.lang) : shift.cause === "closed" ? t("closed") : t("nobody"));

function rotaItem(rota, now) {
  const item = document.createElement("li");
  item.append(element("strong", rota[choice.lang]), element("span", t("now")(who(rota.now), clock(rota.now.end, now))));
  if (rota.next) item.append(element("span", t("next")(who(rota.next), clock(rota.next.begin, now)), "hint"));
  for (const gap of rota.gaps.slice(0, 3)) item.append(element("span", t("gap")(clock(gap.begin, now), clock(gap.end, now)), "gap"));
  return item;
}

function messageItem(message, now) {
  const item = document.createElement("li");
  item.lang = message.language === "zh" ? "zh-CN" : "en";
  mark(item, "data-state", message.kind === "resolved" ? "ok" : STATES[message.severity]);
  const about = `${clock(message.at, now)} ${t("to")(message[`receiver_${choice.lang}`])}`;
  item.append(element("span", about, "hint"), element("strong", message.title));
  return item;
}

function drawAround() {
  const now = serverNow();
  if (known.rotas) fill(byId("rotas"), known.rotas.map((rota) => rotaItem(rota, now)));
  if (known.messages) fill(byId("messages"), known.messages.map((message) => messageItem(message, now)));
  byId("no-rotas").hidden = !known.rotas || known.rotas.length > 0;
  byId("no-messages").hidden = !known.messages || known.messages.length > 0;
}

// ── One incident ────────────────────────────────────────────────────────────────────────────────────────────────────

const detail = fieldsOf(byId("detail"));

function eventItem(event, unit, now) {
  const item = document.createElement("li");
  const actor = event.actor ? called(event.actor, choice.lang) : "";
  const targets = event.targets.map((target) => called(target.split("/")[0], choice.lang)).join(", ");
  const until = event.until && event.reason !== "step_due" ? t("until")(clock(event.until, now)) : "";
  item.append(element("time", clock(event.at, now)));
  item.append(element("span", [actor, t("reasons")[event.reason], targets && t("to")(targets), until].filter(Boolean).join(" · ")));
  if (event.figure) item.append(element("span", value({ figure: event.figure, unit }), "hint"));
  if (event.comment) item.append(element("q", event.comment));
  return item;
}

function noticeItem(notice, now) {
  const item = document.createElement("li");
  const at = notice.sent_at ?? notice.due_at ?? notice.created_at;
  mark(item, "data-notice", notice.state);
  item.append(element("strong", called(notice.receiver, choice.lang)), element("span", `${notice.channel} · ${t("notices")[notice.state]} ${clock(at, now)}`));
  if (notice.state === "failed") item.append(element("span", notice.said, "gap"));
  return item;
}

/** A task in a tracker: its name there, a link where it has one, its state in the tracker's words. */
function taskItem(task) {
  const item = document.createElement("li");
  const name = element(task.url ? "a" : "strong", task.id ?? called(task.receiver, choice.lang));
  if (task.url) Object.assign(name, { href: task.url, rel: "noreferrer noopener", target: "_blank" });
  mark(item, "data-task", task.done ? "done" : "open");
  item.append(name, element("span", [called(task.receiver, choice.lang), task.state].filter(Boolean).join(" · ")));
  return item;
}

function drawTrend(told, now) {
  const paths = trend(told, now);
  const figure = byId("trend");
  figure.hidden = !paths;
  if (!paths) return;
  mark(figure.querySelector(".line"), "d", paths.line);
  mark(figure.querySelector(".goal"), "d", paths.goal);
  mark(figure.querySelector(".open-span"), "x", paths.begin.toFixed(1));
  mark(figure.querySelector(".open-span"), "width", paths.width.toFixed(1));
  write(detail.trend, t("trend")(told.interval.replace("m", " min").replace("h", " h")));
}

function drawActs(told) {
  const acts = byId("acts");
  for (const button of acts.querySelectorAll("button")) (button.closest("[data-act]") ?? button).hidden = !told.may.includes(button.value);
  const options = known.receivers.map((one) => Object.assign(element("option", one[choice.lang]), { value: one.receiver }));
  const chosen = byId("to").value;
  fill(byId("to"), options);
  if (chosen) byId("to").value = chosen;
}

function drawDetail() {
  const told = known.detail;
  byId("detail").hidden = !told;
  mark(page, "data-open", Boolean(told));
  if (!told) return;
  const now = serverNow();
  const row = known.incidents.get(told.incident.incident) ?? told.incident;
  mark(byId("detail"), "data-state", STATES[row.severity]);
  write(byId("detail-title"), `${rule(row)} · ${queue(row)}`);
  write(detail.severity, t("severity")[row.severity]);
  write(detail.state, standing(row, now).join(", "));
  write(detail.value, value(row));
  write(detail.against, against(row));
  write(detail.made, made(row));
  write(detail.lenders, lenders(row));
  write(detail.stale, row.stale ? t("stale") : "");
  drawTrend(told, now);
  drawActs(told);
  fill(byId("timeline"), told.events.map((event) => eventItem(event, row.unit, now)));
  fill(byId("notices"), told.notices.length ? told.notices.map((notice) => noticeItem(notice, now)) : [element("li", t("noNotices"))]);
  fill(byId("tasks"), row.tasks.map(taskItem));
  byId("day").hidden = !row.queue;
  mark(byId("day"), "href", `desk?${new URLSearchParams({ queue: row.queue ?? "", day: row.opened_at.slice(0, 10), lang: choice.lang })}`);
  byId("runbook").hidden = !/^https?:\/\//.test(row.runbook ?? "");
  if (!byId("runbook").hidden) byId("runbook").href = row.runbook;
}

// ── The light, the banner, all of it ────────────────────────────────────────────────────────────────────────────────

const secondsUntil = (until) => Math.max(1, Math.ceil((until - performance.now()) / 1_000));

function bannerWords({ name, heard, refusal }) {
  const refused = refusal?.until ? t("refused")(refusal.status, secondsUntil(refusal.until)) : "";
  if (name !== "lost") return refused;
  return [heard ? t("lostSince")(heard) : refused ? "" : t("unreachable"), refused].filter(Boolean).join(" · ");
}

/** Show what is known as `link` lets it be believed. */
export function draw(link, acts) {
  if (page.dataset.view === "login") return;
  mark(page, "data-view", known.heardAt === null ? "connecting" : "alerts");
  mark(page, "data-link", link.name);
  write(byId("link-word"), t(link.name));
  const words = bannerWords(link);
  write(byId("banner"), words);
  byId("banner").hidden = !words;
  drawIncidents(acts);
  drawAround();
  drawDetail();
}

export function drawLogin() {
  mark(page, "data-view", "login");
  byId("key").focus();
}
