/** The floor: what is known and how far it can be believed, without a word about how it is shown. */

import { choice, t } from "./choice.js";
import { learnZone, serverNow } from "./clock.js";
import { groupsOf, isWanted } from "./wanted.js";

const DEFAULT_TARGET = 0.8;
const NEAR_TARGET = 0.05;
const EPSILON = 1e-9;
const STALE_AFTER = 10_000;

/** From this many contacts on a ratio is judged. */
export const FEW = 10;

const newPicture = () => ({ rows: new Map(), freshAt: 0 });
const newTile = (id) => ({
  ...newPicture(), id, state: "ok", target: null, listing: null, known: true, unlisted: 0,
  day: new Map(), waits: [], peak: 0, card: null,
});

/**
 * Tiles by the name of what they stand for (queues, teams …), in the order in which they came to be known; `total` is the
 * strip, `variance` what came beside the forecast, `listing` what v1/queues said last, null until then.
 */
export const floor = { tiles: new Map(), total: newPicture(), variance: null, listing: null };

/** What a row is about: the name of its tile; empty of all contacts, and of those that belong to none. */
export const nameOf = (row) => (choice.by === "total" ? "" : (row[choice.by] ?? ""));

/** A tile's name as it is shown. */
export function titleOf({ id, listing }) {
  if (choice.by === "total") return t("total");
  if (choice.by === "queue") return listing?.[choice.lang] ?? id;
  return nameOfGroup(choice.by, id);
}

/** A team, site, channel or client as it is shown. */
export const nameOfGroup = (kind, id) => (kind === "channel" && t("channels")[id]) || id || t("withoutGroup")[kind];

function take(picture, row) {
  picture.rows.set(row.kpi, row);
  picture.freshAt = Math.max(picture.freshAt, Date.parse(row.as_of) || 0);
}

/** Take rows of the stream of cards; cards that nobody wants are dropped once the listing tells what they are. */
export function takeCardRows(rows) {
  for (const row of rows) {
    const name = nameOf(row);
    if (!floor.tiles.has(name)) floor.tiles.set(name, newTile(name));
    const tile = floor.tiles.get(name);
    take(tile, row);
    if (row.kpi === "waiting") tile.peak = Math.max(tile.peak, row.value ?? 0);
  }
}

export function takeTotalRows(rows) {
  for (const row of rows) take(floor.total, row);
  if (rows.length) learnZone(rows.at(-1).as_of);
}

/** What came today beside the forecast for it, a row; null without an answer. */
export function takePlan(rows) {
  floor.variance = rows[0] ?? null;
}

/** What v1/queues says; a tile missing from it twice in a row is gone (once may be a race with the stream). */
export function takeListing(rows) {
  floor.listing = rows;
  if (rows.length) learnZone(rows.at(-1).as_of);
  const members = membersOf(rows);
  for (const [name, queues] of members) {
    const tile = floor.tiles.get(name) ?? newTile(name);
    floor.tiles.set(name, tile);
    list(tile, queues);
  }
  for (const [name, tile] of floor.tiles) {
    if (!members.has(name) && ++tile.unlisted > 1) floor.tiles.delete(name);
  }
}

/** The listed queues of each tile. */
function membersOf(rows) {
  const members = new Map(choice.by === "total" ? [["", rows]] : []);
  if (choice.by === "total") return members;
  for (const row of rows) {
    const names = choice.by === "queue" ? [row.queue] : groupsOf(row, choice.by);
    for (const name of names.length ? names : [""]) members.set(name, [...(members.get(name) ?? []), row]);
  }
  return members;
}

function list(tile, queues) {
  const states = queues.map(({ state }) => state);
  const closed = states.length > 0 && states.every((state) => state === "closed");
  const stale = states.length > 0 && states.every((state) => state === "stale");
  const single = choice.by === "queue" ? queues[0] : null;
  Object.assign(tile, { listing: single, known: single?.known !== false, target: single?.target ?? null, unlisted: 0 });
  tile.state = single?.state ?? (closed ? "closed" : stale ? "stale" : "ok");
  tile.freshAt = Math.max(tile.freshAt, ...queues.map(confirmedAt));
}

/** Until when the server vouches for a queue's figures; an idle queue sends no rows but is fresh all the same. */
function confirmedAt(row) {
  if (row.as_of) return Date.parse(row.as_of) || 0;
  return row.state === "stale" ? 0 : serverNow();
}

/** The tiles that are to be shown, by name. */
export function shownTiles() {
  const wanted = [...floor.tiles.values()].filter((tile) => tile.known && isWanted(tile.id, tile.listing));
  return wanted.sort((one, other) => titleOf(one).localeCompare(titleOf(other)));
}

/** Queues that have contacts but no definition, though definitions name queues: a typing mistake in a feed, most often. */
export const strangers = () => [...floor.tiles.values()].filter((tile) => !tile.known);

/** Forget all figures of the cards: another window, or other cards, are asked for. */
export function forgetFigures() {
  for (const tile of floor.tiles.values()) tile.rows = new Map();
}

/** Forget the cards: they stand for something else now. */
export const forgetTiles = () => floor.tiles.clear();

export const valueOf = (picture, kpi) => picture.rows.get(kpi)?.value ?? null;

/** Seconds; a running wait goes on between two rows, unless nobody waits or the picture is stale. */
export function longestWait(picture, isStale) {
  const row = picture.rows.get("longest_wait");
  if (row?.value == null) return null;
  const until = isStale ? picture.freshAt : serverNow();
  return valueOf(picture, "waiting") > 0 ? row.value + Math.max(0, until - Date.parse(row.as_of)) / 1000 : 0;
}

/** How a service level stands: ok, warn, bad, or why it is not judged: few, none. */
export function verdict(row, target) {
  if (row?.value == null) return "none";
  if (row.denominator < FEW) return "few";
  if (row.value >= target - EPSILON) return "ok";
  return row.value >= target - NEAR_TARGET - EPSILON ? "warn" : "bad";
}

export const isFresh = (picture) => serverNow() - picture.freshAt <= STALE_AFTER && picture.state !== "stale";

/** The promise of a picture: its own, or what the targets of its queues ask for together: the level over its attainment. */
export function targetOf(picture) {
  const [level, attainment] = [valueOf(picture, "service_level"), valueOf(picture, "sla_attainment")];
  return picture.target ?? (attainment > 0 ? level / attainment : DEFAULT_TARGET);
}

/**
 * How the data stand: live, connecting, partial or lost; since when; how many cards are concerned; whether the server
 * refuses them, by which status and until when nobody asks again.
 */
export function standing(streams) {
  const refusal = streams.map((stream) => stream.refusal).find((one) => one?.until);
  return { ...standingOfData(streams), refusal };
}

function standingOfData(streams) {
  const tiles = shownTiles();
  const stale = tiles.filter((tile) => !isFresh(tile));
  const freshest = Math.max(floor.total.freshAt, ...tiles.map((tile) => tile.freshAt));
  const allStale = tiles.length > 0 && stale.length === tiles.length;
  if (allStale || streams.some((stream) => stream.isLost)) return { name: "lost", since: freshest };
  if (stale.length) return { name: "partial", since: Math.min(...stale.map((tile) => tile.freshAt)), count: stale.length, of: tiles.length };
  return { name: streams.some((stream) => stream.lostSince !== null) ? "connecting" : "live", since: freshest };
}
