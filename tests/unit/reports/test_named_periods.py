"""The period that somebody names."""

from datetime import date

import pytest

from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.reports.settlement.periods import label, named_period
from tests.fakes.contracts import CARE, FLOOR, SHANGHAI, contract_in, known_of

CARE_BY = {
    PeriodKind.MONTH: CARE,
    PeriodKind.WEEK: CARE.replace("    currency:", "    period: week\n    currency:"),
    PeriodKind.DAY: CARE.replace("    currency:", "    period: day\n    currency:"),
}


@pytest.mark.parametrize(
    ("kind", "told", "first", "after"),
    [
        (PeriodKind.MONTH, "2026-10", date(2026, 10, 1), date(2026, 11, 1)),
        (PeriodKind.WEEK, "2026-W41", date(2026, 10, 5), date(2026, 10, 12)),
        (PeriodKind.DAY, "2026-10-05", date(2026, 10, 5), date(2026, 10, 6)),
    ],
)
def test_a_named_period_has_its_days_in_the_contracts_zone_and_its_name_back(
    kind: PeriodKind, told: str, first: date, after: date
) -> None:
    text = CARE_BY[kind]
    if kind is not PeriodKind.MONTH:
        text = text.replace(
            "        comparison: at_least\n", "        comparison: at_least\n        window: day\n"
        )
        text = text.replace(
            "        comparison: at_most\n", "        comparison: at_most\n        window: day\n"
        )
    contract = contract_in(known_of(FLOOR + text))

    period = named_period(**{kind.value: told}).of(contract)

    assert (period.first, period.after, period.zone) == (first, after, SHANGHAI)
    assert label(period) == told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "name one period"),
        ({"month": "2026-10", "day": "2026-10-05"}, "name one period"),
        ({"month": "2026-1"}, "write it as 2026-10"),
        ({"month": "2026-13"}, "is no month"),
        ({"week": "2026-41"}, "write it as 2026-W41"),
        ({"week": "2026-W60"}, "is no week"),
        ({"day": "5.10.2026"}, "is no day"),
    ],
)
def test_what_names_no_period_says_how_to(words: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        named_period(**words)


def test_a_contract_is_settled_by_its_own_periods() -> None:
    contract = contract_in(known_of(FLOOR + CARE))

    with pytest.raises(ValueError, match="settled by the month: name a month, not a day"):
        named_period(day="2026-10-05").of(contract)
    with pytest.raises(ValueError, match="settled by the month"):
        named_period(week="2020-W01").of(contract)
