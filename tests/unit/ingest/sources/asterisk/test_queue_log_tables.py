"""Exports of the table in which Asterisk's queue_log is kept."""

from datetime import UTC, datetime

import pytest

from floorpulse.ingest.sources.asterisk.lines import LogEntry
from floorpulse.ingest.sources.asterisk.tables import NO_LINE, LogReader
from tests.unit.ingest.sources.asterisk.logs import opened, refusals, told, visits

BERLIN = "Europe/Berlin"
AT = int(datetime(2026, 11, 16, 9, 0, 8, tzinfo=UTC).timestamp()) * 1000
CONNECT = LogEntry(AT, "c-1", "sales", "PJSIP/1", "CONNECT", ("8", "c-2", "5", "", ""))


def read(*lines: str, zone: str | None = BERLIN) -> list[object]:
    reader = LogReader(zone)
    return [reader.read(line.encode()) for line in lines]


@pytest.mark.parametrize(
    "row",
    [
        "2026-11-16 10:00:08|c-1|sales|PJSIP/1|CONNECT|8|c-2|5||",
        "2026-11-16 10:00:08 | c-1 | sales | PJSIP/1 | CONNECT | 8 | c-2 | 5 | | ",
        "| 2026-11-16 10:00:08 | c-1 | sales | PJSIP/1 | CONNECT | 8 | c-2 | 5 | | |",
        '"2026-11-16 10:00:08","c-1","sales","PJSIP/1","CONNECT","8","c-2","5","",""',
        "2026-11-16 10:00:08;c-1;sales;PJSIP/1;CONNECT;8;c-2;5;;",
        "2026-11-16 10:00:08\tc-1\tsales\tPJSIP/1\tCONNECT\t8\tc-2\t5\tNULL\t\\N",
        "17,2026-11-16T10:00:08,c-1,sales,PJSIP/1,CONNECT,8,c-2,5,,",
        "17|2026-11-16 10:00:08|c-1|sales|PJSIP/1|CONNECT||8|c-2|5||",
        "2026-11-16 10:00:08,c-1,sales,PJSIP/1,CONNECT,,8,c-2,5,,,2026-11-16 10:00:09",
        "2026-11-16 10:00:08,c-1,sales,PJSIP/1,CONNECT,8,c-2,5,,,2026-11-16 10:00:09",
        f"{AT // 1000}|c-1|sales|PJSIP/1|CONNECT||8|c-2|5||",
        f"P001|{AT // 1000}|c-1|sales|PJSIP/1|CONNECT|8|c-2|5||",
        "2026-11-16 09:00:08+00:00,c-1,sales,PJSIP/1,CONNECT,8,c-2,5,,",
        "2026-11-16 10:00:08+01,c-1,sales,PJSIP/1,CONNECT,8,c-2,5,,",
        f"{AT // 1000},c-1,sales,PJSIP/1,CONNECT,8,c-2,5,,",
        f"\ufeff{AT // 1000}|c-1|sales|PJSIP/1|CONNECT|8|c-2|5",
        (
            '{"id": 17, "time": "2026-11-16 10:00:08", "callid": "c-1", "queuename": "sales", '
            '"agent": "PJSIP/1", "event": "CONNECT", "data1": "8", "data2": "c-2", "data3": 5.0}'
        ),
        (
            '{"time_id": 1794819608.0, "Call_Id": "c-1", "queue": "sales", "agent": "PJSIP/1", '
            '"verb": "CONNECT", "data1": 8, "data2": "c-2", "data3": 5, "data4": null}'
        ),
    ],
)
def test_a_row_of_the_table_is_read_as_its_line_in_the_file_would_be(row: str) -> None:
    [entry] = read(row)

    assert isinstance(entry, LogEntry)
    assert (entry.at, entry.call, entry.queue, entry.agent, entry.word) == (
        AT,
        "c-1",
        "sales",
        "PJSIP/1",
        "CONNECT",
    )
    assert [entry.text(number) for number in range(5)] == ["8", "c-2", "5", "", ""]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "id,eventtime,uniqueid,queue,agent,event,data",
            "4,2026-11-16 10:00:08,c-1,sales,PJSIP/1,CONNECT,8|c-2|5||",
        ),
        (
            " agent | event | data1 | data2 | data3 | data4 | data5 | time | callid | queuename",
            " PJSIP/1 | CONNECT | 8 | c-2 | 5 | | | 2026-11-16 10:00:08 | c-1 | sales",
        ),
        (
            "partition,time_id,call_id,queue,agent,verb,data1,data2,data3,data4,serverid,data5",
            f"P001,{AT // 1000},c-1,sales,PJSIP/1,CONNECT,8,c-2,5,,box-1,",
        ),
        (
            "COPY queue_log (id, time, callid, queuename, agent, event, data, data1) FROM stdin;",
            "9\t2026-11-16 10:00:08\tc-1\tsales\tPJSIP/1\tCONNECT\t8|c-2|5||\t\\N",
        ),
    ],
)
def test_a_header_names_the_columns_and_what_frames_a_table_is_no_row(
    header: str, row: str
) -> None:
    after = ("(1 row)", "1 row in set (0.00 sec)", "\\.")

    assert read(header, "-----+----+---", row, *after) == [None, None, CONNECT, None, None, None]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("id,time,callid,queuename,agent,event,data,created", "1,{time},c,q,a,CONNECT,8,{created}"),
        ("created,time,callid,queuename,agent,event,data", "{created},{time},c,q,a,CONNECT,8"),
        ("created,time,callid,queuename,agent,event,data", "{time},NULL,c,q,a,CONNECT,8"),
        ("time,callid,uniqueid,queuename,agent,event,data", "{time},c,u,q,a,CONNECT,8"),
    ],
)
def test_the_instant_of_the_entry_wins_over_that_at_which_its_row_was_created(
    header: str, row: str
) -> None:
    """The table of voip-info.org, "Asterisk queue_log on MySQL", has both."""
    stamps = {"time": "2026-11-16 10:00:08", "created": "2026-11-16 09:00:09"}
    _, entry = read(header, row.format(**stamps))

    assert entry == LogEntry(AT, "c", "q", "a", "CONNECT", ("8",))


