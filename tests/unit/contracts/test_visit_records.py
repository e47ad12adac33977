"""The bytes of a stored visit, worked out by hand, and records of before."""

import msgspec
import pytest

from floorpulse.contracts.feedback import Complaint, Evaluation, Statement, Survey
from floorpulse.contracts.visit_records import BITS, decode_visit, encode_visit
from floorpulse.contracts.visits import Evidence, Miss, Visit

AT = 1_794_300_000_000
HASHED = "0123456789abcdef" * 4


def test_a_usual_visit_is_written_as_the_module_says() -> None:
    visit = Visit(
        offered_at=AT,
        queue="sales",
        answered_at=AT + 5,
        agent="ann",
        answered_queue="sales",
        ended_at=AT + 300,
        customer=HASHED,
    )

    assert encode_visit(visit) == (
        b"\x02\x98"
        b"\x7f"  # offered_at, queue, customer, answered_at, agent, answered_queue, ended_at
        b"\xcf"
        + AT.to_bytes(8, "big")
        + b"\xa5sales"
        + b"\x05"
        + b"\xa3ann"
        + b"\xc3"
        + b"\xcd\x01\x2c"
        + b"\xc4\x20"
        + bytes.fromhex(HASHED)
    )
    assert decode_visit(encode_visit(visit)) == visit


def test_a_miss_gives_a_record_the_mark_of_others() -> None:
    assert encode_visit(Visit(missed=(Miss(5, "ann"),)))[0] == 3
    assert encode_visit(Visit(transferred_at=5))[0] == 3
    assert encode_visit(Visit(priority=5, left_at=7, left_reason="key"))[0] == 2


def test_every_field_has_its_bit() -> None:
    assert sorted(BITS) == sorted(Visit.__struct_fields__)


EVERYTHING = Visit(
    offered_at=AT,
    queue="sales",
    channel="chat",
    answered_at=AT + 1,
    agent="ann",
    answered_queue="help",
    answered_wait=2,
    ended_at=AT + 3,
    talk=4,
    hold=0,
    wrapped_at=AT + 5,
    wrap=6,
    abandoned_at=AT - 7,
    abandoned_queue="sales",
    abandoned_wait=8,
    left_at=AT + 9,
    left_reason="key",
    left_wait=10,
    priority=11,
    customer=HASHED,
    attributes={"vip": "yes"},
    holds=(AT + 12, AT + 14),
    resumes=(AT + 13,),
    transferred_at=AT + 15,
    to_queue="help",
    to_agent="bob",
    surveys={"s": Survey("csat", offered_at=AT)},
    evaluations={"e": Evaluation(AT)},
    complaints={"k": Complaint((Statement(AT),))},
    evidence=Evidence(Visit(AT)),
    missed=(Miss(AT, "ann"),),
)


@pytest.mark.parametrize("field", BITS)
def test_a_field_that_alone_is_told_sets_its_bit_alone(field: str) -> None:
    visit = Visit(**{field: getattr(EVERYTHING, field)})
    mask, *values = msgspec.msgpack.decode(encode_visit(visit)[1:])

    assert mask == 1 << BITS.index(field)
    assert len(values) == 1
    assert decode_visit(encode_visit(visit)) == visit


def test_values_stand_in_the_order_of_the_fields_of_a_visit() -> None:
    mask, *values = msgspec.msgpack.decode(encode_visit(EVERYTHING)[1:])

    assert mask == (1 << len(BITS)) - 1
    assert values[:20] == [
        *(AT, "sales", "chat", 1, "ann", "help", 2, 3, 4, 0),
        *(5, 6, -7, True, 8, 9, "key", 10, 11, bytes.fromhex(HASHED)),
    ]
    assert values[20:26] == [{"vip": "yes"}, [12, 14], [13], 15, "help", "bob"]
    assert len(values) == len(BITS)
    assert decode_visit(encode_visit(EVERYTHING)) == EVERYTHING


@pytest.mark.parametrize(
    "visit",
    [
        Visit(),
        Visit(answered_at=AT, answered_queue="sales", holds=(AT + 1, AT + 9), resumes=(AT + 4,)),
        Visit(offered_at=AT, holds=(AT - 1, AT + 9), resumes=(AT + 4,), abandoned_at=AT - 7),
        Visit(offered_at=AT, queue="sales", answered_queue="help", abandoned_queue="sales"),
        Visit(offered_at=0, queue="", answered_queue="", answered_at=0, ended_at=0, hold=0),
        Visit(channel="chat", customer="k", attributes={"vip": "yes"}),
        Visit(customer=HASHED.upper()),
        Visit(customer="z" * 64),
        Visit(customer="ab " * 21 + "a"),
        Visit(left_at=AT, left_reason="overflow", left_wait=5, priority=2),
        Visit(offered_at=AT, transferred_at=AT + 1, to_queue="help", to_agent="bob"),
        Visit(AT, surveys={"s": Survey("csat", offered_at=AT)}, missed=(Miss(AT, "ann"),)),
        Visit(complaints={"k": Complaint((Statement(AT, severity="high"),))}),
        Visit(evidence=Evidence(Visit(AT, "sales"), retracted={"ended": AT})),
    ],
)  # fmt: skip
def test_a_record_of_either_form_reads_as_the_visit_it_was_written_of(visit: Visit) -> None:
    assert decode_visit(encode_visit(visit)) == visit
    assert decode_visit(msgspec.msgpack.encode(visit)) == visit


def test_a_record_from_before_there_was_evidence_and_misses_reads_as_one_without() -> None:
    visit = Visit(offered_at=5, queue="sales", surveys={"s": Survey("csat")})
    earlier = b"\xdc\x00\x1d" + msgspec.msgpack.encode(visit)[3:-2]

    assert decode_visit(earlier) == visit


@pytest.mark.parametrize(
    "record", [b"", b"\x02\x90", b"\x02\x91\xc0", b"\x02\x91\x01", b"\x02\xc1"]
)
def test_bytes_that_are_no_record_are_refused(record: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_visit(record)
