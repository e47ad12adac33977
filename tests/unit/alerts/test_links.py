"""Links of messages: signed, expiring, and the same for the same notice."""

import re
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from floorpulse.alerts.domain.links import (
    LinkAction,
    LinkClaims,
    LinkRefusal,
    link_id,
    make_link,
    read_link,
)
from floorpulse.alerts.domain.notices import NoticeKind
from floorpulse.alerts.notifiers.message_links import links_of
from floorpulse.alerts.notifiers.settings import ChannelSettings
from tests.fakes.alerts import OPENED, key

SECRET = "s" * 16
CLAIMS = LinkClaims(
    id="0123",
    tenant="demo",
    incident="i1",
    receiver="zhang",
    action=LinkAction.ACKNOWLEDGE,
    expires_at=OPENED,
)


def test_a_link_says_what_was_put_into_it_until_it_expires() -> None:
    token = make_link(SECRET, CLAIMS)
    assert read_link(SECRET, token, OPENED - 1) == CLAIMS
    assert read_link(SECRET, token, OPENED) is LinkRefusal.EXPIRED


def test_a_link_of_another_secret_is_refused() -> None:
    assert read_link("t" * 16, make_link(SECRET, CLAIMS), 0) is LinkRefusal.FORGED


@pytest.mark.parametrize("token", ["", ".", "a.b", "é.é", "no dot", "a" * 5000 + ".b", "====.="])
def test_what_is_no_link_is_refused(token: str) -> None:
    assert read_link(SECRET, token, 0) is LinkRefusal.FORGED


def test_claims_that_were_changed_are_refused() -> None:
    body = b'{"id":"0123","tenant":"other"}'
    changed = urlsafe_b64encode(body).decode() + "." + make_link(SECRET, CLAIMS).partition(".")[2]
    assert read_link(SECRET, changed, 0) is LinkRefusal.FORGED


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_no_sign_of_a_link_can_be_changed(place: int, sign: str) -> None:
    token = make_link(SECRET, CLAIMS)
    place %= len(token)
    changed = token[:place] + sign + token[place + 1 :]
    read = read_link(SECRET, changed, 0)
    assert read in {LinkRefusal.FORGED, CLAIMS}


def test_a_notice_that_is_sent_twice_has_the_same_link() -> None:
    first = link_id(SECRET, str(key()), LinkAction.ACKNOWLEDGE)
    assert first == link_id(SECRET, str(key()), LinkAction.ACKNOWLEDGE)
    other = link_id(SECRET, str(key(target="li/sms")), LinkAction.ACKNOWLEDGE)
    assert first != other


def test_messages_name_the_address_at_which_people_reach_the_service() -> None:
    settings = ChannelSettings(
        public_url="https://floor.example.org/", link_secret=SecretStr(SECRET), link_seconds=60
    )
    links = links_of(settings, key(), "demo", OPENED)
    assert links.alert == "https://floor.example.org/alerts?incident=i1"
    assert links.wall == "https://floor.example.org/wallboard"
    assert links.acknowledge is not None
    token = links.acknowledge.removeprefix("https://floor.example.org/alerts/act/")
    claims = read_link(SECRET, token, OPENED + 59_999)
    assert isinstance(claims, LinkClaims)
    assert (claims.tenant, claims.incident, claims.receiver) == ("demo", "i1", "zhang")
    assert read_link(SECRET, token, OPENED + 60_000) is LinkRefusal.EXPIRED


def test_what_asks_nobody_to_acknowledge_has_no_such_link() -> None:
    settings = ChannelSettings(
        public_url="https://floor.example.org", link_secret=SecretStr(SECRET)
    )
    assert links_of(settings, key(NoticeKind.RESOLVED), "demo", OPENED).acknowledge is None


def test_without_a_public_address_or_a_secret_there_is_no_such_link() -> None:
    assert links_of(ChannelSettings(), key(), "demo", OPENED).alert is None
    public = ChannelSettings(public_url="https://floor.example.org")
    assert links_of(public, key(), "demo", OPENED).acknowledge is None


def test_a_token_has_only_signs_that_no_chat_breaks() -> None:
    token = make_link(SECRET, CLAIMS)
    assert re.fullmatch(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{22}", token)
    assert read_link(SECRET, f"{token}=", 0) == CLAIMS


def test_what_is_far_too_long_is_not_looked_at() -> None:
    assert read_link(SECRET, make_link(SECRET, CLAIMS) + "A" * 3000, 0) is LinkRefusal.FORGED
