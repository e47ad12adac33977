"""The bytes of rows, written out by hand after PostgreSQL's description of its binary COPY."""

from floorpulse.contracts.customers import customer_mark
from floorpulse.contracts.feedback import Complaint, Statement
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Visit
from floorpulse.kpi_engine.fold.panes import Pane
from floorpulse.kpi_engine.fold.rows import EncodedRows, joined, pane_rows, visit_row
from tests.fakes import copied_rows

KEY = ("acme", "c1", 2)
NULL = b"\xff\xff\xff\xff"


def test_a_row_of_a_visit_is_its_columns_with_their_lengths() -> None:
    visit = Visit(offered_at=258, queue="\u552e")
    body = encode_visit(visit)

    assert visit_row(3, KEY, visit, 258, "\u552e") == (
        b"\0\x0b"
        b"\0\0\0\x02\0\x03"
        b"\0\0\0\x04acme"
        b"\0\0\0\x02c1"
        b"\0\0\0\x02\0\x02"
        b"\0\0\0\x08\0\0\0\0\0\0\x01\x02"
        b"\0\0\0\x03\xe5\x94\xae"
        b"\0\0\0\x05voice" + NULL * 3 + len(body).to_bytes(4, "big") + body
    )


def test_a_row_says_by_whom_and_since_when_there_are_complaints() -> None:
    complaint = Complaint((Statement(5), Statement(9, closing=True)))
    visit = Visit(channel="chat", customer="k", complaints={"one": complaint})
    row = visit_row(3, KEY, visit, None, None)

    [found] = copied_rows.visit_rows(EncodedRows(1, row))
    assert found == (3, *KEY, None, None, "chat", customer_mark("k"), 5, 9, encode_visit(visit))


def test_a_row_of_a_pane_is_its_columns_with_their_lengths() -> None:
    pane = Pane(("acme", "sales", "voice", -60_000), 7, {1: 2, 3: -4})

    assert pane_rows(3, [pane]) == EncodedRows(
        1,
        b"\0\x07"
        b"\0\0\0\x04acme"
        b"\0\0\0\x08\xff\xff\xff\xff\xff\xff\x15\xa0"
        b"\0\0\0\x05sales"
        b"\0\0\0\x05voice"
        b"\0\0\0\x02\0\x03"
        b"\0\0\0\x08\0\0\0\0\0\0\0\x07"
        b"\0\0\0\x05\x82\x01\x02\x03\xfc",
    )


def test_rows_are_joined_end_to_end() -> None:
    both = joined([b"one", b"more"])

    assert (len(both), both.data) == (2, b"onemore")
    assert both + joined([b"!"]) == EncodedRows(3, b"onemore!")
    assert not joined([])
