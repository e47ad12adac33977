"""Workload W1 is what it says, and its oracle counts a hand-made log right."""

from collections import Counter

import msgspec
import pytest

from tests.benchmarks.oracle import Answer, compared, recomputed
from tests.benchmarks.workload import START, Record, Shape, digest, workload

EVENTS = 20_000


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return workload(Shape(events=EVENTS))


def kinds(records: list[Record]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for one in records:
        try:
            counted[msgspec.json.decode(one.value)["type"]] += 1
        except msgspec.DecodeError:
            counted["malformed"] += 1
    return counted


def record(kind: str, at: int, **fields: object) -> Record:
    event = {"type": kind, "at": START + at, "tenant": "acme", "contact": "c1", **fields}
    return Record(0, b"acme|c1", msgspec.json.encode(event))


def test_the_same_seed_gives_the_same_bytes() -> None:
    shape = Shape(events=1_000, seed=7)

    assert digest(workload(shape)) == digest(workload(shape))
    assert digest(workload(shape)) != digest(workload(Shape(events=1_000, seed=8)))


def test_the_log_has_the_mix_that_is_promised(records: list[Record]) -> None:
    counted = kinds(records)
    shares = {kind: number / len(records) for kind, number in counted.items()}

    assert shares["contact.offered"] == pytest.approx(0.40, abs=0.01)
    assert shares["contact.answered"] == pytest.approx(0.34, abs=0.01)
    assert shares["contact.abandoned"] == pytest.approx(0.06, abs=0.01)
    assert shares["contact.ended"] == pytest.approx(0.18, abs=0.01)
    assert shares["survey.answered"] == pytest.approx(0.02, abs=0.005)
    assert 0 < shares["malformed"] < 0.002
    assert sum(len(one.value) for one in records) / len(records) == pytest.approx(250, abs=25)


def test_all_events_of_a_contact_meet_in_one_partition(records: list[Record]) -> None:
    assert {one.partition for one in records} == set(range(8))
    assert len({(one.key, one.partition) for one in records}) == len({one.key for one in records})


def test_one_queue_is_hot_when_asked() -> None:
    hot = workload(Shape(events=5_000, keys="hot"))
    offers = [one.value for one in hot if b"contact.offered" in one.value]

    assert sum(b'"queue-00000"' in one for one in offers) / len(offers) == pytest.approx(
        0.30, abs=0.03
    )


def test_the_oracle_counts_a_contact_in_the_panes_of_offer_end_and_survey() -> None:
    log = [
        record("contact.answered", 20_000, agent="ann"),
        record("contact.offered", 0, queue="sales"),
        record("contact.ended", 90_000, talk_ms=60_000, hold_ms=5_000),
        record("contact.offered", 0, queue="sales"),
        Record(0, b"", b'{"type"'),
        record("survey.answered", 150_000, score=4.0),
    ]
    minute = START - START % 60_000

    assert recomputed(log) == {
        ("acme", "sales", minute): {"offered": 1, "answered": 1, "within": 1, "wait": 20_000},
        ("acme", "sales", (START + 90_000) // 60_000 * 60_000): {"handled": 1, "handle": 65_000},
        ("acme", "sales", (START + 150_000) // 60_000 * 60_000): {"csat": 1, "csat_sum": 4_000},
    }


def test_a_comparison_counts_cells_that_are_wrong_missing_or_too_many() -> None:
    truth: Answer = {("acme", "sales", 0): {"offered": 2, "answered": 1}}
    given: Answer = {
        ("acme", "sales", 0): {"offered": 3},
        ("acme", "sales", 60_000): {"offered": 1},
    }

    verdict = compared(truth, given)

    assert (verdict.cells, verdict.wrong) == (3, 3)
    assert compared(truth, given, ["answered"]).wrong == 1
