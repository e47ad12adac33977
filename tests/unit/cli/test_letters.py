"""Letters as they are exported: what redrive takes, and what must be repaired first."""

import msgspec
import pytest

from floorpulse.cli.letters import LetterOptions, encode, exported, named, placed
from floorpulse.cli.redrive import Bad, commands
from floorpulse.contracts.commands import Redrive
from floorpulse.contracts.letters import DeadLetter, Reason
from floorpulse.query.pipeline.letters import KeptLetter, LetterPlace

EVENT = (
    '{"type": "contact.offered", "id": "1", "source": "pbx", "at": 1794400000000,\n'
    ' "contact": "c1", "queue": "orders"}'
)


def line_of(payload: str) -> bytes:
    letter = DeadLetter(
        reason=Reason.UNKNOWN_FIELD,
        detail="colour",
        origin="ingest",
        at=1794400000000,
        tenant="acme",
        payload=payload,
    )
    return encode(exported(KeptLetter(LetterPlace(0, 7), letter)))


def test_an_exported_event_is_one_line_and_can_be_redriven() -> None:
    line = line_of(EVENT)
    (found,) = commands([line])

    assert b"\n" not in line
    assert isinstance(found, Redrive)
    assert msgspec.json.decode(line)["place"] == "0/7"


@pytest.mark.parametrize("payload", ["hello", "[1]", ""])
def test_a_text_that_is_no_object_is_exported_as_it_is_and_cannot_be_redriven(
    payload: str,
) -> None:
    line = line_of(payload)
    (found,) = commands([line])

    assert msgspec.json.decode(line)["payload"] == payload
    assert isinstance(found, Bad)


def test_letters_are_chosen_by_words_of_the_command_line() -> None:
    query = LetterOptions("acme", ("malformed",), "1970-01-01T00:00:01Z").query()

    assert (query.tenant, query.reasons, query.since) == ("acme", (Reason.MALFORMED,), 1_000)


def test_a_reason_that_is_none_is_named_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="--reason odd: it is none of malformed"):
        LetterOptions(reasons=("odd",)).query()


def test_a_place_is_read_as_it_is_shown() -> None:
    assert placed(named(LetterPlace(2, 17))) == LetterPlace(2, 17)
    for wrong in ("17", "0/", "a/b", "0/-1"):
        with pytest.raises(ValueError, match="partition/offset"):
            placed(wrong)
