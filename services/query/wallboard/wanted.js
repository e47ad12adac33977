/**
 * Which cards the address asks for, and how they are laid out; so a screen comes back as it was.
 *
 *   by=queue|team|site|channel|client|total   what a card stands for
 *   queue=a,b  team=…  site=…  channel=…  client=…   only these cards; of queues also those of the team, site, channel, client
 *   pages=team|site|channel|client            a page for each, with its queues
 *   layout=auto|one|six|forty                 cards on a page; auto: as many as there are, up to forty
 *   rotate=20  page=2                         seconds until the next page (0: never), and the page to begin with
 */

import { asksFor, choice, choose } from "./choice.js";

export const KINDS = ["queue", "team", "site", "channel", "client", "total"];
export const LAYOUTS = ["auto", "one", "six", "forty"];
export const GROUPS = ["team", "site", "channel", "client"];
const ON_A_PAGE = { auto: 40, one: 1, six: 6, forty: 40 };
const ROTATE = 20;
const ROTATE_MOST = 3600;

const oneOf = (all, name, otherwise) => (all.includes(asksFor(name)) ? asksFor(name) : otherwise);
const only = new Map(["queue", ...GROUPS].map((name) => [name, asksFor(name)?.split(",")]).filter(([, names]) => names));
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Whether the address names the cards that are wanted. */
export const isNarrowed = only.size > 0;

function seconds(text, otherwise) {
  return /^\d+$/.test(text ?? "") ? Math.min(ROTATE_MOST, Number(text)) : otherwise;
}

Object.assign(choice, {
  by: oneOf(KINDS, "by", "queue"),
  pages: oneOf(GROUPS, "pages", null),
  layout: oneOf(LAYOUTS, "layout", "auto"),
  rotate: seconds(asksFor("rotate"), calm ? 0 : ROTATE),
  page: Math.max(1, seconds(asksFor("page"), 1)),
});

/** Whether a card of this name is wanted; a queue's listing also says its team, site, channels and client. */
export function isWanted(name, listing) {
  return [...only].every(([kind, names]) => {
    if (kind === choice.by) return names.includes(name);
    return choice.by !== "queue" || names.some((one) => groupsOf(listing, kind).includes(one));
  });
}

/** The teams, sites, channels or clients that a queue's listing names. */
export function groupsOf(listing, kind) {
  if (kind === "channel") return listing?.channels ?? [];
  return listing?.[kind] ? [listing[kind]] : [];
}

/** How many cards a page holds. */
export const onAPage = () => ON_A_PAGE[choice.layout];

/** Let the pages turn, or hold this one, and keep that in the address. */
export function hold(page) {
  choose("rotate", choice.rotate ? 0 : ROTATE);
  choose("page", page);
}
