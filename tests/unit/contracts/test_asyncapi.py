"""The published AsyncAPI document is the one of the code, and what AsyncAPI asks for.

`asyncapi-3.0.0.schema.json.gz` is the JSON Schema of AsyncAPI 3.0.0 as its authors publish it
(@asyncapi/specs 6.11.1, Apache-2.0).
"""

import gzip
import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from jsonschema import Draft7Validator

from floorpulse.contracts.agents import AgentNow, Entered
from floorpulse.contracts.asyncapi import asyncapi, published_asyncapi
from floorpulse.contracts.commands import Redrive
from floorpulse.contracts.events import AnyEvent, ContactOffered
from floorpulse.contracts.letters import DeadLetter, Reason
from floorpulse.contracts.topics import TOPICS
from floorpulse.contracts.updates import Gauge, PaneRow, SourceHeard, Update

FILE = Path(__file__).parents[3] / "docs" / "schema" / "asyncapi.json"
SPECIFICATION = Path(__file__).with_name("asyncapi-3.0.0.schema.json.gz")
AT = 1_794_398_400_000
ROW = PaneRow("demo", "sales", "voice", AT, 1, {1: 2})
AGENT = AgentNow("demo", "ann", Entered(AT, "available", ("sales",)))
RECORDS = [
    ContactOffered(id="1", source="pbx", at=AT, tenant="demo", contact="c", queue="sales"),
    DeadLetter(
        reason=Reason.MALFORMED, detail="no JSON", origin="ingest", at=AT, payload_base64=b"\xff"
    ),
    Redrive(tenant="demo", event="{}"),
    Update(
        partition=0,
        log_id="log",
        generation=1,
        epoch=1,
        next_offset=1,
        published_at=AT,
        lag=0,
        applied=1,
        dead=0,
        watermark=None,
        rows=[ROW],
        gauges=[Gauge("demo", "sales", "voice", [AT], 0, 0)],
        agents=[AGENT],
        heard=[SourceHeard("demo", "pbx", 1000, 7, ["sales"])],
    ),
]


def test_the_published_document_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == published_asyncapi(), "run: make generate"


def test_the_document_is_what_asyncapi_specifies() -> None:
    schema = json.loads(gzip.decompress(SPECIFICATION.read_bytes()))

    Draft7Validator(schema).validate(asyncapi())


def test_every_topic_says_who_writes_and_reads_it() -> None:
    operations = asyncapi()["operations"].values()

    for topic in TOPICS:
        used = [
            one["action"]
            for one in operations
            if one["channel"]["$ref"] == f"#/channels/{topic.name}"
        ]
        assert used == ["send"] * len(topic.writers) + ["receive"] * len(topic.readers)
        assert "send" in used


def test_every_type_of_event_is_a_message() -> None:
    messages = asyncapi()["channels"]["contact-events"]["messages"]

    assert set(messages) == {event.__struct_config__.tag for event in get_args(AnyEvent)}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_as_it_is_written_fits_its_message(record: Any) -> None:
    document = asyncapi()
    (reference,) = {
        message["payload"]["$ref"]
        for message in document["components"]["messages"].values()
        if message["payload"]["$ref"].endswith(f"/{type(record).__name__}")
    }

    Draft7Validator(document | {"$ref": reference}).validate(
        msgspec.json.decode(msgspec.json.encode(record))
    )
