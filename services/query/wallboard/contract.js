/** The contracts that the address names, ?contract=a,b: how they stand, asked every 15 s; without the parameter nothing is asked. */

import { asksFor } from "./choice.js";

const OLD = 60_000;
const named = asksFor("contract")?.split(",").filter(Boolean) ?? [];
const heard = new Map();

/** Ask for each; what cannot be told now keeps its last word until that is too old to be believed. */
export async function askContracts(ask) {
  for (const name of named) {
    const answer = await ask(`v1/contracts/${encodeURIComponent(name)}`);
    if (answer.ok) heard.set(name, { row: await answer.json(), at: performance.now() });
  }
}

/** The contracts as they stood a moment ago, in the order of the address. */
export const contractsNow = () =>
  named.map((name) => heard.get(name)).filter((one) => one && performance.now() - one.at <= OLD).map(({ row }) => row);

/** Which state a promise is in: missed as it is expected to end, missed so far, kept; nothing came yet. */
export function stateOf({ window, expected }) {
  if (!window || window.value === null) return "none";
  const missed = (one) => one?.outcome === "missed";
  if (missed(window) && missed(expected)) return "bad";
  return missed(window) || missed(expected) ? "warn" : "ok";
}
