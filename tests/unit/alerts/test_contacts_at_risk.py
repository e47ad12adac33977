"""What makes a contact one at risk, since when, until when it is to be seen to, and what people may
do with it.
"""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.alerts.domain.contacts_at_risk import (
    LONGEST,
    ContactStory,
    Risk,
    RiskFound,
    RiskThresholds,
    assessed,
    due_at,
    risks,
)
from floorpulse.alerts.domain.follow_up import (
    Done,
    FollowUp,
    FollowUpRefused,
    FollowUpState,
    ListedContact,
    followed_up,
)
from floorpulse.alerts.watch.watch import long_wait
from floorpulse.contracts.feedback import Survey
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.domain.calendars import Calendar, Hours
from tests.fakes.definitions import definitions
from tests.fakes.floor import abandoned, answered, waiting
from tests.fakes.world import World

NOON = 1_794_312_000_000  # Tuesday 2026-11-10T12:00:00Z
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
UTC = ZoneInfo("UTC")
SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Calendar(tuple((Hours(9 * 60, 17 * 60),) if day < 5 else () for day in range(7)))
NEVER = Calendar(((),) * 7)
USUAL = RiskThresholds()


def found(*visits: Visit, earlier: int = 0, **thresholds: float) -> dict[Risk, tuple[int, float]]:
    """The reasons of a contact, each with when, after noon, and how much."""
    story = ContactStory("c1", visits, earlier)
    told = risks(story, replace(USUAL, **thresholds))  # type: ignore[arg-type]
    return {one.reason: (one.at - NOON, one.value) for one in told}


def surveyed(score: float, best: float = 5, worst: float = 1, at: int | None = NOON) -> Visit:
    visit = answered(NOON - 10 * MINUTE, 5)
    visit.surveys = {"s": Survey("csat", None, NOON - MINUTE, at, score, best, worst)}
    return visit


def test_a_contact_that_went_well_gives_no_reason() -> None:
    assert found(answered(NOON, 20, 60)) == {}
    assert assessed(ContactStory("c1", [answered(NOON, 20, 60)], 0), USUAL, UTC) is None


def test_a_long_wait_is_a_reason_answered_or_not() -> None:
    assert found(answered(NOON, 180)) == {Risk.LONG_WAIT: (180_000, 180)}
    assert found(abandoned(NOON, 200)) == {Risk.LONG_WAIT: (200_000, 200)}
    assert found(answered(NOON, 179.9)) == {}
    assert found(waiting(NOON)) == {}, "nobody knows yet how long"


MAIL = """
tenant: demo
about: [{names: {en: Demo}}]
queues:
  - {id: mail, names: {en: Mail}, channels: [email], service_level: office, calendar: days}
service_levels: [{id: office, threshold: 14400, clock: calendar}]
calendars: [{id: days, hours: {tuesday: ["09:00-18:00"], wednesday: ["09:00-18:00"]}}]
"""


def test_a_mail_waited_long_beyond_the_office_hours_that_were_promised() -> None:
    world = World()
    world.definitions = definitions(MAIL)
    long = long_wait(world.floors.view("demo"), USUAL)
    mail = Visit(offered_at=NOON, queue="mail", channel="email")

    # Tuesday 12:00 to 18:00 and Wednesday from 09:00
    assert long(mail, 4 * HOUR) is None
    assert long(mail, 4 * HOUR + 1) == 4 * 3600 + 0.001
    assert long(mail, 22 * HOUR) == 7 * 3600
    assert long(answered(NOON, 190), 190_000) == 190
    assert long(Visit(answered_at=NOON), 170_000) is None
    story = ContactStory("c1", [Visit(NOON, "mail", "email", abandoned_at=NOON + 3 * HOUR)], 0)
    assert [one.reason for one in risks(story, USUAL)] == [Risk.LONG_WAIT]
    assert risks(story, USUAL, long) == ()


