"""What may be expected of half hours that are yet to come: the volume as forecast, how it is dealt
with as in the weeks before.

                four weeks before              now          end of the window
    Mo 09:30   Mo 09:30   Mo 09:30   Mo 09:30   │   Mo 09:30
    18 of 20   15 of 20   19 of 20   16 of 20   │   68 of 80 of what is forecast, or of 20

A half hour of the week that had no contacts in those weeks is expected to go as all of them did.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.figures.contracts.slices import CountedSlice

WEEKS = 4
"""Weeks before that are looked at"""
THOUSANDTH = Decimal("0.001")
TimeOfWeek = tuple[int, int]
"""Weekday from Monday, minute of the day"""


@dataclass(frozen=True)
class Usual:
    """What half hours had before: numerator and denominator a contact, contacts a half hour."""

    numerator: Decimal = Decimal(0)
    denominator: Decimal = Decimal(0)
    volume: int = 0
    slices: int = 0

    @property
    def contacts(self) -> Decimal:
        """Contacts of a half hour, on average."""
        return Decimal(self.volume) / self.slices if self.slices else Decimal(0)

    def scaled(self, span: Span, contacts: Decimal) -> CountedSlice:
        """What so many contacts come to."""
        if not self.volume:
            return CountedSlice(span.begin, span.end, Decimal(0), Decimal(0), round(contacts))
        share = contacts / self.volume
        return CountedSlice(
            span.begin,
            span.end,
            _short(self.numerator * share),
            _short(self.denominator * share),
            round(contacts),
        )


@dataclass(frozen=True)
class UsualWeek:
    """What the weeks before had, by the time of the week and altogether."""

    by_time: Mapping[TimeOfWeek, Usual]
    whole: Usual
    zone: ZoneInfo

    def expected(self, span: Span, forecast: Decimal | None) -> CountedSlice:
        """What may be expected of a half hour; `forecast` contacts, else as many as usual."""
        mine = self.by_time.get(time_of_week(span.begin, self.zone), Usual())
        contacts = mine.contacts if forecast is None else forecast
        return (mine if mine.volume else self.whole).scaled(span, contacts)


def usual_week(before: Iterable[CountedSlice], zone: ZoneInfo) -> UsualWeek:
    """What half hours of the weeks before tell."""
    by_time: dict[TimeOfWeek, list[CountedSlice]] = {}
    everything: list[CountedSlice] = []
    for one in before:
        by_time.setdefault(time_of_week(one.begin, zone), []).append(one)
        everything.append(one)
    return UsualWeek(
        {time: _usual(theirs) for time, theirs in by_time.items()}, _usual(everything), zone
    )


def time_of_week(at: int, zone: ZoneInfo) -> TimeOfWeek:
    """When an instant is in its week, by a zone's clock."""
    shown = datetime.fromtimestamp(at / 1000, zone)
    return shown.weekday(), shown.hour * 60 + shown.minute


def _usual(slices: Sequence[CountedSlice]) -> Usual:
    return Usual(
        sum((one.numerator for one in slices), Decimal(0)),
        sum((one.denominator for one in slices), Decimal(0)),
        sum(one.volume for one in slices),
        len(slices),
    )


def _short(number: Decimal) -> Decimal:
    return number.quantize(THOUSANDTH, ROUND_HALF_EVEN)
