"""The figures of a workload recomputed from its records alone, without a line of any system under
test.

    offered, answered, within, abandoned, wait   pane of the offer
    handled, handle                              pane of the end
    csat, csat_sum                               pane of the survey

Waits are from offer to outcome and never below 0, `wait` sums those of answered contacts; `within`
counts answered contacts that waited 20 s at most; `handle` is talk and hold; times are
milliseconds, `csat_sum` thousandths of a point.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.workload import MINUTE, Record

FIGURES = (
    "offered",
    "answered",
    "within",
    "abandoned",
    "wait",
    "handled",
    "handle",
    "csat",
    "csat_sum",
)
THRESHOLD = 20_000

Pane = tuple[str, str, int]
"""(tenant, queue, begin in epoch milliseconds)"""

Answer = dict[Pane, dict[str, int]]
"""Figures by pane; a figure that is 0 is left out, and so is a pane without figures."""

Contact = dict[str, dict[str, Any]]
"""The events of one contact by type."""


@dataclass(frozen=True)
class Verdict:
    """How many of the oracle's and the system's cells there are together, and how many of them
    differ.
    """

    cells: int
    wrong: int


def recomputed(records: Iterable[Record]) -> Answer:
    """What a system must answer after all `records`."""
    contacts: dict[tuple[str, str], Contact] = {}
    for event in readable(records):
        contacts.setdefault((event["tenant"], event["contact"]), {})[event["type"]] = event
    answer: Answer = {}
    for contact in contacts.values():
        if "contact.offered" in contact:
            count(answer, contact)
    return {
        pane: clean
        for pane, figures in answer.items()
        if (clean := {name: one for name, one in figures.items() if one})
    }


def readable(records: Iterable[Record]) -> Iterable[dict[str, Any]]:
    """The events in those records that are whole."""
    for record in records:
        try:
            yield json.loads(record.value)
        except ValueError:
            continue


def count(answer: Answer, contact: Contact) -> None:
    """Add one contact."""
    offer = contact["contact.offered"]
    end = contact.get("contact.ended")
    survey = contact.get("survey.answered")
    add(answer, offer, offer["at"], offered=1, **outcome(contact))
    if end and "contact.answered" in contact:
        add(answer, offer, end["at"], handled=1, handle=end["talk_ms"] + end["hold_ms"])
    if survey:
        add(answer, offer, survey["at"], csat=1, csat_sum=round(survey["score"] * 1000))


def outcome(contact: Contact) -> dict[str, int]:
    """What the answer, or the giving up, adds."""
    answered = contact.get("contact.answered")
    if answered is None:
        return {"abandoned": int("contact.abandoned" in contact)}
    wait = max(0, answered["at"] - contact["contact.offered"]["at"])
    return {"answered": 1, "within": int(wait <= THRESHOLD), "wait": wait}


def add(answer: Answer, offer: dict[str, Any], at: int, **figures: int) -> None:
    """Add figures to the pane of the offer's queue in which `at` lies."""
    pane = answer.setdefault((offer["tenant"], offer["queue"], at - at % MINUTE), {})
    for name, amount in figures.items():
        pane[name] = pane.get(name, 0) + amount


def compared(
    truth: Answer, given: Mapping[Pane, Mapping[str, int]], figures: Iterable[str] = FIGURES
) -> Verdict:
    """Compare the cells of some figures."""
    names = list(figures)
    cells = [(pane, name) for pane in truth.keys() | given.keys() for name in names]
    pairs = [
        (truth.get(pane, {}).get(name, 0), given.get(pane, {}).get(name, 0)) for pane, name in cells
    ]
    filled = [(true, said) for true, said in pairs if true or said]
    return Verdict(len(filled), sum(true != said for true, said in filled))
