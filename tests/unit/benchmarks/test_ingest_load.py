"""The benchmark of ingest: what it sends, that both services make the same of it, and its page."""

import json
import random
from itertools import islice
from pathlib import Path

import msgspec
import pytest
from fastapi import HTTPException
from pydantic import ValidationError

from floorpulse.contracts.events import AnyEvent
from floorpulse.ingest.domain.bodies import BodyForm, split
from floorpulse.ingest.domain.judge import CanonicalEvent, EventLimits, Judge
from floorpulse.ingest.domain.pseudonyms import CustomerKey, Pseudonyms
from tests.benchmarks.ingest_load import (
    EACH,
    FORMS,
    OURS,
    REQUESTS,
    TOGETHER,
    Bodies,
    IngestLoad,
)
from tests.benchmarks.ingest_page import written
from tests.benchmarks.ingest_peer import SECRET, TENANT, read, stamped

NOW = 1_794_360_600_000
PSEUDONYMS = Pseudonyms((CustomerKey("bench", SECRET),))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 10])
def test_both_services_make_the_same_records_of_every_body(form: str, size: int) -> None:
    judge = Judge(TENANT, NOW, EventLimits(), PSEUDONYMS)
    kinds = set()
    for body in islice(Bodies(random.Random(1), NOW).of(form, size), 300 // size):
        texts = split(BodyForm(FORMS[form]), body, size)
        assert isinstance(texts, list)
        theirs = [stamped(event, NOW) for event in read(FORMS[form], body)]
        assert len(texts) == len(theirs) == size
        for text, (key, value) in zip(texts, theirs, strict=True):
            ours = judge.judge(text, lambda same: same)
            assert isinstance(ours, CanonicalEvent)
            assert (ours.key, ours.event) == (key, msgspec.json.decode(value, type=AnyEvent))
            kinds.add(json.loads(value)["type"])
    assert len(kinds) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": 1},
        {"tenant": "another"},
        {"queue": ""},
        {"unknown": 1},
        {"queue": "\0"},
        {"at": "yesterday"},
    ],
)
def test_the_plain_service_refuses_what_ingest_refuses(wrong: dict[str, object]) -> None:
    event = {"type": "contact.offered", "id": "1", "source": "s", "at": NOW, "contact": "c"}
    body = json.dumps(event | {"queue": "q"} | wrong).encode()
    judge = Judge(TENANT, NOW, EventLimits(), PSEUDONYMS)
    assert not isinstance(judge.judge(body, lambda same: same), CanonicalEvent)
    with pytest.raises((ValidationError, HTTPException)):
        [stamped(one, NOW) for one in read("application/json", body)]


def test_the_page_has_each_load_and_says_whether_the_goal_is_met(tmp_path: Path) -> None:
    found = IngestLoad()
    costs = {OURS: 10.0, EACH: 40.0, TOGETHER: 12.0}
    for title, cost in costs.items():
        for form in FORMS:
            for size in REQUESTS:
                for more in range(3):
                    found.note(title, (form, size), cost + more)
    said = written(found, {"cores": "of the test"}, tmp_path)
    page = (tmp_path / "ingest.md").read_text()

    assert "array 500: 11.0 µs, 3.73 × cheaper" in said
    assert "3 rounds" in page
    assert page.count("1.3 × cheaper: met") == 4
    assert page.count("8 × cheaper: not met") == 2
    assert "| array | 1 | **11.0** [10.0, 12.0] | **41.0** [40.0, 42.0] |" in page
