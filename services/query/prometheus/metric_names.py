"""The families of the floor's metrics: what each is called and labelled, and what it means; those
of KPIs take their meaning from the catalogue.
"""

from collections.abc import Iterator, Mapping

from floorpulse.kpis.catalogue import GAUGED, SpanKpi
from floorpulse.runtime.metric_families import MetricFamily, MetricKind

TENANT = ("tenant",)
QUEUE = (*TENANT, "queue", "channel")
WINDOWED = (*QUEUE, "window")
WAITS = "contactcenter_wait_seconds"
QUANTILES = "contactcenter_wait_quantile_seconds"
SIZE = "_sample_size"
SIZED_ELSEWHERE = {"contactcenter_complaints_per_10k_handled"}
"""Gauges whose sample size another tells: the handled contacts, those of average handle time"""
COUNTERS = {
    "contactcenter_contacts_offered_total": "Contacts that entered the queue.",
    "contactcenter_contacts_answered_total": "Contacts that an agent took.",
    "contactcenter_contacts_answered_within_threshold_total": "Contacts answered within the "
    "threshold of the definition in force.",
    "contactcenter_contacts_abandoned_total": "Contacts that gave up waiting.",
    "contactcenter_contacts_short_abandoned_total": "Contacts that gave up within the "
    "definition's short time.",
    "contactcenter_contacts_left_total": "Contacts that left by another door, by reason.",
    "contactcenter_contacts_handled_total": "Answered contacts that were completed.",
    "contactcenter_handle_seconds_total": "Talk, hold and after-contact time of completed "
    "contacts.",
    "contactcenter_survey_responses_total": "Surveys answered, by kind.",
    "contactcenter_complaints_total": "Complaints received, by severity.",
}
GAUGES = {
    "contactcenter_contacts_waiting": "Contacts waiting now.",
    "contactcenter_longest_wait_seconds": "How long the first of them has waited.",
    "contactcenter_contacts_in_progress": "Contacts answered and not ended.",
    "contactcenter_contacts_unresolved": "Contacts whose outcome the source never told.",
    "contactcenter_agents": "Agents who serve the queue, by state; one who serves two is in both.",
    "contactcenter_floor_agents": "Distinct agents of the tenant, by state.",
    "contactcenter_service_level_target_ratio": "The promised service level.",
    "contactcenter_conservation_residual": "Offered minus outcomes minus waiting; anything but 0 "
    "is a defect.",
    "contactcenter_unknown_queues": "The tenant's queues with contacts that the definitions, where "
    "they name queues, do not know.",
    "contactcenter_kpi_state": "1 for the state the figures are in.",
    "contactcenter_kpi_last_update_timestamp_seconds": "When the quietest partition was last "
    "heard of.",
    "contactcenter_source_watermark_timestamp_seconds": "Event time a source partition has "
    "reached.",
    "contactcenter_kpi": "Each KPI of the catalogue over all queues of the tenant, and the service "
    "level under each formula; units as in the catalogue, NaN where undefined.",
    "contactcenter_kpi_sample_size": "Its denominator, where it has one.",
    "contactcenter_occupancy_ratio": "Occupancy of the agents who serve the queue, in the window; "
    "one who serves two is in both.",
    "floorpulse_pipeline_lag_records": "Records of the partition that live figures or history do "
    "not include yet.",
    "floorpulse_pipeline_counted_timestamp_seconds": "Up to when all that the partition then held "
    "is counted: its news are as old as this.",
    "floorpulse_pipeline_stored_timestamp_seconds": "When the partition's history was last "
    "written, by the database's clock.",
    "floorpulse_pipeline_stale": "1 while live figures lack what came to the partition more than "
    "a few seconds ago.",
    "floorpulse_metrics_folded_queues": "The tenant's queues and channels that are folded into "
    "__other__ to bound the number of series.",
}
LABELS: Mapping[str, tuple[str, ...]] = {
    "contactcenter_contacts_left_total": (*QUEUE, "reason"),
    "contactcenter_survey_responses_total": (*QUEUE, "kind"),
    "contactcenter_complaints_total": (*QUEUE, "severity"),
    "contactcenter_agents": (*TENANT, "queue", "state"),
    "contactcenter_floor_agents": (*TENANT, "state"),
    "contactcenter_kpi_state": (*QUEUE, "state"),
    "contactcenter_unknown_queues": TENANT,
    "contactcenter_kpi_last_update_timestamp_seconds": (),
    "contactcenter_source_watermark_timestamp_seconds": ("partition",),
    "contactcenter_kpi": (*TENANT, "kpi", "window"),
    "contactcenter_kpi_sample_size": (*TENANT, "kpi", "window"),
    "contactcenter_occupancy_ratio": (*TENANT, "queue", "window"),
    **dict.fromkeys(
        (
            "floorpulse_pipeline_lag_records",
            "floorpulse_pipeline_counted_timestamp_seconds",
            "floorpulse_pipeline_stored_timestamp_seconds",
            "floorpulse_pipeline_stale",
        ),
        ("partition",),
    ),
    "floorpulse_metrics_folded_queues": TENANT,
}
"""Labels other than those of a queue and channel"""


def _families() -> Iterator[MetricFamily]:
    for name, meaning in COUNTERS.items():
        yield MetricFamily(name, MetricKind.COUNTER, LABELS.get(name, QUEUE), meaning)
    yield MetricFamily(WAITS, MetricKind.HISTOGRAM, QUEUE, "Waits of answered contacts.")
    for name, meaning in (_of_kpis() | GAUGES).items():
        yield MetricFamily(name, MetricKind.GAUGE, _labels_of_gauge(name), meaning)


def _of_kpis() -> dict[str, str]:
    """The gauges for each window, the meaning of each."""
    found: dict[str, str] = {}
    for kpi in GAUGED:
        for name, meaning in _of_kpi(kpi):
            found.setdefault(name, meaning)
    return found


def _of_kpi(kpi: SpanKpi) -> Iterator[tuple[str, str]]:
    gauge = kpi.gauge
    assert gauge is not None  # noqa: S101  for the type checker: those that are shown have one
    if gauge.quantile is not None:
        yield QUANTILES, "Quantile of answered waits in the window, to the second."
        return
    yield gauge.metric, f"{kpi.en} in the window: {kpi.formula}."
    if gauge.metric not in SIZED_ELSEWHERE:
        yield gauge.metric + SIZE, f"{kpi.en}: its sample size in the window."


def _labels_of_gauge(name: str) -> tuple[str, ...]:
    if name in GAUGES:
        return LABELS.get(name, QUEUE)
    return (*WINDOWED, "quantile") if name == QUANTILES else WINDOWED


FLOOR_FAMILIES: Mapping[str, MetricFamily] = {one.name: one for one in _families()}
"""All of them, by name"""
