/** How a figure stands: the states and words that all tables share. */

import { oneDecimal } from "./numbers.js";
import { t } from "./place.js";

export { verdict } from "./verdict.js";

/** The promised service level behind rows of one span: what would have been due, over all that count. */
export function promised({ service_level: level, sla_attainment: attainment }, otherwise) {
  return level?.denominator > 0 && attainment ? attainment.denominator / level.denominator : otherwise;
}

/** How many contacts a service level counts against. */
export const missedOf = (level) => (level?.denominator == null ? null : level.denominator - level.numerator);

/** Why a contact lowers the service level, in words. */
export function reasonOf(visit) {
  const wait = visit.wait === null ? "" : seconds(visit.wait);
  return t("because")[visit.missed_because](wait, visit.beyond);
}

/** Seconds as they were measured: 50.2 s, 20 s. */
export const seconds = (value) => (value === null ? "–" : t("seconds")(oneDecimal(value)));

/** What became of a contact. */
export function outcomeOf(visit) {
  if (visit.outcome === "left") return t("leftBy")(t("reasons")[visit.reason] ?? visit.reason ?? "");
  return t("outcomes")[visit.outcome ?? "none"];
}
