"""Poison: whatever comes in, each text gets a verdict and nothing raises."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from floorpulse.contracts.letters import Reason, Refusal, encode_letter
from floorpulse.ingest.domain import cloudevents
from floorpulse.ingest.domain.bodies import BOM, BodyForm, split
from floorpulse.ingest.domain.judge import CanonicalEvent, Unwrap
from floorpulse.ingest.domain.letters import event_id, letter
from tests.unit.ingest.builders import AT, NOW, OFFERED, PSEUDONYMS, SCALE, SURVEY, judge

LIMIT = 100_000

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([10**30, -(10**400), 1e308, "\0", AT])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
FIELDS = st.sampled_from(
    [
        *OFFERED,
        *SURVEY,
        *SCALE,
        "customer",
        "tenant",
        "visit",
        "attributes",
        "priority",
        "data",
        "specversion",
        "time",
    ]
)
EVENTS = st.dictionaries(FIELDS, VALUES, max_size=6).map(
    lambda changes: json.dumps(OFFERED | changes).encode()
)
SURVEYS = st.dictionaries(st.sampled_from([*SCALE]), st.floats() | st.integers(), max_size=3).map(
    lambda scale: json.dumps(SURVEY | SCALE | scale).encode()
)
ENVELOPES = st.tuples(EVENTS, VALUES).map(
    lambda pair: b'{"specversion":"1.0","data":%s,%s' % (json.dumps(pair[1]).encode(), pair[0][1:])
)
TRUNCATED = st.tuples(EVENTS, st.integers(0, 400)).map(lambda cut: cut[0][: cut[1]])
BATCHES = st.lists(EVENTS | TRUNCATED | st.binary(max_size=40), max_size=5).map(
    lambda some: b"[" + b",".join(some) + b"]"
)
LINES = st.lists(EVENTS | TRUNCATED | st.binary(max_size=40), max_size=5).map(b"\n".join)
BODIES = (
    st.binary()
    | EVENTS
    | SURVEYS
    | ENVELOPES
    | TRUNCATED
    | BATCHES
    | LINES
    | st.tuples(st.just(BOM), EVENTS).map(b"".join)
)


@given(BODIES, st.sampled_from([*BodyForm]), st.booleans())
@settings(max_examples=100, deadline=None)
@example(b"[" * 1_000_000, BodyForm.JSON, False)
@example(b'{"a":' * 200_000, BodyForm.JSON, False)
@example(
    b'{"specversion":"1.0","type":"t","id":"1","source":"s","data":' + b"[" * 60_000,
    BodyForm.CLOUDEVENT,
    False,
)
@example("{}".encode("utf-16"), BodyForm.JSON, False)
@example(json.dumps(OFFERED | {"customer": "\ud800"}).encode(), BodyForm.JSON, False)
@example(b'{"id":1,"id":"2","id":"3"}', BodyForm.NDJSON, False)
@example(json.dumps(OFFERED).encode(), BodyForm.JSON, True)
def test_every_text_is_accepted_or_refused_with_a_reason(
    body: bytes,
    form: BodyForm,
    binary: bool,  # noqa: FBT001
) -> None:
    texts = split(form, body, LIMIT)
    for text in [body] if isinstance(texts, Refusal) else texts:
        verdict = judge().judge(text, _unwrap(form, binary=binary))
        if isinstance(verdict, CanonicalEvent):
            stored = json.loads(verdict.value)
            assert stored["tenant"] == "shop"
            assert isinstance(stored["at"], int)
            assert verdict.key.startswith(b"shop|")
        else:
            assert verdict.reason in Reason
            assert verdict.detail
            event_id(text)
            encode_letter(letter(verdict, text, "shop", NOW, PSEUDONYMS))


def _unwrap(form: BodyForm, *, binary: bool) -> Unwrap:
    if binary:
        return lambda text: cloudevents.bind(
            {"specversion": "1.0", "type": "contact.held", "id": "1", "source": "s"}, text
        )
    return (
        cloudevents.unwrap
        if form in {BodyForm.CLOUDEVENT, BodyForm.CLOUDEVENTS}
        else lambda text: text
    )
