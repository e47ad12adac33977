"""Half hours before instants, out of spans that are read once."""

from hypothesis import given
from hypothesis import strategies as st

from floorpulse.board.domain.windows import HOUR, MINUTE
from floorpulse.contracts.cells import Cell
from floorpulse.figures.history.throughput import BACK, Throughput
from floorpulse.figures.selection import RowKey
from floorpulse.figures.sums import PaneTally

NOON = 1_794_398_400_000

minutes = st.integers(-600, 600).map(lambda minute: NOON + minute * MINUTE)


@given(
    st.lists(minutes, min_size=1, max_size=8, unique=True).map(sorted),
    st.lists(minutes, max_size=40),
)
def test_each_instant_counts_what_the_half_hour_before_it_saw(
    instants: list[int], completed: list[int]
) -> None:
    throughput = Throughput(instants)
    for first, run in throughput.runs():
        for number, span in enumerate(run):
            throughput.add(
                first,
                PaneTally(
                    number, RowKey(), 0, [{Cell.HANDLED: sum(at in span for at in completed)}]
                ),
            )

    for instant in instants:
        assert throughput.cells(instant, [RowKey()]).get(Cell.HANDLED, 0) == sum(
            instant - BACK <= at < instant for at in completed
        )


def test_a_run_is_contiguous_and_leaves_out_what_lies_more_than_an_hour_apart() -> None:
    days = [list(run) for _, run in Throughput([NOON, NOON + 24 * HOUR]).runs()]
    hours = [list(run) for _, run in Throughput([NOON, NOON + HOUR]).runs()]

    assert [len(run) for run in days] == [1, 1]
    assert [len(run) for run in hours] == [3]


def test_no_instants_need_no_reading() -> None:
    assert list(Throughput([]).runs()) == []
