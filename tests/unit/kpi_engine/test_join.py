"""Joining two records of one visit, where the laws' random histories seldom look."""

from services.contracts.visits import Survey, Visit
from services.kpi_engine.fold.join import join


def test_a_survey_that_was_only_offered_is_joined_without_an_answer() -> None:
    one = Survey(kind="csat", offered_at=20)
    other = Survey(kind="csat", queue="sales", offered_at=10)

    joined = join(Visit(surveys={"s": one}), Visit(surveys={"s": other}))

    assert joined.surveys == {"s": Survey(kind="csat", queue="sales", offered_at=10)}
