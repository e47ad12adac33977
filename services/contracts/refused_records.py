"""A record that its source refused, on its way to ingest: a dead letter with the source's own
reason.

Where the record went as it is, ingest could only say that it is no JSON.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from floorpulse.contracts.events import Identifier
from floorpulse.contracts.letters import Reason, Refusal

REFUSED_RECORD = "source.refused"


class RefusedRecord(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag=REFUSED_RECORD,
):
    """What was refused: the record's text, who tells it, the reason, and what exactly was wrong."""

    source: Identifier
    reason: Reason
    detail: Annotated[str, Meta(max_length=300)]
    record: str


def refusal_in(text: bytes) -> Refusal | None:
    """The refusal that a source tells of a record; None where the text tells none."""
    try:
        refused = _decode(text)
    except ValueError:
        return None
    return Refusal(refused.reason, f"refused by {refused.source}: {refused.detail}")


encode_refused = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(RefusedRecord).decode
