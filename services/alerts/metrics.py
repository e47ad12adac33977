"""What the alerts service tells about itself; one class for each part of it."""

from collections.abc import Mapping
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from floorpulse.alerts.domain.alert_states import AlertState, Phase
from floorpulse.alerts.domain.audit import Standing
from floorpulse.alerts.domain.incidents import IncidentState, Subject
from floorpulse.alerts.domain.notices import Verdict
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.targets import Way
from floorpulse.definitions.domain.on_call import Severity
from floorpulse.figures.lookup.looked_up import LOOKUPS, Unanswered

OPEN = (IncidentState.FIRING, IncidentState.ACKNOWLEDGED)
JUDGED = (
    Reason.BREACHED,
    Reason.CLEARED,
    Reason.BETWEEN,
    Reason.TOO_FEW,
    Reason.WITHIN_CHANCE,
    Reason.UNDEFINED,
    Reason.STALE,
    Reason.NOT_FILLED,
)
"""The reasons of judgements"""


class IncidentMetrics:
    """Incidents: those that are open, and how they change."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.open = Gauge(
            "floorpulse_alerts_open_incidents",
            "Open incidents, by severity and state.",
            ["severity", "state"],
            registry=registry,
        )
        self.transitions = Counter(
            "floorpulse_alerts_transitions",
            "Lines of incidents' timelines written, by reason.",
            ["reason"],
            registry=registry,
        )
        for severity, state in product(Severity, OPEN):
            self.open.labels(severity, state)
        for reason in Reason:
            self.transitions.labels(reason)

    def changed(self, reason: Reason) -> None:
        """An incident's timeline has one more line."""
        self.transitions.labels(reason).inc()


class NoticeMetrics:
    """Notices: what channels answered, and what is still owed."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.attempts = Counter(
            "floorpulse_alerts_notices",
            "Attempts to send a notice, by channel and how the answer was judged.",
            ["channel", "verdict"],
            registry=registry,
        )
        for way, verdict in product(Way, Verdict):
            self.attempts.labels(way, verdict)
        self.first = Histogram(
            "floorpulse_alerts_first_notice_seconds",
            "Time from the begin of an incident to the first notice that a channel accepted.",
            buckets=(0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300),
            registry=registry,
        )
        self.oldest_due = Gauge(
            "floorpulse_alerts_oldest_due_notice_seconds",
            "For how long the oldest notice that is due has been due; 0 where none is.",
            registry=registry,
        )
        self.failed = Gauge(
            "floorpulse_alerts_failed_notices",
            "Notices of open incidents that no channel will take any more.",
            registry=registry,
        )

    def answered(self, target: str, verdict: Verdict) -> None:
        """An attempt to reach a target (`receiver/channel`) ended."""
        self.attempts.labels(target.rpartition("/")[2], verdict).inc()


class LeaseMetrics:
    """Which replica acts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.held = Gauge(
            "floorpulse_alerts_lease_held",
            "1 in the replica that acts, 0 in the others.",
            registry=registry,
        )
        self.epoch = Gauge(
            "floorpulse_alerts_lease_epoch",
            "The number of the lease; it grows with each change of hands.",
            registry=registry,
        )