def test_the_rows_of_an_old_table_without_a_header_make_the_visits_of_the_file() -> None:
    """time, callid, queuename, agent, event, data, data1 … data5, created: voip-info.org, "Asterisk
    queue_log on MySQL".
    """
    rows = [
        "1795000000|k.1|q|NONE|ENTERQUEUE|||100|1||",
        "1795000008|k.1|q|ann|CONNECT||8|k.9|5||",
        "1795000028|k.1|q|ann|ATTENDEDTRANSFER||LINK|a;1|a;2|8|20|1",
        "1795000030|k.2|q|NONE|ENTERQUEUE||http://crm/?a|100|1|Ann|B|C",
        "1795000035|k.2|q|NONE|ABANDON||1|1|5||",
    ]

    assert visits(told(*rows)) == [
        ("k.1", "q", "answered", "ann", 8, 20, True, True),
        ("k.2", "q", "abandoned", None, 5, 0, False, False),
    ]


def test_what_does_not_fit_into_five_columns_stands_in_the_last_one() -> None:
    [linked] = read(
        '"2026-11-16 10:00:08","c","q","ann","ATTENDEDTRANSFER","LINK","a;1","a;2","1","9|1"'
    )

    assert isinstance(linked, LogEntry)
    assert linked.data == ("LINK", "a;1", "a;2", "1", "9", "1")


def test_fractions_of_a_stamp_are_cut_to_the_millisecond() -> None:
    [entry] = read("2026-11-16 10:00:08.123999|c-1|sales|PJSIP/1|CONNECT|8")

    assert isinstance(entry, LogEntry)
    assert (entry.at, entry.is_whole) == (AT + 123, False)


def test_a_stamp_without_a_zone_is_refused_with_the_ways_to_say_it() -> None:
    [detail] = refusals("2026-11-16 10:00:08|c-1|sales|PJSIP/1|CONNECT|8|c-2|5||")

    assert "2026-11-16 10:00:08" in detail
    assert "--zone Europe/Berlin" in detail
    assert "epoch" in detail


def test_a_stamp_that_is_no_instant_is_refused() -> None:
    assert refusals("2026-13-16 10:00:08|c-1|sales|ann|CONNECT|8", zone=BERLIN) == [
        "the stamp '2026-13-16 10:00:08' is no date and time"
    ]


@pytest.mark.parametrize(
    "row",
    [
        "2026-11-16 10:00:08|c-1|sales",
        "yesterday|c-1|sales|ann|CONNECT|8",
        "2026-11-16 10:00:08|c-1|sales|ann||8",
        '2026-11-16 10:00:08,"c-1,sales,ann,CONNECT,8',
        "2026-11-16 10:00:08,c-1,sales,ann,CONNECT,8\r9",
    ],
)
def test_a_row_of_another_shape_is_refused_with_the_shapes_there_are(row: str) -> None:
    assert read(row) == [NO_LINE]


def local(time: str, call: str = "c") -> str:
    return f"2026-10-25 {time}|{call}|sales|ann|CONNECT|0"


def hours(*rows: str) -> list[float]:
    """Hours since the midnight of UTC, of the day on which clocks in Berlin go back at one."""
    midnight = datetime(2026, 10, 25, tzinfo=UTC).timestamp() * 1000
    entries = read(*rows)
    return [(e.at - midnight) / 3_600_000 for e in entries if isinstance(e, LogEntry)]


def test_the_hour_that_comes_twice_is_the_second_once_the_rows_before_say_so() -> None:
    assert hours(
        local("01:45:00"),
        local("02:30:00"),
        local("02:00:00"),
        local("02:45:00"),
        local("03:15:00"),
    ) == [-0.25, 0.5, 1.0, 1.75, 2.25]


def test_a_call_whose_channel_began_in_the_second_pass_has_its_rows_there() -> None:
    since = int(datetime(2026, 10, 25, 1, 10, tzinfo=UTC).timestamp())

    assert hours(local("02:15:00", f"pbx1-{since}.7"), local("02:15:00", "c")) == [1.25, 1.25]


def test_a_call_that_enters_the_queue_in_the_second_of_its_channel_is_in_the_pass_of_that() -> None:
    since = int(datetime(2026, 10, 25, 1, 15, tzinfo=UTC).timestamp())

    assert hours(local("02:15:00", f"{since}.7")) == [1.25]


@pytest.mark.parametrize(
    "row", ['{"time": 1', '{"time": [1]}', '{"time": "2026-11-16 10:00:08"}', "{}", "{" * 9_999]
)
def test_json_that_is_no_row_of_the_table_is_refused(row: str) -> None:
    assert read(row) == [NO_LINE]


def test_an_export_makes_the_visits_that_the_file_makes() -> None:
    table = [
        "time,callid,queuename,agent,event,data1,data2,data3,data4,data5",
        "2026-11-16 10:00:00,c,sales,NONE,ENTERQUEUE,,1201,1,,",
        "2026-11-16 10:00:08,c,sales,ann,CONNECT,8,x,5,,",
        "2026-11-16 10:01:08,c,sales,ann,COMPLETECALLER,8,60,1,,",
    ]

    assert visits(told(*table, log=opened(zone=BERLIN))) == [
        ("c", "sales", "answered", "ann", 8, 60, False, True)
    ]
