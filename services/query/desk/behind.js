/** The contacts behind a promise that is not kept. */

import { ask } from "./api.js";
import { missedList } from "./contacts.js";
import { dayOf, heading, hour } from "./parts.js";
import { said } from "./place.js";

export async function behind() {
  const [from, to, formula] = [said("from"), said("to"), said("metric").split(":")[1] ?? ""];
  const question = { target: said("target"), from, to, missed: "true", formula };
  const told = await ask("visits", { ...question, limit: "500" });
  return [heading(`${said("target")} · ${dayOf(from)} ${hour(from)} – ${dayOf(to)} ${hour(to)}`), missedList(told, question)];
}
