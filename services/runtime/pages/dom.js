/** The tree of a page: only what differs is written, so that focus and reading stay where they are. */

import { t } from "./choice.js";

export const byId = (id) => document.getElementById(id);
export const page = document.documentElement;

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function mark(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

export function style(node, name, value) {
  if (node.style.getPropertyValue(name) !== value) node.style.setProperty(name, value);
}

/** An element with text, and a class where one is given. */
export function element(name, text, kind) {
  const made = Object.assign(document.createElement(name), { textContent: text });
  if (kind) made.className = kind;
  return made;
}

/** Show these elements, but leave the tree alone where it shows the very same. */
export function fill(list, items) {
  const shown = items.map((item) => item.outerHTML).join("");
  if (list.dataset.shown === shown) return;
  list.dataset.shown = shown;
  list.replaceChildren(...items);
}

/** The nodes below a root that have a name (data-n), by their name. */
export const fieldsOf = (root) => Object.fromEntries([...root.querySelectorAll("[data-n]")].map((node) => [node.dataset.n, node]));

/** Put every text (data-t) and label (data-label) below a root into the chosen language. */
export function translate(root) {
  for (const node of root.querySelectorAll("[data-t]")) write(node, t(node.dataset.t));
  for (const node of root.querySelectorAll("[data-label]")) mark(node, "aria-label", t(node.dataset.label));
}
