"""The work of the benchmark in plain Python, for peers that join by functions: events of a contact
become its visit, and what a visit newly says becomes changes of panes.

    contact.offered ─┐
    contact.answered ┼─► join ─► {"queue": "acme|sales", "at": 1794300000000, "offered": 1, …}
    contact.ended ───┘

It needs nothing but the standard library: peers run it in environments of their own.
"""

from collections.abc import Iterator
from typing import Any

MINUTE = 60_000
THRESHOLD = 20_000
NAMES = {
    "contact.offered": "offered",
    "contact.answered": "answered",
    "contact.abandoned": "abandoned",
    "contact.ended": "ended",
    "survey.answered": "surveyed",
}

Visit = dict[str, Any]
"""What is known of a contact: the instant of each of its events, queue, handle time, score."""

Pane = tuple[str, str, int]
"""(tenant, queue, begin in epoch milliseconds)"""

Change = dict[str, Any]
"""Amounts by figure, and where they belong: `queue` and an instant `at`"""


def join(visit: Visit, event: dict[str, Any]) -> list[Change]:
    """Take an event into the visit; what that changes. An event that says nothing new changes
    nothing.
    """
    name = NAMES.get(event["type"])
    if name is None or name in visit:
        return []
    visit[name] = event["at"]
    if name == "offered":
        visit["queue"] = f"{event['tenant']}|{event['queue']}"
    elif name == "ended":
        visit["handle"] = event["talk_ms"] + event["hold_ms"]
    elif name == "surveyed":
        visit["score"] = round(event["score"] * 1000)
    return list(_changes(visit, name)) if "offered" in visit else []


def _changes(visit: Visit, name: str) -> Iterator[Change]:
    """What became known with this event; with the offer, all that came before it too."""
    everything = name == "offered"
    if everything or name in ("answered", "abandoned"):
        yield _at(visit, visit["offered"], **_outcome(visit, everything))
    both = "ended" in visit and "answered" in visit
    if both and (everything or name in ("ended", "answered")):
        yield _at(visit, visit["ended"], handled=1, handle=visit["handle"])
    if "surveyed" in visit and (everything or name == "surveyed"):
        yield _at(visit, visit["surveyed"], csat=1, csat_sum=visit["score"])


def _outcome(visit: Visit, offered: bool) -> dict[str, int]:  # noqa: FBT001  counted as it is
    figures = {"offered": int(offered)}
    if "answered" in visit:
        wait = max(0, visit["answered"] - visit["offered"])
        figures |= {"answered": 1, "within": int(wait <= THRESHOLD), "wait": wait}
    elif "abandoned" in visit:
        figures |= {"abandoned": 1}
    return figures


def _at(visit: Visit, at: int, **figures: int) -> Change:
    return {"queue": visit["queue"], "at": at, **figures}


def add(pane: dict[str, int], change: Change) -> dict[str, int]:
    """Add the amounts of a change to a pane, which is changed and given back."""
    for name, amount in change.items():
        if name not in ("queue", "at"):
            pane[name] = pane.get(name, 0) + amount
    return pane


def answered(panes: dict[tuple[str, int], dict[str, int]]) -> dict[Pane, dict[str, int]]:
    """Panes by queue and begin as the benchmark reads them: a figure that is 0 is left out."""
    return {
        (*_tenant_and_queue(queue), begin): {name: one for name, one in pane.items() if one}
        for (queue, begin), pane in panes.items()
    }


def _tenant_and_queue(joint: str) -> tuple[str, str]:
    tenant, _, queue = joint.partition("|")
    return tenant, queue
