"""What a network does to the floor's events."""

from collections import Counter

from floorpulse.simulator.domain.scenarios import QUIET
from floorpulse.simulator.domain.spans import HOUR, MINUTE, ModelSpan
from floorpulse.simulator.domain.wire import NO_NOISE, Delivery, Noise, Wire

START = 1_794_355_200_000
NOISE = Noise(duplicated=0.1, delayed=0.2, lateness=ModelSpan(60, 1.0))


def heard(noise: Noise, slices: int = 1) -> tuple[list[Delivery], Wire]:
    wire = Wire(QUIET, 3, START, 10 * HOUR, noise)
    deliveries = [
        delivery
        for cut in range(1, slices + 1)
        for delivery in wire.before(START + cut * HOUR // slices)
    ]
    return deliveries + wire.close(), wire


def test_without_noise_everything_arrives_at_once_and_once() -> None:
    deliveries, wire = heard(NO_NOISE)

    assert [delivery.due for delivery in deliveries] == [
        delivery.event.at for delivery in deliveries
    ]
    assert [delivery.number for delivery in deliveries] == list(range(1, len(deliveries) + 1))
    assert wire.truth.total().offered > 30


def test_with_noise_the_same_events_arrive_some_twice_some_late_none_early_none_lost() -> None:
    (clean, _), (noisy, _) = heard(NO_NOISE), heard(NOISE)
    times = Counter(delivery.event.id for delivery in noisy)

    assert set(times) == {delivery.event.id for delivery in clean}
    assert set(times.values()) == {1, 2}
    assert all(delivery.due >= int(delivery.event.at) for delivery in noisy)
    assert (
        0.2 < sum(delivery.due > int(delivery.event.at) for delivery in noisy) / len(clean) < 0.45
    )


def test_the_truth_is_deaf_to_noise() -> None:
    assert heard(NO_NOISE)[1].truth.totals() == heard(NOISE)[1].truth.totals()


def test_deliveries_are_the_same_however_time_is_cut() -> None:
    assert heard(NOISE)[0] == heard(NOISE, slices=240)[0]


def test_what_is_under_way_arrives_when_it_is_due() -> None:
    wire = Wire(QUIET, 3, START, 10 * HOUR, Noise(delayed=1.0, lateness=ModelSpan(600, 0.01)))

    assert wire.before(START + 5 * MINUTE) == []
    assert wire.before(START + 12 * MINUTE)
