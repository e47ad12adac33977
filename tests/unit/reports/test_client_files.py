"""A client's file, however its system writes it."""

from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from floorpulse.contracts.visits import Outcome
from floorpulse.reports.compare.cells import outcome_said, span_said, truth_said
from floorpulse.reports.compare.columns import Column, columns_of, known_columns
from floorpulse.reports.compare.dates import DateOrder, Dates, ListedTime, order_of
from floorpulse.reports.compare.reading import columns_told, unreadable_of
from floorpulse.reports.compare.refused import UnreadableListError
from floorpulse.reports.domain.comparison.listing import ListedVisit
from tests.fakes.client_lists import BERLIN, file_of, read
from tests.fakes.contracts import SHANGHAI, at

HEAD = ("Call ID", "Start", "Queue", "Result", "Wait (s)", "Talk (s)")
LINE = ["c-1", "2026-10-05 09:00:07", "Sales", "已接听", "12", "61"]
VISIT = ListedVisit(
    "c-1",
    at("10-05 09:00") + 7_000,
    queue="sales",
    outcome=Outcome.ANSWERED,
    wait=12_000,
    talk=61_000,
    line=2,
)
UTC = ZoneInfo("UTC")
OCTOBER_5 = 1_791_190_800_000
"""2026-10-05 09:00 UTC"""


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_seen(encoding: str, delimiter: str) -> None:
    found = read(file_of([LINE], HEAD, encoding=encoding, delimiter=delimiter), SHANGHAI)

    assert found.visits.at(0) == VISIT
    assert list(unreadable_of(found)) == []


def test_an_encoding_that_is_told_is_believed() -> None:
    line = [*LINE[:2], "Müller", "answered", *LINE[4:]]

    found = read(file_of([line], HEAD, encoding="cp1252"), SHANGHAI, encoding="cp1252")

    assert found.visits.queue_name(0) == "Müller"


def test_titles_above_the_heads_and_empty_lines_are_left_out() -> None:
    text = "Report of October\n\nCall ID,Start,Wait\n\nc-1,2026-10-05 09:00:07,12\n,,\n"

    found = read(BytesIO(text.encode()), SHANGHAI)

    assert found.visits.at(0)[:2] == VISIT[:2]
    assert (found.rows, found.visits.line[0]) == (1, 5)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-10-05 09:00:00", OCTOBER_5),
        ("2026-10-05T09:00:00.250", OCTOBER_5 + 250),
        ("2026-10-05T17:00:00+08:00", OCTOBER_5),
        ("2026-10-05T09:00:00Z", OCTOBER_5),
        ("2026/10/5 9:00", OCTOBER_5),
        ("2026/10/5 17:00 +08:00", OCTOBER_5),
        ("5.10.2026 09:00:00,5", OCTOBER_5 + 500),
        ("05-10-26 09:00", OCTOBER_5),
        ("5/10/2026 9:00 AM", OCTOBER_5),
        ("5/10/2026 12:00 am", OCTOBER_5 - 9 * 3_600_000),
        ("2026年10月5日 上午9:00", OCTOBER_5),
        ("2026年10月5日 下午1时00分05秒", OCTOBER_5 + 4 * 3_600_000 + 5_000),
        ("2026-10-05", OCTOBER_5 - 9 * 3_600_000),
        ("1791190800", OCTOBER_5),
        ("1791190800250", OCTOBER_5 + 250),
        ("46300.375", OCTOBER_5),
        ("12", None),
        ("2026-13-05 09:00", None),
        ("soon", None),
        ("Total: 12", None),
    ],
)
def test_times_are_read_as_they_are_written(text: str, instant: int | None) -> None:
    found = Dates(UTC, DateOrder.DAY_FIRST).read(text)

    assert (found and found.at) == instant


