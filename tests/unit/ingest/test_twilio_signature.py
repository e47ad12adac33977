"""Twilio's signatures, held against Twilio's own validator."""

import hmac
from base64 import b64encode
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from floorpulse.ingest.sources.delivery import Delivery
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.ingest.sources.twilio_taskrouter.signature import (
    SETTINGS,
    SIGNATURE,
    addresses,
    signed,
)

TOKEN = "auth-token"  # noqa: S105  of the tests
URL = "https://floor.example.com/v1/sources/flex?tenant=shop"
FORM = "application/x-www-form-urlencoded"
SHARED_KEY = "key=SK1,algorithm=HMAC_SHA256"
PLAIN = SourceSettings("twilio:test")

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


def delivery(
    url: str, body: bytes, signature: str, *, kind: str = FORM, **headers: str
) -> Delivery:
    known = {"content-type": kind, SIGNATURE: signature, **headers}
    return Delivery(url, dict(parse_qsl(urlsplit(url).query)), known, body)


def by_sha256(url: str, fields: dict[str, str]) -> str:
    """What Twilio signs with a shared key, by its documents."""
    text = url + "".join(name + fields[name] for name in sorted(fields))
    return b64encode(hmac.new(TOKEN.encode(), text.encode(), sha256).digest()).decode()


@given(st.dictionaries(names.filter(bool), names, max_size=6))
def test_twilios_validator_signs_what_we_accept(fields: dict[str, str]) -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, fields)
    body = urlencode(fields).encode()

    assert signed(delivery(URL, body, signature), TOKEN, PLAIN)
    assert not signed(delivery(URL, body + b"&Extra=1", signature), TOKEN, PLAIN)
    assert not signed(delivery(URL, body, signature), "another token", PLAIN)


@given(st.dictionaries(names.filter(bool), names, max_size=6))
def test_a_shared_key_signs_with_sha_256_as_the_header_says(fields: dict[str, str]) -> None:
    body = urlencode(fields).encode()
    known = {SETTINGS: SHARED_KEY}

    assert signed(delivery(URL, body, by_sha256(URL, fields), **known), TOKEN, PLAIN)
    assert not signed(delivery(URL, body, by_sha256(URL, fields)), TOKEN, PLAIN)
    sha1 = RequestValidator(TOKEN).compute_signature(URL, fields)
    assert not signed(delivery(URL, body, sha1, **known), TOKEN, PLAIN)


def test_an_algorithm_that_nobody_knows_is_not_believed() -> None:
    known = {SETTINGS: "key=SK1,algorithm=NONE"}
    sha1 = RequestValidator(TOKEN).compute_signature(URL, {})

    assert not signed(delivery(URL, b"", sha1, **known), TOKEN, PLAIN)
    assert not signed(delivery(URL, b"", "", **{SETTINGS: "nonsense"}), TOKEN, PLAIN)


@pytest.mark.parametrize(
    ("called", "signed_as"),
    [
        ("https://a.example/x", "https://a.example:443/x"),
        ("https://a.example:443/x", "https://a.example/x"),
        ("http://a.example/x", "http://a.example:80/x"),
        ("https://a.example:8443/x", "https://a.example/x"),
    ],
)
def test_the_address_counts_with_and_without_its_port(called: str, signed_as: str) -> None:
    validator = RequestValidator(TOKEN)
    signature = validator.compute_signature(signed_as, {"A": "1"})

    assert validator.validate(called, {"A": "1"}, signature)
    assert signed(delivery(called, b"A=1", signature), TOKEN, PLAIN)


def test_an_address_that_is_none_is_taken_as_it_is() -> None:
    assert addresses("https://a.example:port/x") == ["https://a.example:port/x"]
    assert addresses("/x") == ["/x"]


def test_behind_a_proxy_the_public_address_is_what_counts() -> None:
    inside = "http://10.0.0.7:8000/v1/sources/flex?tenant=shop"
    signature = RequestValidator(TOKEN).compute_signature(URL, {"A": "1"})
    public = SourceSettings("t", public_url="https://floor.example.com/v1/sources/flex")

    assert not signed(delivery(inside, b"A=1", signature), TOKEN, PLAIN)
    assert signed(delivery(inside, b"A=1", signature), TOKEN, public)


def test_a_name_with_one_value_twice_counts_once_as_twilio_signs_it() -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, {"A": "1", "B": "2"})

    assert signed(delivery(URL, b"A=1&B=2&A=1", signature), TOKEN, PLAIN)


def test_a_json_body_is_signed_by_its_hash_in_the_address() -> None:
    body = b'[{"type": "x"}]'
    validator = RequestValidator(TOKEN)
    address = f"{URL}&bodySHA256={sha256(body).hexdigest()}"
    signature = validator.compute_signature(address, {})

    def judged(url: str, sent: bytes) -> bool:
        return signed(delivery(url, sent, signature, kind="application/json"), TOKEN, PLAIN)

    assert validator.validate(address, body.decode(), signature)
    assert judged(address, body)
    assert not judged(address, body + b" ")
    assert not judged(URL, body)


def test_nobody_knows_an_empty_secret() -> None:
    signature = RequestValidator("").compute_signature(URL, {})

    assert not signed(delivery(URL, b"", signature), "", PLAIN)