def test_of_two_long_waits_the_first_says_when_and_the_longer_how_long() -> None:
    both = found(answered(NOON, 190), answered(NOON + HOUR, 400))

    assert both == {Risk.LONG_WAIT: (190_000, 400)}


def test_a_contact_that_was_passed_on_is_one_more_with_every_time() -> None:
    once = answered(NOON, 5, 60, transferred_at=NOON + MINUTE)
    twice = answered(NOON + 2 * MINUTE, 5, 60, transferred_at=NOON + 3 * MINUTE)

    assert found(once) == {Risk.TRANSFERRED: (MINUTE, 1)}
    assert found(once, twice, transfers=2) == {Risk.TRANSFERRED: (3 * MINUTE, 2)}
    assert found(once, transfers=2) == {}


def test_a_customer_who_was_there_before_is_a_reason_from_the_first_offer_on() -> None:
    assert found(answered(NOON, 5), earlier=1) == {Risk.REPEATED: (0, 1)}
    assert found(answered(NOON, 5), earlier=1, repeats=2) == {}
    assert found(Visit(ended_at=NOON), earlier=1) == {}


def test_holds_of_all_visits_add_up() -> None:
    first = answered(NOON, 5, 95, hold=70_000)
    second = answered(NOON + 10 * MINUTE, 5, 95, hold=60_000)
    third = answered(NOON + 20 * MINUTE, 5, 95, hold=1_000)

    assert found(first) == {}
    assert found(first, second, third) == {Risk.LONG_HOLD: (10 * MINUTE + 100_000, 131)}


def test_a_low_score_is_judged_on_its_scale() -> None:
    assert found(surveyed(2)) == {Risk.LOW_SCORE: (0, 0.25)}
    assert found(surveyed(3)) == {}
    assert found(surveyed(7, best=1, worst=7)) == {Risk.LOW_SCORE: (0, 0)}, "the other way round"
    assert found(surveyed(1, best=1, worst=1)) == {}, "a scale of one point tells nothing"
    assert found(surveyed(1, at=None)) == {}, "asked and not answered"


def test_two_reasons_put_a_contact_on_the_list_of_its_own_day_since_the_second() -> None:
    late = NOON + 8 * HOUR  # the next day in Shanghai
    visit = answered(late, 200, 60, transferred_at=late + 240_000)
    told = assessed(ContactStory("c1", [visit], 0), USUAL, SHANGHAI)

    assert told is not None
    assert (told.day, told.queue, told.since) == (date(2026, 11, 11), "sales", late + 240_000)
    assert [one.reason for one in told.reasons] == [Risk.LONG_WAIT, Risk.TRANSFERRED]


def test_one_reason_alone_does_not_but_a_low_score_does() -> None:
    assert assessed(ContactStory("c1", [answered(NOON, 200)], 0), USUAL, UTC) is None
    alone = assessed(ContactStory("c1", [surveyed(1)], 0), USUAL, UTC)

    assert alone is not None
    assert alone.since == NOON


def test_the_queue_is_the_last_that_is_known() -> None:
    story = ContactStory("c1", [surveyed(1), answered(NOON, 5, queue="help"), Visit()], 0)
    told = assessed(story, USUAL, UTC)

    assert told is not None
    assert told.queue == "help"


def test_a_contact_without_offer_or_queue_is_on_no_list() -> None:
    orphan = surveyed(1)
    orphan.offered_at = orphan.answered_at = None
    nameless = surveyed(1)
    nameless.queue = None

    assert assessed(ContactStory("c1", [orphan], 0), USUAL, UTC) is None
    assert assessed(ContactStory("c1", [nameless], 0), USUAL, UTC) is None


@given(st.permutations([surveyed(1), answered(NOON, 200), abandoned(NOON + HOUR, 300)]))
def test_in_whatever_order_visits_come_the_reasons_are_the_same(visits: list[Visit]) -> None:
    assert risks(ContactStory("c1", visits, 2), USUAL) == risks(
        ContactStory("c1", sorted(visits, key=lambda one: one.offered_at or 0), 2), USUAL
    )


