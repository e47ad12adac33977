"""Dead letters on a real broker: read page by page, counted as they come, exported for repair."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from floorpulse.cli import letters as command
from floorpulse.cli.redrive import commands
from floorpulse.contracts.commands import Redrive
from floorpulse.contracts.letters import DeadLetter, Reason, encode_letter
from floorpulse.contracts.topics import DEAD_LETTERS
from floorpulse.query.pipeline import letter_log
from floorpulse.query.pipeline.letter_log import KafkaLetters, LetterFollower
from floorpulse.query.pipeline.letters import LetterCounts, LetterPlace, LetterQuery
from floorpulse.runtime.kafka import ensure_topics, producer
from floorpulse.runtime.settings import KafkaSettings, Settings
from floorpulse.runtime.unavailable import LogUnavailable
from tests.integration.alertmanager import until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(600)]

EVERYTHING = LetterQuery(None, (), 0, 1 << 60)
NOWHERE = KafkaSettings(bootstrap_servers="127.0.0.1:1")
EVENT = '{"type":"contact.offered","id":"1","source":"s","at":1,"contact":"c","queue":"q"}'


async def keep(kafka: KafkaSettings, *tenants: str) -> None:
    """One letter for each."""
    await ensure_topics(kafka, [DEAD_LETTERS])
    sender = await producer(kafka)
    try:
        for number, tenant in enumerate(tenants):
            letter = DeadLetter(
                reason=Reason.UNKNOWN_FIELD,
                detail="colour",
                origin="ingest",
                at=number,
                tenant=tenant,
                payload=EVENT,
            )
            await sender.send_and_wait(DEAD_LETTERS.name, encode_letter(letter))
        await sender.send_and_wait(DEAD_LETTERS.name, b"no letter")
    finally:
        await sender.stop()


async def test_letters_are_read_page_by_page_over_those_of_others(
    kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(kafka, "acme", "other", "acme", "acme")
    monkeypatch.setattr(letter_log, "LOOKED_AT", 3)
    letters = KafkaLetters(kafka)
    mine = LetterQuery("acme", (), 0, 1 << 60)

    first, after = await letters.page(mine, None, 1)
    second, then = await letters.page(mine, after, 10)
    third, last = await letters.page(mine, then, 10)

    assert [one.letter.at for one in (*first, *second, *third)] == [0, 2, 3]
    assert (after, then, last) == (LetterPlace(0, 0), LetterPlace(0, 3), None)


async def test_where_no_letter_is_left_a_page_is_empty(
    kafka: KafkaSettings, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    await ensure_topics(kafka, [DEAD_LETTERS])
    letters = KafkaLetters(kafka)

    assert await letters.page(EVERYTHING, None, 10) == ([], None)
    assert await command.listing(Settings(kafka=kafka), EVERYTHING, 1, as_json=True) == 0
    assert capfdbinary.readouterr().out == b""

    await keep(kafka, "acme")
    assert await letters.page(EVERYTHING, LetterPlace(0, 1), 10) == ([], None)
    assert await letters.page(EVERYTHING, LetterPlace(1, 0), 10) == ([], None)


async def test_letters_are_counted_from_the_beginning_and_as_they_come(
    kafka: KafkaSettings,
) -> None:
    await keep(kafka, "acme", "other")
    counts = LetterCounts()
    following = asyncio.create_task(LetterFollower(kafka, counts).run())
    try:
        await until(lambda: counts.of("acme") == {"unknown_field": 1}, within=60)
        await keep(kafka, "acme")
        await until(lambda: counts.of("acme") == {"unknown_field": 2}, within=60)
    finally:
        following.cancel()

    assert counts.of("other") == {"unknown_field": 1}


async def test_an_operator_lists_shows_and_exports_what_redrive_takes(
    kafka: KafkaSettings, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    await keep(kafka, "acme", "other")
    settings = Settings(kafka=kafka)
    file = tmp_path / "repair.ndjson"

    assert await command.listing(settings, EVERYTHING, 1, as_json=False) == 0
    listed = capfdbinary.readouterr().out
    assert await command.show(settings, LetterPlace(0, 0)) == 0
    shown = msgspec.json.decode(capfdbinary.readouterr().out)
    assert await command.export(settings, EVERYTHING, str(file)) == 0
    redriven = list(commands(file.read_bytes().splitlines()))

    assert b"0/1" in listed
    assert b"0/0" not in listed
    assert shown["event"] == msgspec.json.decode(EVENT)
    assert [one.tenant for one in redriven if isinstance(one, Redrive)] == ["acme", "other"]


async def test_while_the_broker_is_away_letters_are_not_made_up() -> None:
    with pytest.raises(LogUnavailable, match="try again"):
        await KafkaLetters(NOWHERE).page(EVERYTHING, None, 1)
