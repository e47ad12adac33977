"""Request bodies: which forms are taken, and how each splits into the texts of single events."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from floorpulse.contracts.letters import Refusal
from floorpulse.contracts.refusals import of_decoding
from floorpulse.ingest.domain.nesting import TooManyElements, elements

BOM = b"\xef\xbb\xbf"


class BodyForm(StrEnum):
    """The media types of `POST /v1/events`; binary CloudEvents are `JSON` with `ce-` headers."""

    JSON = "application/json"
    NDJSON = "application/x-ndjson"
    CLOUDEVENT = "application/cloudevents+json"
    CLOUDEVENTS = "application/cloudevents-batch+json"


FORMS = {form.value: form for form in BodyForm}


def form_of(content_type: str) -> BodyForm | None:
    """The form that a `Content-Type` names, its parameters left aside; None when it is not
    taken.
    """
    media = content_type.partition(";")[0].strip().lower()
    return FORMS.get(media)


def split(form: BodyForm, body: bytes, limit: int) -> list[bytes] | Refusal:
    """The texts of the body's events, none of them parsed yet; a refusal when the body as a whole
    is unreadable.

    Raises `TooManyElements` beyond `limit` events.
    """
    texts = _SPLIT[form](body.removeprefix(BOM).strip(), limit)
    if isinstance(texts, list) and len(texts) > limit:
        message = f"{len(texts)} events, {limit} are allowed"
        raise TooManyElements(message)
    return texts


def _lines(body: bytes, _limit: int) -> list[bytes]:
    return [line for line in body.split(b"\n") if line.strip()]


def _one(body: bytes, _limit: int) -> list[bytes]:
    return [body] if body else []


def _array(body: bytes, limit: int) -> list[bytes] | Refusal:
    """Split by msgspec, which is fast; what it cannot read or would recurse on is split by brackets
    alone.
    """
    try:
        return [bytes(raw) for raw in _decode_array(body)]
    except (ValueError, RecursionError) as wrong:
        texts = elements(body, limit)
        if texts is not None:
            return texts
        return of_decoding(
            wrong if isinstance(wrong, ValueError) else ValueError("nested without end")
        )


def _one_or_array(body: bytes, limit: int) -> list[bytes] | Refusal:
    return _array(body, limit) if body.startswith(b"[") else _one(body, limit)


_decode_array = msgspec.json.Decoder(list[msgspec.Raw]).decode

_SPLIT: dict[BodyForm, Callable[[bytes, int], list[bytes] | Refusal]] = {
    BodyForm.JSON: _one_or_array,
    BodyForm.NDJSON: _lines,
    BodyForm.CLOUDEVENT: _one,
    BodyForm.CLOUDEVENTS: _array,
}
