"""What a training changed, worked out on paper."""

from collections.abc import Mapping

import pytest

from floorpulse.figures.agents.spread import Spread
from floorpulse.figures.indicators.effect import (
    Strata,
    change,
    effect,
    looks_like_regression,
    mix_shift,
    regression,
)
from floorpulse.kpis.units import Better

VOICE = ("demo", "sales", "voice")
CHAT = ("demo", "chats", "chat")


def of(total: float, size: int) -> Spread:
    """So many contacts with so much together, all alike."""
    spread = Spread()
    for _ in range(size):
        spread.take(total / size, 1)
    return spread


def agent(
    before: Mapping[tuple[str, str, str], Spread], after: Mapping[tuple[str, str, str], Spread]
) -> Strata:
    return {
        one: (before.get(one, Spread()), after.get(one, Spread())) for one in {**before, **after}
    }


def test_a_shift_between_channels_is_no_change() -> None:
    """Calls take 100 s and chats 300 s, before and after: only there are more chats after."""
    one = agent(
        {VOICE: of(900, 9), CHAT: of(300, 1)},
        {VOICE: of(100, 1), CHAT: of(2700, 9)},
    )

    assert change([one]).change == pytest.approx(0)
    assert [change([one]).before, change([one]).after] == pytest.approx([120, 280])
    assert mix_shift([one]) == pytest.approx(0.8)


def test_agents_weigh_as_their_contacts_do_and_differ_among_one_another() -> None:
    """Changes −10, −20 and −60 with weights 5, 5 and 10: mean −37.5; Σ(w·e)² is 137.5² + 87.5² +
    225², times 3/2, over 20².
    """
    strata = [
        agent({VOICE: of(1000, 10)}, {VOICE: of(900, 10)}),
        agent({VOICE: of(1000, 10)}, {VOICE: of(800, 10)}),
        agent({VOICE: of(2000, 20)}, {VOICE: of(800, 20)}),
    ]
    found = change(strata)

    assert found.change == pytest.approx(-37.5)
    variance = 1.5 * (137.5**2 + 87.5**2 + 225**2) / 400
    assert found.interval is not None
    low, high = found.interval
    assert (high - low) / 2 == pytest.approx(4.303 * variance**0.5, rel=0.01)
    assert (low + high) / 2 == pytest.approx(-37.5)


def test_the_effect_is_the_difference_of_differences() -> None:
    trained = [agent({VOICE: of(100 * n, n)}, {VOICE: of(80 * n, n)}) for n in (5, 6, 7)]
    untrained = [agent({VOICE: of(100 * n, n)}, {VOICE: of(95 * n, n)}) for n in (5, 6, 7)]
    alone = untrained[:1]

    found = effect(change(trained), change(untrained))
    assert found is not None
    assert found.value == pytest.approx(-15)
    assert found.interval == pytest.approx((-15, -15))
    beside_one = effect(change(trained), change(alone))
    assert beside_one is not None
    assert beside_one.interval is None
    assert effect(change(trained), change([])) is None


def test_who_was_not_there_on_both_sides_is_not_compared() -> None:
    found = change([agent({VOICE: of(100, 1)}, {CHAT: of(100, 1)})])

    assert (found.agents, found.change, found.before) == (0, None, None)
    assert mix_shift([]) == 0


def test_who_was_chosen_after_a_bad_week_comes_back_by_itself() -> None:
    """By chance alone: agents of 0.4, 0.5 and 0.6 of 10 answers differ no more than answers do, so
    all are expected at 0.5.
    """

    def answers(good: int) -> Spread:
        spread = Spread()
        for number in range(10):
            spread.take(float(number < good), 1)
        return spread

    everybody = {"low": answers(4), "mid": answers(5), "top": answers(6)}

    assert regression({"low": everybody["low"]}, everybody) == pytest.approx(0.1)
    assert regression({}, everybody) is None
    assert regression({"a": of(5, 5)}, {"a": of(5, 5)}) is None


@pytest.mark.parametrize(
    ("own", "change", "better", "expected"),
    [
        (0.1, 0.2, Better.HIGHER, True),
        (0.05, 0.2, Better.HIGHER, False),
        (-0.1, 0.2, Better.HIGHER, False),
        (-20.0, -30.0, Better.LOWER, True),
        (20.0, 30.0, Better.LOWER, False),
        (0.1, 0.2, Better.NEITHER, False),
        (None, 0.2, Better.HIGHER, False),
        (0.1, None, Better.HIGHER, False),
        (0.1, 0.0, Better.HIGHER, False),
    ],
)
def test_an_improvement_that_was_to_be_expected_anyway_is_told(
    own: float | None, change: float | None, better: Better, expected: object
) -> None:
    assert looks_like_regression(own, change, better) is expected
