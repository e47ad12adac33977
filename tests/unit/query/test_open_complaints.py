"""Complaints open at an instant, each in its row."""

from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.feedback import Complaint, Statement
from floorpulse.contracts.visits import Visit
from floorpulse.figures.open_complaints import OpenComplaints, StoredComplaint, complaints_of
from floorpulse.figures.selection import By, RowKey, Selection

NOON = 1_794_398_400_000
TOTAL = Selection("demo", by=By.TOTAL)


def said(at: int, *, closing: bool = False, queue: str | None = None) -> Statement:
    return Statement(at, closing=closing, queue=queue)


def test_a_complaint_is_open_from_its_receipt_up_to_its_closing() -> None:
    open_complaints = OpenComplaints(TOTAL, [StoredComplaint("sales", "voice", NOON, NOON + HOUR)])

    assert [
        open_complaints.ages(RowKey(), at) for at in (NOON - 1, NOON, NOON + HOUR - 1, NOON + HOUR)
    ] == [
        (),
        (0,),
        (HOUR - 1,),
        (),
    ]


def test_of_a_span_only_those_received_in_it_count() -> None:
    open_complaints = OpenComplaints(
        TOTAL,
        [
            StoredComplaint("sales", "voice", NOON, None),
            StoredComplaint("sales", "voice", NOON + HOUR, None),
        ],
    )

    assert open_complaints.ages(RowKey(), NOON + 2 * HOUR, Span(NOON, NOON + HOUR)) == (2 * HOUR,)


def test_each_counts_in_the_row_of_its_queue_and_channel() -> None:
    queue_channels = (("sales", "voice"), ("sales", "chat"), ("help", "chat"))
    complaints = [StoredComplaint(queue, channel, NOON, None) for queue, channel in queue_channels]
    open_complaints = OpenComplaints(Selection("demo", channels=("chat",)), complaints)

    assert [open_complaints.ages(RowKey(queue), NOON) for queue in ("sales", "help", "none")] == [
        (0,),
        (0,),
        (),
    ]


def test_a_complaint_stands_in_the_queue_it_names_else_in_its_visits() -> None:
    visit = Visit(
        queue="sales",
        channel="chat",
        complaints={
            "own": Complaint((said(NOON, queue="legal"), said(NOON + 5, closing=True))),
            "visits": Complaint((said(NOON),)),
            "only closed": Complaint((said(NOON, closing=True),)),
        },
    )

    assert list(complaints_of(visit)) == [
        StoredComplaint("legal", "chat", NOON, NOON + 5),
        StoredComplaint("sales", "chat", NOON, None),
    ]
    assert list(complaints_of(Visit(complaints={"nowhere": Complaint((said(NOON),))}))) == []
