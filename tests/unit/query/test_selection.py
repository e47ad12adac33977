"""Which rows an answer has, and what each adds up."""

import pytest

from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.figures.by_policy import gathered
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.selection import By, Labels, RowKey, Selection

QUEUE_CHANNELS = [("demo", "help", "chat"), ("demo", "help", "voice"), ("demo", "sales", "voice")]


@pytest.mark.parametrize(
    ("by", "row_keys"),
    [
        (By.QUEUE, [RowKey("help"), RowKey("sales")]),
        (By.CHANNEL, [RowKey("", "chat"), RowKey("", "voice")]),
        (
            By.QUEUE_AND_CHANNEL,
            [RowKey("help", "chat"), RowKey("help", "voice"), RowKey("sales", "voice")],
        ),
        (By.TOTAL, [RowKey()]),
    ],
)
def test_rows_are_told_apart_as_asked(by: By, row_keys: list[RowKey]) -> None:
    terms = AS_IN_FORCE.terms(NOTHING.of("demo"), 0)

    assert sorted(gathered(Selection("demo", by=by), terms, QUEUE_CHANNELS)) == row_keys


def test_what_was_asked_for_by_name_has_a_row_also_where_nothing_happened() -> None:
    assert Selection("demo", ("night",)).asked() == {RowKey("night")}
    assert Selection("demo", ("sales",), ("chat",), By.QUEUE_AND_CHANNEL).asked() == {
        RowKey("sales", "chat")
    }
    assert Selection("demo", by=By.TOTAL).asked() == {RowKey()}
    assert Selection("demo").asked() == set()
    assert Selection("demo", ("sales",), by=By.TEAM).asked() == set()


@pytest.mark.parametrize(
    ("selection", "known"),
    [
        (Selection("demo"), False),
        (Selection("demo", ("sales",)), True),
        (Selection("demo", ("sales",), (), By.QUEUE_AND_CHANNEL), False),
        (Selection("demo", (), ("voice",), By.CHANNEL), True),
        (Selection("demo", by=By.TOTAL), True),
    ],
)
def test_a_question_may_name_all_its_rows(selection: Selection, *, known: bool) -> None:
    assert selection.names_all is known


def test_a_row_adds_up_the_selected_scopes() -> None:
    both = Selection("demo", ("a", "b"), ("voice",), By.TOTAL)

    assert both.series_keys(RowKey()) == [("demo", "a", "voice"), ("demo", "b", "voice")]
    assert Selection("demo").series_keys(RowKey("a")) == [("demo", "a", None)]
    assert Selection("demo", by=By.TOTAL).series_keys(RowKey()) == [("demo", None, None)]


def test_a_row_names_what_it_does_not_sum_over() -> None:
    assert Selection("demo", ("a", "b"), ("voice",), By.TOTAL).labels(RowKey()) == Labels(
        None, "voice"
    )
    assert Selection("demo", ("a", "b")).labels(RowKey("b")) == Labels("b", None)


def test_a_pane_belongs_to_the_row_of_its_queue_and_channel_if_selected() -> None:
    selection = Selection("demo", ("a",), ("voice",), By.QUEUE)

    assert selection.row_key("a", "voice") == RowKey("a")
    assert (
        selection.includes("a", "voice"),
        selection.includes("b", "voice"),
        selection.includes("a", "chat"),
    ) == (True, False, False)
