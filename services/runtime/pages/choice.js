/** What the address asks for: ?window=5m|15m|30m|60m|today  &lang=en|zh  &queue=a,b (only these cards). */

import { CATALOGUE } from "./words.js";

export const WINDOWS = ["5m", "15m", "30m", "60m", "today"];

const asked = new URLSearchParams(location.search);
const browserLanguage = navigator.language.startsWith("zh") ? "zh" : "en";
const queues = asked.get("queue")?.split(",");

export const choice = {
  lang: Object.hasOwn(CATALOGUE, asked.get("lang")) ? asked.get("lang") : browserLanguage,
  window: WINDOWS.includes(asked.get("window")) ? asked.get("window") : "15m",
};

/** Whether a queue is to have a card. */
export const isWanted = (queue) => !queues || queues.includes(queue);

/** The text of `key` in the chosen language. */
export const t = (key) => CATALOGUE[choice.lang][key];

/** Choose, and keep the choice in the address, so that a reload or a bookmark shows the same wall. */
export function choose(name, value) {
  choice[name] = value;
  asked.set(name, value);
  history.replaceState(null, "", `?${asked}`);
}
