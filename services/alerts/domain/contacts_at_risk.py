"""Which contacts may become complaints: what makes one a risk, since when, and when somebody should
have seen to it.

visits of a contact ─► reasons, each since an instant ─► so many together, or a low score alone
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from floorpulse.contracts.feedback import Survey
from floorpulse.contracts.visits import Visit, hold_of, offer_at, outcome_at, queue_of, wait_of
from floorpulse.counting.days import local_day
from floorpulse.definitions.domain.calendars import Calendar, open_spans

DAY = 86_400_000
WEEK = 7 * DAY
LONGEST = 60 * DAY
"""How far ahead business hours are looked for"""


class Risk(StrEnum):
    """A reason why a contact may become a complaint."""

    LONG_WAIT = "long_wait"
    """It waited long, answered or not."""
    TRANSFERRED = "transferred"
    """It was passed on."""
    REPEATED = "repeated"
    """Its customer had been in touch shortly before."""
    LONG_HOLD = "long_hold"
    """It was on hold for long, in all."""
    LOW_SCORE = "low_score"
    """Its customer gave a low score."""


class RiskFound(msgspec.Struct, frozen=True):
    """A reason and what was measured.

    `at` (epoch milliseconds) is when it came to be; `value` is seconds of wait or hold, times
    passed on, contacts before, or the share of a survey's scale.
    """

    reason: Risk
    at: int
    value: float


@dataclass(frozen=True)
class RiskThresholds:
    """From when on something is a reason: seconds of `wait` and `hold`, times passed on, contacts
    before, share of a survey's scale (0 worst, 1 best); `reasons` so many together put a contact on
    the list, a low score alone does.
    """

    wait: int = 180
    transfers: int = 1
    repeats: int = 1
    hold: int = 120
    score: float = 0.25
    reasons: int = 2


class ContactStory(NamedTuple):
    """All that is known of a contact: its visits by their numbers, and how many other contacts its
    customer had shortly before.
    """

    contact: str
    visits: Sequence[Visit]
    earlier: int

    @property
    def offered_at(self) -> int | None:
        """Its first offer; None while none is known."""
        known = (offer_at(visit) for visit in self.visits)
        return min((at for at in known if at is not None), default=None)


@dataclass(frozen=True)
class ContactAtRisk:
    """A contact for the list of a day: why, since when and until when somebody should have seen to
    it, epoch milliseconds.
    """

    contact: str
    day: date
    queue: str
    reasons: tuple[RiskFound, ...]
    since: int


LongWait = Callable[[Visit, int], float | None]
"""The seconds that a visit waited too long, of its wait in milliseconds; None where it did not"""


def assessed(
    story: ContactStory, thresholds: RiskThresholds, zone: ZoneInfo, long: LongWait | None = None
) -> ContactAtRisk | None:
    """The contact for the list of the local day of its first offer; None where it is no risk.

    The same visits give the same, in whatever order they became known. `long` says which waits are
    long ones, where the thresholds alone do not.
    """
    offered = story.offered_at
    queue = next((queue for visit in reversed(story.visits) if (queue := queue_of(visit))), None)
    found = risks(story, thresholds, long)
    since = _since(found, thresholds)
    if offered is None or queue is None or since is None:
        return None
    return ContactAtRisk(story.contact, local_day(offered, zone), queue, found, since)


def risks(
    story: ContactStory, thresholds: RiskThresholds, long: LongWait | None = None
) -> tuple[RiskFound, ...]:
    """The reasons that a contact gives, one of each kind at most, in the order of `Risk`."""
    found = (
        _long_wait(story, long or by_threshold(thresholds)),
        _transferred(story, thresholds),
        _repeated(story, thresholds),
        _long_hold(story, thresholds),
        _low_score(story, thresholds),
    )
    return tuple(one for one in found if one is not None)


def _since(found: Sequence[RiskFound], thresholds: RiskThresholds) -> int | None:
    """When the contact came to be a risk; None where it is none."""
    instants = sorted(one.at for one in found)
    alone = [one.at for one in found if one.reason is Risk.LOW_SCORE]
    together = instants[thresholds.reasons - 1 : thresholds.reasons]
    return min(alone + together, default=None)


def by_threshold(thresholds: RiskThresholds) -> LongWait:
    """Waits of so many seconds and more are long, by the wall clock."""
    return lambda _, wait: wait / 1000 if wait >= thresholds.wait * 1000 else None


def _long_wait(story: ContactStory, long: LongWait) -> RiskFound | None:
    waits = [
        (seconds, at)
        for visit in story.visits
        if (wait := wait_of(visit)) is not None
        and (at := outcome_at(visit)) is not None
        and (seconds := long(visit, wait)) is not None
    ]
    if not waits:
        return None
    return RiskFound(Risk.LONG_WAIT, min(at for _, at in waits), max(wait for wait, _ in waits))


def _transferred(story: ContactStory, thresholds: RiskThresholds) -> RiskFound | None:
    passed_on = sorted(
        visit.transferred_at for visit in story.visits if visit.transferred_at is not None
    )
    if len(passed_on) < thresholds.transfers:
        return None
    return RiskFound(Risk.TRANSFERRED, passed_on[thresholds.transfers - 1], len(passed_on))


def _repeated(story: ContactStory, thresholds: RiskThresholds) -> RiskFound | None:
    offered = story.offered_at
    if offered is None or story.earlier < thresholds.repeats:
        return None
    return RiskFound(Risk.REPEATED, offered, story.earlier)


def _long_hold(story: ContactStory, thresholds: RiskThresholds) -> RiskFound | None:
    ended = sorted(
        (visit.ended_at, hold_of(visit)) for visit in story.visits if visit.ended_at is not None
    )
    total = 0
    since = None
    for at, hold in ended:
        total += hold
        if since is None and total >= thresholds.hold * 1000:
            since = at
    return None if since is None else RiskFound(Risk.LONG_HOLD, since, total / 1000)


def _low_score(story: ContactStory, thresholds: RiskThresholds) -> RiskFound | None:
    surveys = (survey for visit in story.visits for survey in (visit.surveys or {}).values())
    low = [
        (survey.answered_at, share)
        for survey in surveys
        if survey.answered_at is not None
        and (share := _share(survey)) is not None
        and share <= thresholds.score
    ]
    if not low:
        return None
    return RiskFound(Risk.LOW_SCORE, min(at for at, _ in low), min(share for _, share in low))


def _share(survey: Survey) -> float | None:
    """Where an answer stands on its scale: 0 worst, 1 best; None where the scale has no length."""
    length = survey.best - survey.worst
    return (survey.score - survey.worst) / length if length else None


def due_at(calendar: Calendar | None, zone: ZoneInfo, since: int, span: int) -> int:
    """When so many milliseconds of business hours have passed since an instant; all hours are where
    there is no calendar.

    A calendar that opens no more gives the instant 60 days later.

        since ●      09:00 ├── 2 h ──┤ 11:00 due          four hours: two of the day before
        ├─ 2 h ─┤ closed
    """
    if calendar is None:
        return since + span
    left = span
    for begin in range(since, since + LONGEST, WEEK):
        for opening in open_spans(calendar, begin, begin + WEEK, zone):
            if opening.end - opening.begin >= left:
                return opening.begin + left
            left -= opening.end - opening.begin
    return since + LONGEST