@pytest.mark.parametrize(
    ("since", "hours", "due"),
    [
        (NOON, 4, NOON + 4 * HOUR),
        (NOON + 3 * HOUR, 4, NOON + 23 * HOUR),
        (NOON + 8 * HOUR, 4, NOON + DAY + HOUR),
        (NOON + 3 * DAY, 8, NOON + 6 * DAY),
        (NOON, 80, NOON + 14 * DAY),
    ],
    ids=["within the day", "over the night", "from the evening", "over a weekend", "ten days"],
)
def test_a_due_time_counts_business_hours(since: int, hours: int, due: int) -> None:
    assert due_at(OFFICE, UTC, since, hours * HOUR) == due


def test_without_a_calendar_all_hours_count_and_one_that_never_opens_ends_the_search() -> None:
    assert due_at(None, UTC, NOON, HOUR) == NOON + HOUR
    assert due_at(NEVER, UTC, NOON, HOUR) == NOON + LONGEST


# ------------------------------------------------------------- people

LISTED = ListedContact(
    tenant="demo",
    day=date(2026, 11, 10),
    contact="c1",
    queue="sales",
    reasons=(RiskFound(Risk.LOW_SCORE, NOON, 0),),
    state=FollowUpState.OPEN,
    owner=None,
    due_at=NOON + HOUR,
    updated_at=NOON,
    comment="",
)


def after(*what: FollowUp, by: str = "zhang") -> Any:
    """The line after these were done, by the same person."""
    listed: Any = LISTED
    for one in what:
        listed = followed_up(listed, Done(one, by), NOON + MINUTE)
    return listed


def test_whoever_claims_a_contact_has_it_and_the_last_one_wins() -> None:
    mine = followed_up(LISTED, Done(FollowUp.CLAIM, "zhang"), NOON + 1)
    assert isinstance(mine, ListedContact)
    theirs = followed_up(mine, Done(FollowUp.CLAIM, "li"), NOON + 2)

    assert (mine.owner, mine.state, mine.updated_at) == ("zhang", FollowUpState.OPEN, NOON + 1)
    assert isinstance(theirs, ListedContact)
    assert theirs.owner == "li"


def test_who_calls_settles_or_dismisses_what_nobody_has_has_it() -> None:
    for what, state in (
        (FollowUp.CALLED, FollowUpState.CALLED),
        (FollowUp.SETTLE, FollowUpState.SETTLED),
        (FollowUp.DISMISS, FollowUpState.DISMISSED),
    ):
        assert (after(what).state, after(what).owner) == (state, "zhang")


def test_who_has_it_keeps_it_when_somebody_else_settles_it() -> None:
    settled = followed_up(after(FollowUp.CLAIM), Done(FollowUp.SETTLE, "li"), NOON)

    assert isinstance(settled, ListedContact)
    assert settled.owner == "zhang"


@pytest.mark.parametrize("end", [FollowUp.SETTLE, FollowUp.DISMISS])
@pytest.mark.parametrize("what", sorted(set(FollowUp) - {FollowUp.COMMENT}))
def test_what_is_settled_or_dismissed_stays_so(end: FollowUp, what: FollowUp) -> None:
    refused = after(end, what)

    assert refused == FollowUpRefused(what, after(end).state)


def test_a_comment_can_always_be_made_and_replaces_the_last() -> None:
    said = followed_up(after(FollowUp.DISMISS), Done(FollowUp.COMMENT, "li", "a test call"), NOON)

    assert isinstance(said, ListedContact)
    assert (said.comment, said.state, said.owner) == (
        "a test call",
        FollowUpState.DISMISSED,
        "zhang",
    )
    assert after(FollowUp.CLAIM).comment == ""
