"""What a schedule of reports cannot mean."""

from collections.abc import Iterator

from floorpulse.definitions.domain.floor import Floor
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.definitions.domain.report_terms import ReportBody
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.surroundings import entries_of


def impossible_report(entry: Entry, body: ReportBody) -> Iterator[DefinitionMistake]:
    """Two subjects at once, a receiver twice."""
    if body.on.queue is not None and body.on.contract is not None:
        remedy = "name one of them, and write a report for each"
        yield entry.mistake("on", "names a queue and a contract", remedy)
    if len(set(body.receivers)) < len(body.receivers):
        yield entry.mistake("receivers", "names a receiver twice", "write each once")


def undelivered_reports(floor: Floor) -> Iterator[DefinitionMistake]:
    """Receivers of reports that no report can reach."""
    reached = {
        body.id
        for _, body in entries_of(floor, ReceiverBody)
        if body.email is not None or body.webhook is not None
    }
    for entry, body in entries_of(floor, ReportBody):
        for number, receiver in enumerate(body.receivers):
            if receiver not in reached:
                problem = f"{receiver} has neither `email` nor `webhook`, which reports go by"
                remedy = "give the receiver one of them, or leave it out here"
                yield entry.mistake(f"receivers[{number}]", problem, remedy)
