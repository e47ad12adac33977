"""Joining two records of one visit, where the laws' random histories seldom look."""

from floorpulse.contracts.visits import Complaint, Evaluation, Statement, Survey, Visit
from floorpulse.kpi_engine.fold.join import join


def test_a_survey_that_was_only_offered_is_joined_without_an_answer() -> None:
    one = Survey(kind="csat", offered_at=20)
    other = Survey(kind="csat", queue="sales", offered_at=10)

    joined = join(Visit(surveys={"s": one}), Visit(surveys={"s": other}))

    assert joined.surveys == {"s": Survey(kind="csat", queue="sales", offered_at=10)}


def test_of_two_versions_of_an_evaluation_the_later_stays() -> None:
    first = Evaluation(10, score=60.0)
    second = Evaluation(20, retracted=True)

    joined = join(Visit(evaluations={"e": second}), Visit(evaluations={"e": first}))

    assert joined.evaluations == {"e": second}


def test_all_that_was_said_about_a_complaint_is_united_in_its_order() -> None:
    opened = Statement(10, severity="high")
    closed = Statement(20, closing=True)
    one = Complaint((opened,))
    other = Complaint((opened, closed))

    joined = join(Visit(complaints={"k": other}), Visit(complaints={"k": one}))

    assert joined.complaints == {"k": Complaint((opened, closed))}
