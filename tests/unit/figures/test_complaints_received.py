"""Complaints received, by the agent or the reason that they name."""

import asyncio
from typing import Any

from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.feedback import Complaint, Statement
from floorpulse.contracts.visits import Visit
from floorpulse.figures.complaints_received import ComplaintsReceived, complaints_open_in, received
from floorpulse.figures.open_complaints import StoredComplaint, complaints_of
from floorpulse.figures.selection import Selection
from tests.fakes.floor import MemoryFloor, MemoryHistory, answered

NOON = 1_794_312_000_000
SPAN = Span(NOON, NOON + HOUR)
ALL = Selection("demo")


def one(
    at: int, agent: str | None = None, reason: str | None = None, queue: str = "sales"
) -> StoredComplaint:
    return StoredComplaint(queue, "voice", at, None, agent, reason)


def complained(at: int, closed: int | None = None, **named: Any) -> Visit:
    """A contact of ann's that was complained about."""
    said = [Statement(at, **named)]
    said += [] if closed is None else [Statement(closed, closing=True)]
    return answered(NOON - HOUR, 5, complaints={"k": Complaint(tuple(said))})


def test_those_received_in_the_span_are_counted_by_name() -> None:
    some = [
        one(NOON - 1, "ann"),
        one(NOON, "ann", "refund"),
        one(NOON + 5, "ann", "manner"),
        one(NOON + 6, "bob", "refund"),
        one(NOON + 7),
        one(NOON + HOUR, "ann"),
    ]

    assert received(some, SPAN, ALL, "agent") == ComplaintsReceived(4, {"ann": 2, "bob": 1})
    assert received(some, SPAN, ALL, "reason") == ComplaintsReceived(4, {"refund": 2, "manner": 1})


def test_only_the_selected_queues_count() -> None:
    some = [one(NOON, "ann"), one(NOON, "bob", queue="help")]

    assert received(some, SPAN, Selection("demo", ("help",)), "agent").named == {"bob": 1}


def test_a_complaint_is_about_whom_it_names_else_about_who_took_the_contact() -> None:
    (named,) = complaints_of(complained(NOON, agent="bob", category="refund"))
    (plain,) = complaints_of(complained(NOON))

    assert (named.agent, named.reason) == ("bob", "refund")
    assert (plain.agent, plain.reason) == ("ann", None)


def test_one_that_was_closed_at_once_is_read_too() -> None:
    floor = MemoryFloor()
    floor.put(complained(NOON, NOON), complained(NOON - HOUR, NOON - 5), complained(NOON + 9))
    some = asyncio.run(complaints_open_in(MemoryHistory(floor), ALL.tenant, SPAN))
    told = received(some, SPAN, ALL, "agent")

    assert told == ComplaintsReceived(2, {"ann": 2})
