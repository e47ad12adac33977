"""The list of contacts at risk over HTTP."""

import asyncio
from datetime import date
from typing import Any

import pytest

from floorpulse.alerts.api import watch
from floorpulse.alerts.domain.contacts_at_risk import ContactAtRisk, Risk, RiskFound
from floorpulse.alerts.watch.ports import DueContact
from floorpulse.board.domain.windows import HOUR
from tests.fakes.alert_world import SUPERVISOR, WATCHER, AlertWorld
from tests.fakes.world import NOW, READER, Client

TODAY = date(2026, 11, 11)
LIST = "/v1/contacts-at-risk"


class Lists:
    """A floor's lists of contacts at risk, and the routes in front of them."""

    def __init__(self) -> None:
        self.world = AlertWorld()
        self.put("late", NOW - HOUR)
        self.put("soon", NOW + HOUR)
        self.put("-later", NOW + 2 * HOUR)

    def put(self, contact: str, due: int, day: date = TODAY) -> None:
        found = RiskFound(Risk.LONG_WAIT, NOW, 240.0), RiskFound(Risk.TRANSFERRED, NOW, 1)
        one = DueContact(ContactAtRisk(contact, day, "sales", found, NOW), due)
        asyncio.run(self.world.risk_lists.put("demo", [contact], [one], NOW))

    def client(self, headers: dict[str, str]) -> Client:
        return self.world.client(headers)

    def ask(self, **asked: str) -> Any:
        answer = self.client(WATCHER).get(LIST, asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, contact: str, what: str, **said: str) -> Any:
        return self.client(SUPERVISOR).post(f"{LIST}/{contact}/{what}", said)


@pytest.fixture
def lists() -> Lists:
    return Lists()


def names(answer: Any) -> list[str]:
    return [row["contact"] for row in answer["rows"]]


def test_todays_list_comes_by_due_time(lists: Lists) -> None:
    lists.put("old", NOW, date(2026, 11, 10))
    told = lists.ask()

    assert names(told) == ["late", "soon", "-later"]
    assert told["next"] is None
    assert told["rows"][0] == {
        "day": "2026-11-11",
        "contact": "late",
        "queue": "sales",
        "reasons": [
            {"reason": "long_wait", "at": "2026-11-11T20:07:20+08:00", "value": 240.0},
            {"reason": "transferred", "at": "2026-11-11T20:07:20+08:00", "value": 1.0},
        ],
        "state": "open",
        "owner": None,
        "due_at": "2026-11-11T19:07:20+08:00",
        "overdue": True,
        "updated_at": "2026-11-11T20:07:20+08:00",
        "comment": "",
    }
    assert names(lists.ask(day="2026-11-10")) == ["old"]


def test_a_list_comes_in_pages_and_by_state(lists: Lists) -> None:
    lists.do("soon", "called")
    first = lists.ask(limit="2")
    second = lists.ask(limit="2", cursor=first["next"])

    assert names(first) + names(second) == ["late", "soon", "-later"]
    assert names(lists.ask(state="called,settled")) == ["soon"]


def test_all_of_it_comes_as_csv(lists: Lists) -> None:
    lists.do("late", "dismiss", comment='said "sorry"')
    answer = lists.client(WATCHER).get(LIST, headers={"Accept": "text/csv"})
    lines = answer.text.splitlines()

    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="contacts-at-risk-2026-11-11.csv"' in answer.headers["content-disposition"]
    assert lines[0] == ("day,contact,queue,reasons,state,owner,due_at,overdue,updated_at,comment")
    assert lines[1].endswith(',false,2026-11-11T20:07:20+08:00,"said ""sorry"""')
    assert lines[2].startswith("2026-11-11,soon,sales,long_wait transferred,open,,")
    assert lines[3].startswith("2026-11-11,'-later,"), "no formula in a spreadsheet"
    assert len(lines) == 4


@pytest.mark.no_cover
def test_a_long_list_is_exported_whole(lists: Lists) -> None:
    for number in range(2 * watch.EXPORTED):
        lists.put(f"c{number:04}", NOW + 3 * HOUR + number)
    answer = lists.client(WATCHER).get(LIST, headers={"Accept": "text/csv"})

    assert len(answer.text.splitlines()) == 1 + 3 + 2 * watch.EXPORTED


@pytest.mark.parametrize(
    ("what", "state"),
    [("claim", "open"), ("called", "called"), ("settle", "settled"), ("dismiss", "dismissed")],
)
def test_who_does_something_with_a_contact_has_it(lists: Lists, what: str, state: str) -> None:
    mine = lists.do("soon", what, comment="my turn")
    named = lists.do("-later", what, by="Wang Fang")

    assert mine.status_code == 200, mine.text
    assert [mine.json()[name] for name in ("state", "owner", "comment")] == [
        state,
        "zhang",
        "my turn",
    ]
    assert named.json()["owner"] == "Wang Fang"


def test_a_contact_whose_id_holds_a_slash_can_be_seen_to(lists: Lists) -> None:
    lists.put("1794355230.17/2", NOW)

    assert lists.do("1794355230.17%2F2", "claim").json()["state"] == "open"
    assert lists.do("1794355230.17%2F2", "settle").json()["state"] == "settled"


def test_a_comment_can_be_made_on_what_is_settled(lists: Lists) -> None:
    lists.do("soon", "settle")
    said = lists.do("soon", "comment", comment="got a voucher")

    assert (said.json()["comment"], said.json()["state"]) == ("got a voucher", "settled")
    assert not said.json()["overdue"]
    assert lists.do("soon", "comment").status_code == 422


def test_what_is_not_possible_is_refused(lists: Lists) -> None:
    lists.do("soon", "dismiss")
    again = lists.do("soon", "claim")
    nobody = lists.do("nobody", "claim")
    wrong = lists.client(WATCHER).get(LIST, {"day": "2026-02-30"})
    strange = lists.client(WATCHER).get(LIST, {"state": "lost"})

    assert (again.status_code, again.json()["state"]) == (409, "dismissed")
    assert "while it is open or called" in again.json()["detail"]
    assert (nobody.status_code, nobody.json()["title"]) == (404, "Unknown contact at risk")
    assert (wrong.status_code, wrong.json()["title"]) == (422, "Invalid day")
    assert "known are: open, called, settled, dismissed" in strange.json()["detail"]


def test_reading_and_acting_need_their_scopes(lists: Lists) -> None:
    assert lists.client(READER).get(LIST).status_code == 403
    assert lists.client(WATCHER).post(f"{LIST}/soon/claim", {}).status_code == 403
