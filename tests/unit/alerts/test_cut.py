"""Messages within the limits of channels: by bytes, by text messages, never within a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.alerts.domain.links import LinkAction, LinkClaims, link_id, make_link
from floorpulse.alerts.domain.messages.cut import (
    Layout,
    as_text,
    fitted,
    shortened,
    text_messages,
    utf8_bytes,
)
from tests.fakes.alerts import OPENED, message

FAMILY = "👨‍👩‍👧"
FLAG = "🇨🇳"
WAVE = "👋🏽"
ACCENTED = "e\u0301"
HEART = "❤\ufe0f"
ENGLAND = "🏴\U000e0067\U000e0062\U000e007f"


@pytest.mark.parametrize("one", [FAMILY, FLAG, WAVE, ACCENTED, HEART, ENGLAND, "\r\n", "订", "a"])
def test_a_character_is_kept_whole_or_not_at_all(one: str) -> None:
    text = one * 4
    for limit in range(utf8_bytes(text)):
        kept = shortened(text, limit, utf8_bytes, "")
        assert utf8_bytes(kept) <= limit
        assert kept == (one * (len(kept) // len(one))).rstrip()


def test_what_is_cut_ends_with_a_mark_and_as_late_as_it_can() -> None:
    assert shortened("服务水平过低", 18) == "服务水平过低"
    assert shortened("服务水平过低", 17) == "服务水平…"
    assert shortened("one two three", 9, len) == "one two…"


def test_where_not_even_the_mark_fits_nothing_is_left() -> None:
    assert shortened("abcdef", 2) == ""
    assert shortened("abcdef", 3) == "…"


def test_two_flags_are_cut_between_them() -> None:
    assert shortened(FLAG + "🇬🇧", 11, utf8_bytes, "") == FLAG
    assert shortened("a" + FLAG, 5, utf8_bytes, "") == "a"


@given(st.text(max_size=60), st.integers(0, 80))
def test_a_cut_text_is_within_its_limit_and_a_beginning_of_the_whole(text: str, limit: int) -> None:
    kept = shortened(text, limit, utf8_bytes, "")
    assert utf8_bytes(kept) <= limit
    assert text.startswith(kept)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("订" * 70, 1),
        ("订" * 71, 2),
        ("订" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 70 + "订", 2),
    ],
)
def test_text_messages_are_counted_by_gsm_7_or_ucs_2(text: str, count: int) -> None:
    assert text_messages(text) == count


def test_a_message_that_fits_is_whole() -> None:
    assert as_text(message(), Layout(1000)) == (
        "Critical: Service level low, Orders (voice): 72.4%\n"
        "What: Service level low\n"
        "How bad: 72.4%, threshold 80.0%\n"
        "Acknowledge: https://floor.example.org/alerts/act/abc"
    )


def test_lines_go_before_the_title_and_links() -> None:
    assert as_text(message(), Layout(115)) == (
        "Critical: Service level low, Orders (voice): 72.4%\n"
        "What: S…\n"
        "Acknowledge: https://floor.example.org/alerts/act/abc"
    )


def test_the_title_is_cut_before_a_link_goes() -> None:
    text = as_text(message(), Layout(75))
    assert text == "Critical: Service…\nAcknowledge: https://floor.example.org/alerts/act/abc"


def test_the_last_link_goes_first_and_none_is_cut() -> None:
    two = message(links=(("A", "https://a.example"), ("B", "https://b.example/" + "x" * 100)))
    parts = fitted(two, Layout(60))
    assert parts.links == (("A", "https://a.example"),)
    assert fitted(two, Layout(10)).links == ()


def test_further_links_do_not_cost_the_title_a_letter() -> None:
    two = message(title="T" * 20, links=(("A", "https://a.example"), ("B", "https://b.example")))
    assert len(fitted(two, Layout(20 + 2 * 21)).links) == 2
    parts = fitted(two, Layout(20 + 2 * 21 - 1))
    assert parts.links == (("A", "https://a.example"),)
    assert parts.title == two.title


def test_a_chinese_text_message_has_room_for_its_title_and_its_link() -> None:
    """A link as it is made for an incident's id of 32 letters."""
    claims = LinkClaims(
        link_id("s" * 16, "n", LinkAction.ACKNOWLEDGE),
        "tenant-name",
        "0" * 32,
        "zhang-wei",
        LinkAction.ACKNOWLEDGE,
        OPENED,
    )
    address = f"https://floor.example.org/alerts/act/{make_link('s' * 16, claims)}"
    links = (("确认", address), ("详情", "https://floor.example.org/alerts?incident=" + "0" * 32))
    chinese = message(
        title="严重：服务水平过低，订单（语音）：72.4%",
        lines=(("程度", "72.4%，阈值 80.0%，250 中的 181"), ("开始", "09:32（已持续 1 分钟）")),
        links=links,
    )
    text = as_text(chinese, Layout(4, text_messages, mark="..."))
    assert text.splitlines()[0] == chinese.title
    assert text.splitlines()[1] == "程度：72.4%，阈值 80.0%，250 中的 181"
    assert text.endswith(address)


@given(st.integers(0, 400), st.text(max_size=200), st.text(max_size=200))
def test_no_message_is_longer_than_its_channel_takes(limit: int, title: str, text: str) -> None:
    long = message(title=title, lines=(("What", text), ("Where", text)))
    assert utf8_bytes(as_text(long, Layout(limit))) <= limit


@given(st.text(max_size=400), st.sampled_from([1, 2, 4]))
def test_no_message_takes_more_text_messages_than_are_paid_for(text: str, limit: int) -> None:
    long = message(title=text, lines=(("What", text),))
    assert text_messages(as_text(long, Layout(limit, text_messages, mark="..."))) <= limit
