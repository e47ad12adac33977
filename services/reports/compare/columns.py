"""The columns of a client's list: by the names that systems give them, in English and Chinese, or
as they are told.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from floorpulse.reports.compare.refused import UnreadableListError


class Column(StrEnum):
    """What a column says of a visit."""

    CONTACT = "contact"
    OFFERED = "offered"
    DATE = "date"
    CLOCK = "clock"
    QUEUE = "queue"
    OUTCOME = "outcome"
    WAIT = "wait"
    TALK = "talk"
    BILLABLE = "billable"
    WITHIN = "within"


NAMES: dict[Column, str] = {
    Column.CONTACT: "contact contactid call callid callref id uniqueid interaction interactionid "
    "conversation conversationid sessionid ucid linkedid ticket 联络 联络id 联络编号 "
    "呼叫id 呼叫编号 通话id 通话编号 会话id 会话编号 "
    "流水号 通话流水号 编号",
    Column.OFFERED: "offered offeredat offeredtime start started starttime startedat arrival "
    "arrived arrivaltime arrivedat queuedat enqueued enqueuetime datetime timestamp calltime "
    "进线时间 呼入时间 来电时间 开始时间 排队开始时间 进入队列时间 进队时间",
    Column.DATE: "date day calldate startdate 日期 进线日期 呼入日期",
    Column.CLOCK: "time clock timeofday 时间 时刻",
    Column.QUEUE: "queue queuename skill skillgroup splitskill split line service 队列 队列名称 "
    "技能组 业务线",
    Column.OUTCOME: "outcome result disposition status callstatus answered 结果 状态 呼叫结果 "
    "通话结果 "
    "是否接通 接听状态",
    Column.WAIT: "wait waits waittime waiting waitingtime queuetime timeinqueue speedofanswer asa "
    "等待 等待时长 等待时间 排队时长 排队时间",
    Column.TALK: "talk talks talktime talkduration conversationtime 通话时长 通话时间 通话",
    Column.BILLABLE: "billable billed chargeable invoiced 计费 是否计费 可计费",
    Column.WITHIN: "within withinsla insla slamet sla slahit withinthreshold intime 达标 是否达标 "
    "达标与否",
}
"""Spellings without blanks, signs and units"""
COLUMN_OF = {name: column for column, names in NAMES.items() for name in names.split()}
UNITS = {
    "ms": 1,
    "msec": 1,
    "millis": 1,
    "毫秒": 1,
    "s": 1_000,
    "sec": 1_000,
    "secs": 1_000,
    "seconds": 1_000,
    "秒": 1_000,
    "min": 60_000,
    "mins": 60_000,
    "minutes": 60_000,
    "分": 60_000,
    "分钟": 60_000,
}
"""Milliseconds of a unit that the name of a column ends with"""
WHEN = "when visits were offered (offered, or date and clock)"
WHICH = "which visits they are (contact, or wait, talk, outcome)"
UNIT = re.compile(r"^(?P<name>.*?)[\s_\-]*[\s_\-(（\[](?P<unit>[^\s_()（）\[\]]+)[)）\]]?$")


def named(head: str) -> tuple[str, int]:
    """The name of a column without blanks and signs, and the milliseconds of its unit; seconds
    where it names none.
    """
    head = head.strip().casefold()
    found = UNIT.match(head)
    if found is not None and found["unit"] in UNITS:
        return _plain(found["name"]), UNITS[found["unit"]]
    return _plain(head), 1_000


def _plain(head: str) -> str:
    return "".join(letter for letter in head if letter.isalnum())


def known_columns(heads: Sequence[str]) -> dict[Column, int]:
    """The places of the columns whose names are known; of two that mean one thing the first."""
    places: dict[Column, int] = {}
    for place, head in enumerate(heads):
        column = COLUMN_OF.get(named(head)[0])
        if column is not None:
            places.setdefault(column, place)
    return places


def columns_of(heads: Sequence[str], told: Mapping[str, str]) -> dict[Column, int]:
    """The places of the columns of a list, of which `told` names some by their heads.

    Raises:
        UnreadableListError: a told one is not there, or too little is known to compare by.
    """
    places = known_columns(heads)
    for name, head in told.items():
        if name not in set(Column):
            detail = f"{name!r} is no column; there are {', '.join(Column)}"
            raise UnreadableListError(detail)
        places[Column(name)] = _place(heads, head)
    if Column.OFFERED not in places and not {Column.DATE, Column.CLOCK} <= places.keys():
        lone = places.get(Column.CLOCK, places.get(Column.DATE))
        if lone is None:
            raise _unknown(WHEN, heads)
        places[Column.OFFERED] = lone
    if not places.keys() - {Column.OFFERED, Column.DATE, Column.CLOCK, Column.QUEUE}:
        raise _unknown(WHICH, heads)
    return places


def _place(heads: Sequence[str], head: str) -> int:
    names = [one.strip().casefold() for one in heads]
    if head.strip().casefold() not in names:
        missing = f"the column {head!r}"
        raise _unknown(missing, heads)
    return names.index(head.strip().casefold())


def _unknown(what: str, heads: Sequence[str]) -> UnreadableListError:
    seen = ", ".join(repr(head) for head in heads[:30]) or "no columns"
    return UnreadableListError(
        f"the list does not say {what}; it has {seen}. Name them: "
        "--columns contact=HEAD,offered=HEAD,wait=HEAD"
    )
