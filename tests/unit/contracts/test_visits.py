"""What a stored visit says about itself."""

from floorpulse.contracts.feedback import Complaint, Statement
from floorpulse.contracts.visits import Visit, complaining, hold_of, talk_of, wrap_of


def test_time_at_the_telephone_is_the_sources_own_figure_else_the_difference_of_times() -> None:
    told = Visit(answered_at=0, ended_at=100, talk=70, hold=20, wrapped_at=130, wrap=9)
    timed = Visit(answered_at=0, ended_at=100, wrapped_at=130, holds=(10, 60), resumes=(30,))

    assert (talk_of(told), hold_of(told), wrap_of(told)) == (70, 20, 9)
    assert (talk_of(timed), hold_of(timed), wrap_of(timed)) == (40, 60, 30)


def test_what_has_not_ended_has_no_talk_and_no_wrap_up_yet() -> None:
    going_on = Visit(answered_at=0, holds=(10,))

    assert (talk_of(going_on), hold_of(going_on), wrap_of(going_on)) == (0, 0, 0)


def complaint(*statements: tuple[int, bool]) -> Complaint:
    return Complaint(tuple(Statement(at, closing=closing) for at, closing in statements))


def test_a_visit_is_complained_about_from_the_first_receipt_to_the_last_closing() -> None:
    """
    k1   ├──────┤
    k2      ├───────┤
    k3            ├─────── open
    k4          ┤          only its closing is known: it says nothing
    """
    first = complaint((10, False), (30, True))
    second = complaint((20, False), (40, True))
    still_open = complaint((35, False))
    unknown = complaint((30, True))

    assert complaining(Visit(complaints={"k1": first, "k2": second})) == (10, 40)
    assert complaining(Visit(complaints={"k1": first, "k3": still_open})) == (10, None)
    assert complaining(Visit(complaints={"k1": first, "k4": unknown})) == (10, 30)
    assert complaining(Visit(complaints={"k4": unknown})) == (None, None)
