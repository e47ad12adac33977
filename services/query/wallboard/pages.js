/** Pages of cards: which there are, which is shown, and when the next one is. */

import { choice } from "./choice.js";
import { nameOfGroup, shownTiles } from "./floor.js";
import { groupsOf, onAPage } from "./wanted.js";

const SIX = 9;

const shown = { page: choice.page - 1, since: performance.now() };

/** Pages of up to so many cards as the layout has: {title, tiles}; by team, site, channel or client where pages go by them. */
export function pages() {
  const size = onAPage();
  return groups().flatMap(([title, tiles]) =>
    Array.from({ length: Math.ceil(tiles.length / size) }, (_, i) => ({ title, tiles: tiles.slice(i * size, (i + 1) * size) })),
  );
}

function groups() {
  const tiles = shownTiles();
  const kind = choice.pages;
  if (!kind || choice.by !== "queue") return [["", tiles]];
  const names = new Set(tiles.flatMap(({ listing }) => groupsOf(listing, kind)));
  const ofNone = tiles.filter(({ listing }) => !groupsOf(listing, kind).length);
  const named = [...names].map((name) => [nameOfGroup(kind, name), tiles.filter(({ listing }) => groupsOf(listing, kind).includes(name))]);
  named.sort(([one], [other]) => one.localeCompare(other));
  return ofNone.length ? [...named, [nameOfGroup(kind, ""), ofNone]] : named;
}

/** The page that is shown of `all`: one that is gone gives way to the last. */
export const shownPage = (all) => Math.max(0, Math.min(shown.page, all.length - 1));

/** The number of the page that is shown, from 1. */
export const shownNumber = () => shownPage(pages()) + 1;

/** Turn by so many pages, around both ends; returns the number of the page, from 1. */
export function turn(by) {
  const all = pages();
  shown.page = all.length ? (shownPage(all) + by + all.length) % all.length : 0;
  shown.since = performance.now();
  return shown.page + 1;
}

/** Turn when it is time; not while somebody is at a card with the keyboard. */
export function turnInTime(isHeld) {
  if (isHeld) shown.since = performance.now();
  if (choice.rotate && performance.now() - shown.since >= choice.rotate * 1_000) turn(1);
}

/** How cards are drawn when a page has so many: one, six or forty. */
export function layoutOf(cards) {
  if (choice.layout !== "auto") return choice.layout;
  if (cards <= 1) return "one";
  return cards <= SIX ? "six" : "forty";
}
