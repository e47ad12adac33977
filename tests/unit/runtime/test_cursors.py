"""Cursors: what was not given as it stands, or names what no column holds, is refused."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec
import pytest

from floorpulse.alerts.reading.ports import MessagePlace
from floorpulse.figures.ports import Place
from floorpulse.query.pipeline.letters import LetterPlace
from floorpulse.runtime.cursors import Row, Serial, _seal, cursor, next_page, place_of
from floorpulse.runtime.problems import Problem

QUESTION = ("visits", "demo", 1)


def asked(text: str, of: object = Place) -> Any:
    return place_of(text, QUESTION, msgspec.msgpack.Decoder(of).decode)


def forged(place: bytes) -> str:
    made = msgspec.msgpack.encode((_seal(QUESTION, place), place))
    return urlsafe_b64encode(made).decode().rstrip("=")


def refused(text: str, of: object = Place) -> bool:
    with pytest.raises(Problem) as problem:
        asked(text, of)
    return problem.value.status == 422 and "send `next` of the last page" in problem.value.detail


def test_a_cursor_names_the_place_that_it_was_made_of() -> None:
    assert asked(cursor(QUESTION, (1794355230000, "c/1", 2))) == (1794355230000, "c/1", 2)
    assert place_of(None, QUESTION, msgspec.msgpack.Decoder(int).decode) is None
    assert next_page(QUESTION, None) is None
    assert next_page(QUESTION, 7) == cursor(QUESTION, 7)


@pytest.mark.parametrize("text", ["", "@@", "zz", "é", "\0", "k8QIjTkxNzQ2MA", "\ud800", "=", "A"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    assert refused(text)


def test_a_cursor_of_another_question_is_refused() -> None:
    assert refused(cursor(("visits", "other", 1), (1, "c", 1)))


def test_a_cursor_of_which_any_byte_was_changed_is_refused() -> None:
    made = cursor(QUESTION, (1794355230000, "c-1", 2))
    raw = urlsafe_b64decode(made + "=" * (-len(made) % 4))
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert refused(urlsafe_b64encode(changed).decode().rstrip("=")), place
    assert refused(made + "@@")
    assert refused(made[:-3])


@pytest.mark.parametrize(
    ("place", "of"),
    [
        ((2**64 - 1, "c", 1), Place),
        ((1, "c\0", 1), Place),
        ((1, "c", 40_000), Place),
        ((1, "c", -1), Place),
        ((1, "c"), Place),
        (-5, Row),
        (2**31, Row),
        (2**64 - 1, Serial),
        (-1, Serial),
        (("p\0", 1), tuple[str, int]),
        ({"begin": 2**64 - 1}, dict[str, int]),
        ((1, "i", "opened", 2**31, "t"), MessagePlace),
        ((0, -1), LetterPlace),
    ],
)
def test_a_place_that_no_column_can_hold_is_refused(place: object, of: object) -> None:
    assert refused(cursor(QUESTION, place), of)


def test_a_place_nested_without_end_is_refused() -> None:
    assert refused(forged(b"\x91" * 3000 + b"\x01"), int)