def test_the_order_of_dates_is_that_of_one_that_can_only_be_read_so() -> None:
    assert order_of(["3/4/2026", "2026/10/13", "13/4/2026"]) is DateOrder.DAY_FIRST
    assert order_of(["3/4/2026", "4/13/2026"]) is DateOrder.MONTH_FIRST
    assert order_of(["3/4/2026", "x"]) is None
    assert Dates(UTC, DateOrder.MONTH_FIRST).read("10/5/2026 9:00") == ListedTime(OCTOBER_5)
    with pytest.raises(UnreadableListError, match="say --dates dmy or --dates mdy"):
        Dates(UTC, None).read("3/4/2026 9:00")


def test_an_hour_that_the_clock_shows_twice_is_either() -> None:
    twice = Dates(BERLIN, None).read("2026-10-25 02:30:00")

    assert twice == ListedTime(1_792_888_200_000, 3_600_000)


@pytest.mark.parametrize(
    ("text", "unit", "span"),
    [
        ("75", 1_000, 75_000),
        ("75,4", 1_000, 75_400),
        ("75.4", 1_000, 75_400),
        ("1:15", 1_000, 75_000),
        ("0:01:15.5", 1_000, 75_500),
        ("90:00", 1_000, 5_400_000),
        ("1.25", 60_000, 75_000),
        ("75400", 1, 75_400),
        ("-1", 1_000, None),
        ("-0,5", 1_000, None),
        ("long", 1_000, None),
    ],
)
def test_spans_are_read_in_their_unit(text: str, unit: int, span: int | None) -> None:
    assert span_said(text, unit) == span


def test_words_of_outcomes_and_truths() -> None:
    assert [outcome_said(word) for word in ("Answered", "No answer", "溢出", "是", "no", "?")] == [
        Outcome.ANSWERED,
        Outcome.ABANDONED,
        Outcome.LEFT,
        Outcome.ANSWERED,
        Outcome.ABANDONED,
        None,
    ]
    assert [truth_said(word) for word in ("Yes", "否", "maybe")] == [True, False, None]


def test_columns_are_known_by_many_names_and_units() -> None:
    heads = ["呼叫ID", "日期", "时间", "技能组", "等待时长(毫秒)", "talk_time_min", "Notes"]

    assert known_columns(heads) == {
        Column.CONTACT: 0,
        Column.DATE: 1,
        Column.CLOCK: 2,
        Column.QUEUE: 3,
        Column.WAIT: 4,
        Column.TALK: 5,
    }
    line = ["c-1", "2026-10-05", "09:00:07", "Sales", "12000", "1.5", ""]
    visit = read(file_of([line], heads), SHANGHAI).visits.at(0)
    assert (visit.offered, visit.wait, visit.talk) == (VISIT.offered, 12_000, 90_000)


def test_columns_that_are_told_stand_before_those_that_are_known() -> None:
    heads = ["Ref", "Start", "Begin", "Wait"]
    told = columns_told("contact=Ref, offered=begin")

    assert columns_of(heads, told) == {Column.CONTACT: 0, Column.OFFERED: 2, Column.WAIT: 3}
    assert columns_of(["Call", "Time"], {})[Column.OFFERED] == 1


@pytest.mark.parametrize(
    ("heads", "told", "why"),
    [
        (["Call ID", "Wait"], {}, "when visits were offered"),
        (["Start", "Queue"], {}, "which visits they are"),
        (["Start", "Call"], {"contact": "Ref"}, "the column 'Ref'; it has 'Start', 'Call'"),
        (["Start", "Call"], {"who": "Call"}, "'who' is no column; there are contact, offered"),
        ([], {}, "no columns"),
    ],
)
def test_a_list_that_says_too_little_is_refused(
    heads: list[str], told: dict[str, str], why: str
) -> None:
    with pytest.raises(UnreadableListError, match=why):
        columns_of(heads, told)


