"""Which rows an answer has, and what each adds up."""

import pytest

from services.definitions.domain.in_force import NOTHING
from services.figures.by_policy import gathered
from services.figures.selection import By, Labels, Selection, Subject
from services.figures.terms import AS_IN_FORCE

HOMES = [("demo", "help", "chat"), ("demo", "help", "voice"), ("demo", "sales", "voice")]


@pytest.mark.parametrize(
    ("by", "subjects"),
    [
        (By.QUEUE, [Subject("help"), Subject("sales")]),
        (By.CHANNEL, [Subject("", "chat"), Subject("", "voice")]),
        (
            By.QUEUE_AND_CHANNEL,
            [Subject("help", "chat"), Subject("help", "voice"), Subject("sales", "voice")],
        ),
        (By.TOTAL, [Subject()]),
    ],
)
def test_rows_are_told_apart_as_asked(by: By, subjects: list[Subject]) -> None:
    terms = AS_IN_FORCE.terms(NOTHING.of("demo"), 0)

    assert sorted(gathered(Selection("demo", by=by), terms, HOMES)) == subjects


def test_what_was_asked_for_by_name_has_a_row_also_where_nothing_happened() -> None:
    assert Selection("demo", ("night",)).asked() == {Subject("night")}
    assert Selection("demo", ("sales",), ("chat",), By.QUEUE_AND_CHANNEL).asked() == {
        Subject("sales", "chat")
    }
    assert Selection("demo", by=By.TOTAL).asked() == {Subject()}
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

    assert both.scopes(Subject()) == [("demo", "a", "voice"), ("demo", "b", "voice")]
    assert Selection("demo").scopes(Subject("a")) == [("demo", "a", None)]
    assert Selection("demo", by=By.TOTAL).scopes(Subject()) == [("demo", None, None)]


def test_a_row_names_what_it_does_not_sum_over() -> None:
    assert Selection("demo", ("a", "b"), ("voice",), By.TOTAL).labels(Subject()) == Labels(
        None, "voice"
    )
    assert Selection("demo", ("a", "b")).labels(Subject("b")) == Labels("b", None)


def test_a_pane_belongs_to_the_row_of_its_queue_and_channel_if_selected() -> None:
    selection = Selection("demo", ("a",), ("voice",), By.QUEUE)

    assert selection.subject("a", "voice") == Subject("a")
    assert (
        selection.includes("a", "voice"),
        selection.includes("b", "voice"),
        selection.includes("a", "chat"),
    ) == (True, False, False)