class AuditMetrics:
    """What the auditor found."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.incidents = Gauge(
            "floorpulse_alerts_audit_incidents",
            "Open incidents by what keeps them from being forgotten, at the last audit; adrift and "
            "overdue must be 0.",
            ["standing"],
            registry=registry,
        )
        self.overdue = Gauge(
            "floorpulse_alerts_audit_overdue_notices",
            "Notices that were due for 30 s or more at the last audit.",
            registry=registry,
        )
        for standing in Standing:
            self.incidents.labels(standing)
        self.at = Gauge(
            "floorpulse_alerts_audit_timestamp_seconds",
            "When the last audit was made.",
            registry=registry,
        )


class BridgeMetrics:
    """The bridges: Alertmanager in both directions, the topic `alert-events`, iCal feeds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.pushes = Counter(
            "floorpulse_alerts_alertmanager_pushes",
            "Posts to Alertmanager: accepted, refused (a single alert), away.",
            ["outcome"],
            registry=registry,
        )
        self.pushed_at = Gauge(
            "floorpulse_alerts_alertmanager_pushed_timestamp_seconds",
            "When Alertmanager last took all open incidents.",
            registry=registry,
        )
        self.heard = Counter(
            "floorpulse_alerts_alertmanager_heard",
            "Alerts in bodies of Alertmanager's webhook: news, repeated, ours, truncated.",
            ["outcome"],
            registry=registry,
        )
        self.reconciled = Counter(
            "floorpulse_alerts_alertmanager_reconciled",
            "Alerts that a look at Alertmanager found gone, or firing again.",
            ["found"],
            registry=registry,
        )
        self.looked_at = Gauge(
            "floorpulse_alerts_alertmanager_looked_timestamp_seconds",
            "When Alertmanager was last asked for its alerts, and answered.",
            registry=registry,
        )
        self.published = Counter(
            "floorpulse_alerts_events_published",
            "Records that Kafka acknowledged in the topic alert-events.",
            registry=registry,
        )
        self.unpublished = Gauge(
            "floorpulse_alerts_events_unpublished_seconds",
            "Age of the oldest line of a timeline that the topic alert-events does not have yet.",
            registry=registry,
        )
        self.feed_at = Gauge(
            "floorpulse_alerts_ical_feed_timestamp_seconds",
            "When the iCal feed of a rota was last read.",
            ["tenant", "rota"],
            registry=registry,
        )
        for outcome in ("accepted", "refused", "away"):
            self.pushes.labels(outcome)
        for outcome in ("news", "repeated", "ours", "truncated"):
            self.heard.labels(outcome)
        for found in ("gone", "present"):
            self.reconciled.labels(found)


class AlertRouteMetrics:
    """The routes of alerts, wherever they are served."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Histogram(
            "floorpulse_alerts_request_seconds",
            "Time to the answer (of streams: to its first byte), by route and status.",
            ["method", "route", "status"],
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=registry,
        )
        self.streams = Gauge(
            "floorpulse_alerts_streams", "Open event streams of incidents.", registry=registry
        )


class WatchMetrics:
    """Contacts at risk that nobody has settled or dismissed yet."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.contacts = Gauge(
            "floorpulse_alerts_contacts_at_risk",
            "Contacts at risk that nobody has settled or dismissed, by tenant and state.",
            ["tenant", "state"],
            registry=registry,
        )
        self.overdue = Gauge(
            "floorpulse_alerts_contacts_overdue",
            "Those of them whose due time has passed.",
            ["tenant", "state"],
            registry=registry,
        )
        self.looked_at = Gauge(
            "floorpulse_alerts_contacts_looked_timestamp_seconds",
            "When the lists of contacts at risk were last brought up to date.",
            registry=registry,
        )


class RuleMetrics:
    """Rules: how many alerts there are, how they are judged, what that takes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.alerts = Gauge(
            "floorpulse_alerts_alerts",
            "Alerts that are pending or firing, by tenant, rule and phase.",
            ["tenant", "rule", "phase"],
            registry=registry,
        )
        self.judgements = Counter(
            "floorpulse_alerts_judgements",
            "Judgements of alerts, by reason; what cannot have changed is not judged again.",
            ["reason"],
            registry=registry,
        )
        self.seconds = Histogram(
            "floorpulse_alerts_evaluation_seconds",
            "Time that one evaluation of all rules took.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=registry,
        )
        self.age = Gauge(
            "floorpulse_alerts_evaluation_age_seconds",
            "Time since all rules were evaluated and all that came of it was stored.",
            registry=registry,
        )
        for reason in JUDGED:
            self.judgements.labels(reason)

    def judged(self, reasons: Mapping[Reason, int]) -> None:
        """An evaluation judged so many alerts."""
        for reason, number in reasons.items():
            self.judgements.labels(reason).inc(number)

    def stand(self, states: Mapping[Subject, AlertState]) -> None:
        """Where the alerts stand that are not inactive."""
        self.alerts.clear()
        for subject, state in states.items():
            if state.phase is not Phase.INACTIVE:
                self.alerts.labels(subject.tenant, subject.rule, state.phase).inc()


class LookupMetrics:
    """What rules went without."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.unanswered = Counter(
            "floorpulse_alerts_lookups_unanswered",
            "Look-ups in the tables that rules were judged without: their figures were undefined.",
            ["lookup", "reason"],
            registry=registry,
        )
        for lookup, reason in product(LOOKUPS.values(), Unanswered):
            self.unanswered.labels(lookup, reason)

    def went_without(self, lookup: str, reason: Unanswered) -> None:
        """A figure went without a look-up."""
        self.unanswered.labels(lookup, reason).inc()
