"""Bodies of `POST /v1/sources/{name}`: which records are in one, whatever form its platform sends.

a JSON object, an array of them (buses that batch), one a line      as they are
a form (Twilio)                                                     an object of its fields
a binary CloudEvent: attributes in `ce-` headers, data the body     a structured one
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.refusals import shortened
from floorpulse.ingest.domain.bodies import BOM, BodyForm, form_of, split
from floorpulse.ingest.domain.cloudevents import from_headers

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 1000
BINARY = "ce-"


def records_of(headers: Mapping[str, str], body: bytes, limit: int) -> list[bytes] | Refusal:
    """The records of a body, none of them parsed yet; names of headers are in small letters.

    What names another media type is read as JSON; an object a line is that also where the media
    type does not say it. Raises `TooManyElements` beyond `limit` records.
    """
    content_type = headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() == FORM:
        return _of_form(body)
    form = form_of(content_type) or BodyForm.JSON
    if form is BodyForm.JSON and f"{BINARY}specversion" in headers:
        return _structured(headers, body)
    has_lines = form is BodyForm.NDJSON or _has_lines(body)
    return split(BodyForm.NDJSON if has_lines else BodyForm.JSON, body, limit)


def _has_lines(body: bytes) -> bool:
    """Whether an object is followed by another one in the next line."""
    first, following, _ = body.partition(b"\n{")
    if not following:
        return False
    try:
        msgspec.json.decode(first.removeprefix(BOM), type=dict[str, msgspec.Raw])
    except (ValueError, RecursionError):
        return False
    return True


def _of_form(body: bytes) -> list[bytes] | Refusal:
    try:
        text = body.decode()
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as wrong:
        return Refusal(Reason.MALFORMED, shortened(f"no form in UTF-8: {wrong}"))
    return [msgspec.json.encode(dict(fields))]


def _structured(headers: Mapping[str, str], body: bytes) -> list[bytes] | Refusal:
    """The event with its attributes inside."""
    said = from_headers(
        {
            name.removeprefix(BINARY): value
            for name, value in headers.items()
            if name.startswith(BINARY)
        }
    )
    if isinstance(said, Refusal):
        return said
    attributes: dict[str, object] = {
        **said,
        "data": msgspec.Raw(body.removeprefix(BOM).strip() or b"null"),
    }
    return [msgspec.json.encode(attributes)]
