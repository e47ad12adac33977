"""FreeSWITCH's call records (mod_json_cdr): a caller's stay in a queue, told once the call is over.

The record repairs what a broken connection missed. Its stamps are whole seconds, so that a finer
stamp of the same fact wins: the end is told at the second's last millisecond. A record has the
variables of the last queue, and of the queues before it those that the last one did not set: what
lies before the entry, and an answer of a stay that was cancelled, is none of this stay.
"""

from collections.abc import Iterator
from urllib.parse import unquote

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.callers import customer_of
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.freeswitch.calls import GAVE_UP, WENT_BY
from floorpulse.ingest.sources.freeswitch.message import LONGEST, EventBody
from floorpulse.ingest.sources.payloads import hashed_visit, identity, missing

LAST_MILLISECOND = 999
CANCELLED = "cancel"
SAME_HANGUP = 1_000
"""Milliseconds between leaving the queue and hanging up that are one act"""


class CallRecord:
    """The variables of one record; values are URL-encoded, as the module does unless told not
    to.
    """

    def __init__(self, variables: Fields) -> None:
        self._variables = variables
        self.contact = self.text("uuid")
        self.stay = self.text("cc_member_uuid")
        self.queue = self.text("cc_queue")

    def text(self, name: str) -> str:
        """A variable, cut to the length of a name; empty where it is absent."""
        return unquote(self._variables.text(name) or "")[:LONGEST]

    def instant(self, name: str) -> int | None:
        """A variable in epoch seconds, as epoch milliseconds; 0 is no time."""
        return self._variables.seconds(name)

    def since(self, name: str, entered: int) -> int | None:
        """A variable in epoch seconds that was set in this stay, as epoch milliseconds."""
        at = self.instant(name)
        return None if at is None or at < entered else at

    @property
    def is_cancelled(self) -> bool:
        """Whether the stay ended without an agent, also where one was tried."""
        return self.text("cc_cause").lower() == CANCELLED or not self.text("cc_agent")

    def event(self, kind: str, at: int, **said: object) -> EventBody:
        """An event of the record's stay."""
        known = {name: value for name, value in said.items() if value is not None}
        return {
            "type": f"contact.{kind}",
            "id": identity(self.contact, "cdr", kind),
            "at": at,
            "contact": self.contact,
            "visit": hashed_visit(self.stay),
            **known,
        }


def record_events(payload: Fields) -> list[EventBody] | Refusal:
    """The events of a record: none for an agent's leg and for a call that was in no queue."""
    record = CallRecord(payload.part("variables"))
    if record.text("cc_side").lower() != "member" or not record.stay:
        return []
    entered = record.instant("cc_queue_joined_epoch")
    if not record.contact or not record.queue or entered is None:
        return missing("uuid, cc_queue or cc_queue_joined_epoch")
    return list(_told(record, entered))


def _told(record: CallRecord, entered: int) -> Iterator[EventBody]:
    customer = customer_of(record.text("caller_id_number"))
    yield record.event("offered", entered, queue=record.queue, customer=customer)
    answered = record.since("cc_queue_answered_epoch", entered)
    if answered is None or record.is_cancelled:
        yield from _gone(record, entered)
        return
    yield record.event(
        "answered",
        answered,
        agent=record.text("cc_agent"),
        queue=record.queue,
        wait_ms=answered - entered,
    )
    if ended := record.since("cc_queue_terminated_epoch", answered):
        yield record.event("ended", ended + LAST_MILLISECOND, talk_ms=ended - answered)


def _gone(record: CallRecord, entered: int) -> Iterator[EventBody]:
    """How somebody left who was not answered. Leaving and hanging up at once is giving up."""
    left = record.since("cc_queue_canceled_epoch", entered)
    if left is None:
        return
    reason = record.text("cc_cancel_reason").upper()
    hung_up = record.instant("end_epoch")
    wait = left - entered
    if reason in GAVE_UP and (hung_up is None or hung_up - left <= SAME_HANGUP):
        yield record.event("abandoned", left, queue=record.queue, wait_ms=wait)
    else:
        yield record.event("left", left, reason=WENT_BY.get(reason, "other"), wait_ms=wait)
