"""Joining two records of one visit, where the laws' random histories seldom look."""

from floorpulse.contracts.feedback import Complaint, Evaluation, Statement, Survey
from floorpulse.contracts.visits import Visit
from floorpulse.kpi_engine.fold.feedback import attach, attached
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


def test_feedback_that_either_record_found_is_about_the_joined_visit() -> None:
    asked = Survey(kind="csat", offered_at=20)
    answered = Survey(kind="csat", answered_at=30, score=5.0, best=5.0, worst=1.0)
    other = Survey(kind="nps", offered_at=25)
    one_record = attach(Visit(offered_at=10), Visit(surveys={"s": asked}))
    other_record = attach(Visit(offered_at=10), Visit(surveys={"s": answered, "t": other}))

    joined = join(one_record, other_record)

    whole = Survey("csat", None, 20, 30, 5.0, 5.0, 1.0)
    assert joined.surveys == {"s": whole, "t": other}
    assert attached(joined) == Visit(surveys={"s": whole, "t": other})
    assert join(other_record, one_record) == joined
