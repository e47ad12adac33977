/**
 * What the address asks for: ?lang=en|zh; of the wall &window=5m|15m|30m|60m|today and what wanted.js reads, of the alerts
 * &incident=… (the one that is open).
 */

import { CATALOGUE } from "./words.js";

export const WINDOWS = ["5m", "15m", "30m", "60m", "today"];

let asked = new URLSearchParams(location.search);
const browserLanguage = navigator.language.startsWith("zh") ? "zh" : "en";

export const choice = {
  lang: Object.hasOwn(CATALOGUE, asked.get("lang")) ? asked.get("lang") : browserLanguage,
  window: WINDOWS.includes(asked.get("window")) ? asked.get("window") : "15m",
  incident: asked.get("incident"),
};

/** What the address says of a name; null where nothing. */
export const asksFor = (name) => asked.get(name);

/** The text of `key` in the chosen language. */
export const t = (key) => CATALOGUE[choice.lang][key];

/** Choose, and keep the choice in the address, so that a reload or a bookmark shows the same page. */
export function choose(name, value) {
  keep(name, value);
  history.replaceState(null, "", `?${asked}`);
}

/** The same as a step that the browser's way back undoes: see `reread`. */
export function visit(name, value) {
  keep(name, value);
  history.pushState(null, "", `?${asked}`);
}

function keep(name, value) {
  choice[name] = value;
  if (value === null) asked.delete(name);
  else asked.set(name, value);
}

/** Heed the address again: somebody went back. */
export function reread() {
  asked = new URLSearchParams(location.search);
  choice.incident = asked.get("incident");
}
