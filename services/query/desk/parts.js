/** Parts of the page: elements, tables, the way to take a table along. */

import { address } from "./api.js";
import { t } from "./place.js";

/** An element with attributes and children; null children are left out. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A state: its shape and its word, in its colour. */
export const chip = (state, word) =>
  el("span", { class: "chip", "data-state": state }, el("span", { class: "mark", "aria-hidden": "true" }), word);

/**
 * A table. A column is {name, cell(row), number, state(row)}: `cell` gives text or an element. `where(row)` is where a
 * row leads (null: nowhere): its first cell is the link, which spans the row. `state(row)` colours a row.
 */
export function table(caption, columns, rows, { where = () => null, state = () => null } = {}) {
  const head = el("tr", {}, ...columns.map((one) => el("th", { scope: "col", class: one.number ? "number" : null }, one.name)));
  const lines = rows.map((row) => line(columns, row, where(row), state(row)));
  const whole = el("table", {}, el("caption", { class: "sr" }, caption), el("thead", {}, head), el("tbody", {}, ...lines));
  return el("div", { class: "sheet", role: "region", "aria-label": caption, tabindex: "0" }, whole);
}

function line(columns, row, place, state) {
  const cells = columns.map((one, index) => {
    const content = one.cell(row);
    const shown = index === 0 && place ? el("a", { href: place, class: "row" }, content) : content;
    const kind = { class: one.number ? "number" : null, "data-state": one.state?.(row) ?? null };
    return index === 0 ? el("th", { scope: "row", ...kind }, shown) : el("td", kind, shown);
  });
  return el("tr", { "data-state": state, class: place ? "leads" : null }, ...cells);
}

/** Links that take the answer to a question along; `wide`: it has figures by interval. */
export function files(path, question, { wide = true } = {}) {
  const link = (words, how) => el("a", { href: address(path, { ...question, ...how }), class: "button", download: true }, words);
  return el(
    "p",
    { class: "files" },
    el("span", {}, t("take")),
    link(t(wide ? "csvWide" : "csv"), { format: "csv", ...(wide ? { layout: "wide" } : {}) }),
    wide ? link(t("csvLong"), { format: "csv" }) : null,
    link(t("xlsx"), { format: "xlsx", ...(wide ? { layout: "wide" } : {}) }),
  );
}

/** Facts in a line: [[name, value, state], …]. */
export const facts = (pairs) =>
  el("dl", { class: "facts" }, ...pairs.map(([name, value, state]) => el("div", { "data-state": state ?? null }, el("dt", {}, name), el("dd", {}, value))));

export const heading = (words) => el("h2", { id: "title", tabindex: "-1" }, words);

/** A part of the page under its own heading. */
export const section = (words, ...parts) => el("section", {}, el("h3", {}, words), ...parts);

/** The local time of day of an instant of the API, 09:30; it is written in the zone of the floor. */
export const hour = (instant) => instant.slice(11, 16);
export const moment = (instant) => (instant === null ? "–" : instant.slice(11, 19));
export const dayOf = (instant) => instant.slice(0, 10);

/** A field of a form: its label and its control. */
export const field = (words, control) => el("label", { class: "field" }, el("span", {}, words), control);

/** A choice: [[value, words], …]. */
export function options(name, chosen, choices) {
  const all = choices.map(([value, words]) => el("option", { value, selected: value === chosen }, words));
  return el("select", { name }, ...all);
}

/** A form whose fields become the address; `kept` is what else the address says. */
export function form(kept, ...fields) {
  const hidden = Object.entries(kept).map(([name, value]) => el("input", { type: "hidden", name, value }));
  return el("form", { class: "asked", action: "desk", method: "get" }, ...hidden, ...fields, el("button", { type: "submit" }, t("show")));
}
