"""An incident with what a test does not care about filled in."""

from typing import Any

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState, Subject
from floorpulse.definitions.domain.on_call import Severity

FIGURE = Figure(
    kpi="service_level",
    value=0.625,
    numerator=20.0,
    denominator=32.0,
    definition="v5-20@1",
    window="15m",
    as_of="2026-11-11T09:30:00+08:00",
    bound=0.8,
)


def incident(id: str = "i1", queue: str = "orders", **fields: Any) -> Incident:  # noqa: A002
    """An open one of the rule `level`."""
    given: dict[str, Any] = {
        "subject": Subject("demo", "level", queue, "voice"),
        "severity": Severity.CRITICAL,
        "state": IncidentState.FIRING,
        "opened_at": 1_794_360_600_000,
        "names": {"en": "Service level", "zh": "服务水平"},
        "figure": FIGURE,
        "policy": None,
        "rule_version": "level@1",
    }
    return Incident(id=id, **given | fields)
