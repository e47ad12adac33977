"""The AsyncAPI 3.0 document of the Kafka topics; the published copy is `docs/schema/asyncapi.json`.

`python -m floorpulse.contracts.asyncapi > docs/schema/asyncapi.json` writes it anew.
"""

import json
import sys
from collections.abc import Iterable
from typing import Any, cast

import msgspec

from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.topics import TOPICS, Topic
from floorpulse.runtime.descriptions import unfolded

VERSION = "3.0.0"
REVISION = "1.0.0"
"""Of the topics' contract; raise it with what a reader or writer must follow."""
BINDING = "0.5.0"
SCHEMAS = "#/components/schemas/"
ABOUT = """\
The topics of Floorpulse. All values are JSON in UTF-8; instants are epoch milliseconds. Write
events with `POST /v1/events` rather than straight into `contact-events`: ingest judges each, sets
its tenant and puts all of a contact into one partition.
"""

Document = dict[str, Any]


def asyncapi() -> Document:
    """The whole document."""
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "Floorpulse topics",
            "version": REVISION,
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "127.0.0.1:9092",
                "protocol": "kafka",
                "description": "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS",
            }
        },
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operation(topic, *use) for topic in TOPICS for use in _uses(topic)),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _channel(topic: Topic) -> Document:
    binding = {
        "partitions": topic.partitions,
        "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": topic.retention},
        "bindingVersion": BINDING,
    }
    return {
        "address": topic.name,
        "description": topic.about,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _values(topic)},
        "bindings": {"kafka": binding},
    }


def _uses(topic: Topic) -> Iterable[tuple[str, str]]:
    yield from ((command, "send") for command in topic.writers)
    yield from ((command, "receive") for command in topic.readers)


def _operation(topic: Topic, command: str, action: str) -> tuple[str, Document]:
    verb = "writes" if action == "send" else "reads"
    summary = f"`floorpulse {command}` {verb} {topic.name}."
    return f"{command}.{action}.{topic.name}", {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": summary,
    }


def _messages() -> Document:
    return {
        name: _message(topic, name, reference)
        for topic in TOPICS
        for name, reference in _values(topic).items()
    }


def _message(topic: Topic, name: str, reference: str) -> Document:
    binding = {"key": {"type": "string", "description": topic.key}, "bindingVersion": BINDING}
    return {"name": name, "payload": {"$ref": reference}, "bindings": {"kafka": binding}}


def _values(topic: Topic) -> dict[str, str]:
    """The kinds of records of a topic, each with its schema: events by their type, everything else
    by its name.
    """
    if topic.value is AnyEvent:
        (schema,), _ = msgspec.json.schema_components([AnyEvent], ref_template=SCHEMAS + "{name}")
        return cast("dict[str, str]", schema["discriminator"]["mapping"])
    name = cast("type", topic.value).__name__
    return {name: SCHEMAS + name}


def _schemas() -> Document:
    _, components = msgspec.json.schema_components(
        [topic.value for topic in TOPICS], ref_template=SCHEMAS + "{name}"
    )
    return {name: _of_draft_7(schema) for name, schema in components.items()}


def _of_draft_7(schema: Any) -> Any:
    """A schema as AsyncAPI reads it: tuples are `items`, where newer drafts say `prefixItems`."""
    if isinstance(schema, list):
        return [_of_draft_7(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        ("items" if name == "prefixItems" else name): _of_draft_7(value)
        for name, value in schema.items()
    }


def published_asyncapi() -> str:
    """The text of the published file."""
    return json.dumps(unfolded(asyncapi()), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(published_asyncapi())
