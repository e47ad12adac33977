"""The formula that pages tell of a KPI is the one that is computed."""

import re
from random import Random

import pytest

from floorpulse.contracts.cells import COMPLAINTS, Cell, Cells
from floorpulse.kpis.catalogue import OVER_SPANS, SpanKpi
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.formulas.service_level import hits_and_total
from floorpulse.kpis.page import catalogue_page
from floorpulse.kpis.policies import DEFAULT_POLICY, Formula
from floorpulse.kpis.units import Unit

OTHERWISE = {
    "csat": "satisfied is what the policy says",
    "nps": "by a histogram",
    "occupancy": "by states of agents",
    "utilisation": "by states of agents",
    "repeat_rate": "by visits",
    "complaints_closed_in_time": "by complaints",
    "forecast_variance": "against a forecast",
    "wape": "against a forecast",
    "sla_attainment": "of another KPI",
    "contacts_to_recover": "of another KPI",
    "service_level_projected": "against a forecast",
}
"""KPIs whose quotient is not one of cells, and why"""
WORDS: dict[str, tuple[Cell, ...]] = {
    "answered": (Cell.ANSWERED,),
    "abandoned": (Cell.ABANDONED,),
    "offered": (Cell.OFFERED,),
    "Σ wait of answered": (Cell.ANSWERED_WAIT,),
    "Σ wait of abandoned": (Cell.ABANDONED_WAIT,),
    "contacts": (Cell.OFFERED, Cell.WHOLE_OFFERED),
    "contacts answered at last": (Cell.ANSWERED, Cell.WHOLE_ANSWERED),
    "Σ whole wait of contacts answered at last": (Cell.ANSWERED_WAIT, Cell.WHOLE_WAIT),
    "talk": (Cell.TALK,),
    "hold": (Cell.HOLD,),
    "wrap": (Cell.WRAP,),
    "handled": (Cell.HANDLED,),
    "handled whose wrap-up was told": (Cell.WRAP_TOLD,),
    "handled with a hold": (Cell.HELD,),
    "transferred": (Cell.TRANSFERRED,),
    "evaluations": (Cell.QA_COUNT,),
    "passed": (Cell.QA_PASSED,),
    "judged evaluations": (Cell.QA_JUDGED,),
    "fatal": (Cell.QA_FATAL,),
    "complaints": tuple(COMPLAINTS.values()),
    "liable": (Cell.COMPLAINTS_LIABLE,),
    "judged complaints": (Cell.COMPLAINTS_JUDGED,),
    "resolved": (Cell.FCR_RESOLVED,),
}
OF_ONE: dict[str, dict[str, tuple[Cell, ...]]] = {
    "survey_response_rate": {
        "answered": (Cell.CSAT_COUNT, Cell.NPS_COUNT, Cell.FCR_COUNT, Cell.CES_COUNT),
        "offered surveys": (Cell.SURVEY_OFFERED,),
    },
    "csat_mean": {"Σ score": (Cell.CSAT_SUM,), "answers": (Cell.CSAT_COUNT,)},
    "fcr": {"answers": (Cell.FCR_COUNT,)},
    "qa_mean": {"Σ score": (Cell.QA_SUM,)},
}
"""What words mean in one KPI only"""
IN_THOUSANDTHS = (Unit.SECONDS, Unit.POINTS)
TOLD = [kpi for kpi in OVER_SPANS.values() if " / " in kpi.formula and ":" not in kpi.id]
QUOTIENTS = [kpi for kpi in TOLD if kpi.id not in OTHERWISE]
dice = Random(7)
CELLS: Cells = {int(cell): dice.randrange(1_000, 1_000_000) for cell in Cell} | {
    int(Cell.QA_COUNT): 999
}


def told(kpi: str, text: str) -> int:
    """The sum of what words like `(talk + hold)` name."""
    words = WORDS | OF_ONE.get(kpi, {})
    terms = text.strip("()").split(" + ")
    unknown = [term for term in terms if term not in words]
    assert not unknown, f"say in WORDS what {unknown} are, or in OTHERWISE why they are no cells"
    return sum(CELLS[cell] for term in terms for cell in words[term])


@pytest.mark.parametrize("kpi", QUOTIENTS, ids=[kpi.id for kpi in QUOTIENTS])
def test_a_quotient_is_the_one_that_is_told(kpi: SpanKpi) -> None:
    part, whole = re.sub(r"^[\d,]+ × ", "", kpi.formula.partition(";")[0]).split(" / ")
    unit = 1000 if kpi.unit in IN_THOUSANDTHS else 1

    value = kpi.measure(SpanFigures(CELLS), DEFAULT_POLICY)

    assert value.numerator == pytest.approx(told(kpi.id, part) / unit)
    assert value.denominator == told(kpi.id, whole)


def test_what_is_told_otherwise_is_a_quotient_of_the_catalogue() -> None:
    assert {kpi.id for kpi in TOLD} >= set(OTHERWISE)


VISITS = {"AN≤T": 53, "AB≤T": 11, "AB≤S": 7, "AN": 97, "AB": 31}
"""How many of each kind the six formulas tell of"""


def summed(text: str) -> int:
    """The sum of what a text like `(AN + AB − AB≤T)` names."""
    signed = re.findall(r"([−+]?) ?(A[NB](?:≤[TS])?)", text)
    return sum(-VISITS[name] if sign == "−" else VISITS[name] for sign, name in signed)


@pytest.mark.parametrize("formula", Formula)
def test_a_service_level_is_the_one_that_is_told(formula: Formula) -> None:
    page = catalogue_page()
    [text] = re.findall(rf"^\| `{formula}` \| ([^|]*) \|$", page, re.MULTILINE)
    hit, total = text.split(" / ")

    counted = hits_and_total(
        formula, VISITS["AN≤T"], VISITS["AB≤T"], VISITS["AB≤S"], VISITS["AN"], VISITS["AB"]
    )

    assert counted == (summed(hit), summed(total))
