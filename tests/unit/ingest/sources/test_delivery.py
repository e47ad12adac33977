"""How senders show who they are, and which records a body holds."""

from base64 import b64encode

import pytest

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.domain.deliveries import records_of
from floorpulse.ingest.domain.nesting import TooManyElements
from floorpulse.ingest.sources.delivery import (
    Authenticator,
    Delivery,
    by_address,
    by_key,
    by_password,
)
from floorpulse.ingest.sources.source import SourceSettings

SECRET = "gehéim"  # noqa: S105  a test's


def shown(how: Authenticator, secret: str = SECRET, query: str = "", **headers: str) -> bool:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    parameters = {"secret": query} if query else {}
    return how(Delivery("http://here/", parameters, names, b""), secret, SourceSettings("a"))


def basic(said: str) -> str:
    return f"Basic {b64encode(said.encode()).decode()}"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("authorization", f"Bearer {SECRET}"),
        ("authorization", f"bearer  {SECRET} "),
        ("authorization", SECRET),
        ("x_api_key", SECRET),
    ],
)
def test_a_key_is_a_bearer_or_stands_alone_or_has_a_header_of_its_own(
    header: str, value: str
) -> None:
    assert shown(by_key, **{header: value})


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer other", f"Basic {SECRET}", f"x{SECRET}"])
def test_another_key_is_none(value: str) -> None:
    assert not shown(by_key, authorization=value)


def test_nobody_knows_an_empty_secret() -> None:
    assert not shown(by_key, "", authorization="")
    assert not shown(by_address, "")
    assert not shown(by_password, "", authorization=basic("user:"))


@pytest.mark.parametrize(
    ("secret", "said", "wanted"),
    [
        ("user:pass", "user:pass", True),
        ("user:pass", "other:pass", False),
        ("pass", "anybody:pass", True),
        ("pass", "anybody:other", False),
    ],
)
def test_a_password_is_that_of_its_user_or_of_any(secret: str, said: str, *, wanted: bool) -> None:
    assert shown(by_password, secret, authorization=basic(said)) is wanted


@pytest.mark.parametrize("value", ["Basic %%%", "Bearer x", "Basic /w==", ""])
def test_a_header_without_a_password_shows_none(value: str) -> None:
    assert not shown(by_password, authorization=value)


def test_a_secret_may_stand_in_the_address() -> None:
    assert shown(by_address, query=SECRET)
    assert not shown(by_address, query="other")


@pytest.mark.parametrize(
    ("content_type", "body", "wanted"),
    [
        ("application/json", b' {"a": 1} ', [b'{"a": 1}']),
        ("application/json; charset=utf-8", b'[{"a": 1}, 2]', [b'{"a": 1}', b"2"]),
        ("", b'{"a": 1}', [b'{"a": 1}']),
        ("text/plain", b'{"a": 1}', [b'{"a": 1}']),
        ("application/x-ndjson", b'{"a": 1}\n\n{"b": 2}\n', [b'{"a": 1}', b'{"b": 2}']),
        ("application/cloudevents-batch+json", b"[1,2]", [b"1", b"2"]),
        ("application/x-www-form-urlencoded", b"a=1&b=x+y&c=", [b'{"a":"1","b":"x y","c":""}']),
        ("application/json", b"", []),
    ],
)
def test_a_body_holds_its_records(content_type: str, body: bytes, wanted: list[bytes]) -> None:
    assert records_of({"content-type": content_type}, body, 10) == wanted


@pytest.mark.parametrize("body", [b"a=%ff&\xff", b"&".join([b"a=1"] * 1001)])
def test_a_form_that_is_none_is_refused(body: bytes) -> None:
    found = records_of({"content-type": "application/x-www-form-urlencoded"}, body, 10)
    assert isinstance(found, Refusal)


def test_more_records_than_are_allowed_are_not_taken() -> None:
    with pytest.raises(TooManyElements):
        records_of({"content-type": "application/json"}, b"[1,2,3]", 2)


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_an_object_a_line_is_a_record_each_whatever_the_media_type_says(
    end: bytes, mark: bytes
) -> None:
    body = mark + end.join([b'{"a":1}', b'{"b":2}', b""])

    records = records_of(JSON, body, 10)

    assert isinstance(records, list)
    assert [one.strip() for one in records] == [b'{"a":1}', b'{"b":2}']


@pytest.mark.parametrize(
    "body",
    [b'{"a":\n{"b":2}}', b'{"a":\n{"b":2}\n}', b'{"a":' * 9_999 + b"\n{"],
    ids=["object inside", "over several lines", "nested without end"],
)
def test_one_object_over_several_lines_is_one_record(body: bytes) -> None:
    assert records_of(JSON, body, 10) == [body]


def test_the_data_of_a_binary_cloudevent_may_begin_with_a_byte_order_mark() -> None:
    headers = {**JSON, "ce-specversion": "1.0", "ce-type": "a", "ce-id": "1"}

    assert records_of(headers, b'\xef\xbb\xbf{"a":1}', 10) == records_of(headers, b'{"a":1}', 10)
