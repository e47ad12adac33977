/** How a figure stands: the states and words that all tables share. */

import { oneDecimal } from "./numbers.js";
import { t } from "./place.js";

/** From this many contacts on a ratio is judged. */
const FEW = 10;
const NEAR_TARGET = 0.05;
const SAME = 1e-9;

/** The promised service level behind rows of one span: what would have been due, over all that count. */
export function promised({ service_level: level, sla_attainment: attainment }, otherwise) {
  return level?.denominator > 0 && attainment ? attainment.denominator / level.denominator : otherwise;
}

/** How a service level stands beside its target: ok, warn, bad; few, none where it is not judged. */
export function verdict(level, target) {
  if (level?.value == null) return "none";
  if (level.denominator < FEW) return "few";
  if (level.value >= target - SAME) return "ok";
  return level.value >= target - NEAR_TARGET - SAME ? "warn" : "bad";
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