def test_rows_that_are_no_visits_are_told_with_their_line() -> None:
    lines = [
        LINE,
        ["Total", "", "", "", "12", ""],
        ["x" * 300, *LINE[1:]],
        [*LINE[:3], "teleported", "soon", "61"],
        ["c-5"],
    ]

    found = read(file_of(lines, HEAD), SHANGHAI)

    assert (found.rows, len(found.visits), found.unreadable_rows) == (5, 2, 3)
    assert list(unreadable_of(found)) == [
        "line 3: '' is no time at which a visit was offered",
        "line 4: the id of the contact has more than 256 characters",
        "line 6: '' is no time at which a visit was offered",
        "'outcome: teleported' is not understood, 1 times",
        "'wait: soon' is not understood, 1 times",
    ]


@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01 00:00:00",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-08:00",
        "2026-10-05 09:00:07 +99:99",
    ],
)
def test_a_time_that_cannot_be_is_told_and_the_other_rows_are_read(time: str) -> None:
    """Exports write the first of all days where no time is known."""
    found = read(file_of([LINE, ["c", time, "", "", "", ""]], HEAD), SHANGHAI)

    assert len(found.visits) == 1
    assert list(unreadable_of(found)) == [
        f"line 3: {time!r} is no time at which a visit was offered"
    ]


@pytest.mark.parametrize("wait", ["9" * 30, "9" * 30 + ":00:00", "1e400", "-1"])
def test_a_wait_that_cannot_be_is_told_and_says_nothing(wait: str) -> None:
    line = [*LINE]
    line[HEAD.index("Wait (s)")] = wait

    found = read(file_of([line], HEAD), SHANGHAI)

    assert found.visits.at(0).wait is None
    assert list(unreadable_of(found)) == [f"'wait: {wait[:40]}' is not understood, 1 times"]


def test_of_many_unreadable_rows_the_first_are_told_and_how_many_more() -> None:
    lines = [LINE, *([["c", "never", "", "", "", ""]] * 30)]

    assert list(unreadable_of(read(file_of(lines, HEAD), SHANGHAI)))[-1] == "and 10 rows more"


@pytest.mark.parametrize(
    ("content", "said", "why"),
    [
        (b"Call ID,Start\n", {}, "no visit that can be read; no row stands under"),
        (b"Call ID,Start\nc-1,never\n", {}, "line 2: 'never' is no time"),
        (b"", {}, "no columns"),
        (b"Call ID,Start\nc-1,\xff\xfe\xfd\n", {"encoding": "utf-8"}, "line 1 is not utf-8"),
        (b"Call ID,Start\nc-1,2026-10-05\n", {"encoding": "klingon"}, "klingon is no encoding"),
        (b"Call ID,Start\nc-1,2026-10-05\n", {"encoding": "utf\0"}, "is no encoding"),
        (b"Call ID,Start\nc-1,2026-10-05\n", {"encoding": "punycode"}, "punycode is no encoding"),
        (b"Call ID,Start\nc-1,2026-10-05\n", {"encoding": "undefined"}, "undefined is no encoding"),
        (
            b"Call ID,Start\n" + b"c-1,2026-10-05\n" * 9_000 + b"\xff\xff\xff,x\n",
            {"encoding": "utf-8"},
            "is not utf-8: say the encoding",
        ),
        (
            b'Call ID,Start\nc-1,"' + b"2" * (1 << 20) + b'1"\n',
            {},
            "is no CSV: field larger than field limit",
        ),
    ],
)
def test_a_file_that_is_no_list_is_refused(
    content: bytes, said: dict[str, object], why: str
) -> None:
    with pytest.raises(UnreadableListError, match=why):
        read(BytesIO(content), SHANGHAI, **said)


def test_a_long_file_that_is_cut_in_a_character_is_still_utf_8() -> None:
    head = "Call ID,Start\n"
    filler = "é" * ((1 << 16) - len(head))
    text = f"{head}{filler},2026-10-05\n"

    with pytest.raises(UnreadableListError, match="256 characters"):
        read(BytesIO(text.encode()), SHANGHAI)


def test_reading_needs_no_more_than_the_file() -> None:
    file = file_of([LINE, LINE], HEAD)

    again = [len(read(file, SHANGHAI).visits) for _ in range(2)]

    assert again == [2, 2]
