"""Visits as evidence: their records, pages, digest, and what changed between two lists."""

import hashlib

import msgspec

from floorpulse.contracts.visits import Outcome, Visit
from floorpulse.reports.domain.visit_records import (
    PAGE,
    VisitChange,
    VisitPages,
    changes,
    first_shared,
    record_of,
    unpacked,
)
from tests.fakes.contracts import call
from tests.fakes.floor import abandoned, answered, left, waiting


def recorded(visit: Visit) -> tuple[object, ...]:
    record = record_of((1000, "c1", 1), visit)
    spans = record.wait, record.talk, record.hold, record.wrap
    return record.queue, record.outcome, spans, record.completed_at


def test_a_record_has_outcome_wait_and_handling_in_milliseconds() -> None:
    visit = answered(1000, 12.5, 60, wrapped_at=93_500, holds=(20_000,), resumes=(25_000,))

    told = recorded(visit)

    spans = (12_500, 55_000, 5_000, 20_000)
    assert told == ("sales", Outcome.ANSWERED, spans, 93_500)
    assert record_of((1000, "c1", 1), visit).handle_time == 80_000


def test_what_was_not_answered_has_no_handling_and_what_waits_no_wait() -> None:
    assert recorded(abandoned(1000, 8)) == ("sales", Outcome.ABANDONED, (8000, 0, 0, 0), None)
    assert recorded(left(1000, 9)) == ("sales", Outcome.LEFT, (9000, 0, 0, 0), None)
    assert recorded(waiting(1000)) == ("sales", None, (None, 0, 0, 0), None)


def test_a_conversation_that_goes_on_has_no_handle_time_yet() -> None:
    visit = Visit(offered_at=1000, queue="sales", answered_at=5000, talk=3000)

    assert record_of((1000, "c1", 1), visit).handle_time == 0


def test_an_outcome_without_a_wait_waited_for_nothing() -> None:
    assert record_of((1000, "c1", 1), Visit(answered_at=5000)).wait == 0


def test_the_digest_is_the_hash_over_the_lines_of_all_pages() -> None:
    pages = VisitPages()
    records = [call(at, contact=f"c{at}") for at in range(PAGE + 3)]
    for record in records:
        pages.add(record)

    digest = pages.close()

    lines = b"".join(msgspec.json.encode(one) + b"\n" for one in records)
    assert digest == hashlib.sha256(lines).hexdigest()
    assert [page.visits for page in pages.pages] == [PAGE, 3]
    assert pages.count == PAGE + 3
    assert [one for page in pages.pages for one in unpacked(page.records)] == records


def test_no_visits_have_the_digest_of_nothing() -> None:
    pages = VisitPages()

    assert pages.close() == hashlib.sha256(b"").hexdigest()
    assert pages.pages == []


def test_names_with_line_feeds_stay_one_record() -> None:
    pages = VisitPages()
    record = call(5, contact="a\r\nb\u2028c")
    pages.add(record)
    pages.close()

    assert list(unpacked(pages.pages[0].records)) == [record]


def test_changes_are_what_came_went_and_counts_otherwise() -> None:
    same, gone, come = call(1, contact="a"), call(2, contact="b"), call(3, contact="c")
    before, after = call(4, contact="d"), call(4, contact="d", wait=99)

    found = changes([same, gone, before], [same, come, after])

    assert found == [
        VisitChange(gone, None),
        VisitChange(None, come),
        VisitChange(before, after),
    ]


def test_a_visit_whose_offer_was_moved_is_one_change() -> None:
    before, after = call(1, contact="a"), call(9, contact="a")

    assert changes([before], [after]) == [VisitChange(before, after)]


def test_lists_that_are_the_same_have_no_changes() -> None:
    records = [call(at, contact=f"c{at}") for at in range(5)]

    assert changes(records, records) == []


def test_the_first_visit_of_two_lists_is_told() -> None:
    ours = [call(at, contact=f"c{at}") for at in (1, 3, 5, 7)]
    theirs = [call(at, contact=f"c{at}") for at in (0, 2, 5, 7)]

    assert first_shared(ours, theirs) == ours[2]
    assert first_shared(theirs, ours) == ours[2]
    assert first_shared(ours, [call(3, contact="d3")]) is None
    assert first_shared(ours, [call(9, contact="c9")]) is None
    assert first_shared([], theirs) is None
    assert first_shared(ours, []) is None
