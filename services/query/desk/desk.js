/**
 * The desk: what a manager opens instead of asking the API by hand. The address says which place it is (place.js); the
 * place asks the API and is drawn once, today's again every half minute.
 *
 *   all queues ─► a queue's day ─► the contacts of a half hour ─► a contact's journey      Enter or a click, Esc goes up
 */

import { agents } from "./agents.js";
import { Refused, signIn } from "./api.js";
import { behind } from "./behind.js";
import { contacts } from "./contacts.js";
import { day } from "./day.js";
import { figure } from "./figure.js";
import { floor } from "./floor.js";
import { indicators } from "./indicators.js";
import { journey } from "./journey.js";
import { count } from "./numbers.js";
import { el } from "./parts.js";
import { above, inOtherLanguage, lang, placeOf, said, t } from "./place.js";
import { targets } from "./targets.js";

const AGAIN_AFTER = 30_000;
const VIEWS = { kpi: figure, agents, targets, behind, indicators };
const FORBIDDEN = [401, 403];

const byId = (id) => document.getElementById(id);
const page = document.documentElement;

/** What draws the place of the address. */
function view() {
  if (said("contact")) return journey;
  if (Object.hasOwn(VIEWS, said("view"))) return VIEWS[said("view")];
  if (!said("queue")) return floor;
  return said("from") ? contacts : day;
}

// ── Drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function drawWords() {
  page.lang = lang === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  byId("lang").href = inOtherLanguage();
  byId("lang").lang = lang === "zh" ? "en" : "zh-CN";
  byId("lang").textContent = lang === "zh" ? "English" : "中文";
  byId("up").href = above();
  byId("up").hidden = !said("queue") && !said("view") && !said("contact");
  for (const node of document.querySelectorAll("[data-view]:not(html)")) {
    node.href = placeOf({ view: node.dataset.view });
    if (node.dataset.view === said("view")) node.setAttribute("aria-current", "page");
  }
}

/** Draw the place; `first`: somebody has just come, and reads on from its heading. */
async function draw(first) {
  try {
    show(await view()(), first);
  } catch (wrong) {
    if (!(wrong instanceof Refused)) throw wrong;
    refuse(wrong, first);
  }
  page.dataset.drawn = "yes";
}

function show(parts, first) {
  const focused = document.activeElement?.getAttribute("href");
  byId("place").replaceChildren(...parts);
  byId("banner").hidden = true;
  page.dataset.view = "place";
  document.title = `${byId("title").textContent} · Floorpulse`;
  if (first) byId("title").focus({ preventScroll: true });
  else if (focused) document.querySelector(`#place a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** Say why there is nothing new: what is shown stays. */
function refuse({ status, detail, scope }, first) {
  if (FORBIDDEN.includes(status)) return askForKey(scope);
  byId("banner").textContent = status ? detail : t("unreachable");
  byId("banner").hidden = false;
  page.dataset.view = "place";
  if (first) byId("place").replaceChildren(el("p", {}, el("a", { href: above(), class: "button" }, t("up"))));
}

function askForKey(scope) {
  byId("place").replaceChildren();
  page.dataset.view = "login";
  byId("login-hint").textContent = t(scope === "agents:read" ? "loginAgents" : "loginHint");
  byId("key").focus();
}

// ── Acts ────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function submitKey(event) {
  event.preventDefault();
  const key = byId("key").value.trim();
  byId("key").value = "";
  try {
    await signIn(key);
    location.reload();
  } catch (wrong) {
    byId("refusal").textContent = [t("loginRefused"), wrong.message].join(" ");
  }
}

/** Esc goes up; the arrows go from row to row, from elsewhere to the first row that is not as promised. */
function press(event) {
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") location.assign(above());
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) stepTo(step, event);
}

function stepTo(step, event) {
  const rows = [...document.querySelectorAll("a.row")];
  const here = rows.indexOf(document.activeElement);
  const wanted = here < 0 ? (document.querySelector("tr[data-state=bad] a.row") ?? rows[0]) : rows[here + step];
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
}

function drawAgain() {
  const busy = document.activeElement?.matches("input, select");
  if (!document.hidden && page.dataset.view !== "login" && !busy && (view() === floor || view() === day)) draw(false);
}

drawWords();
byId("login").addEventListener("submit", submitKey);
addEventListener("keydown", press);
addEventListener("rows", ({ detail }) => (byId("loading").textContent = t("loadingRows")(count(detail))));
setInterval(drawAgain, AGAIN_AFTER);
draw(true);
