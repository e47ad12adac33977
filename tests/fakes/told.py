"""Bodies of Alertmanager's webhook."""

from floorpulse.alerts.domain.alertmanager_in import Status, ToldAlert, WebhookBody
from floorpulse.alerts.domain.alertmanager_out import instant

AT = 1_794_360_600_000
LABELS = {"alertname": "DiskFull", "severity": "critical"}
ANNOTATIONS = {"summary": "Disk full"}


def told(status: Status = "firing", at: int = AT, fingerprint: str = "f1") -> ToldAlert:
    """An alert of a webhook's body."""
    return ToldAlert(status, LABELS, instant(at), fingerprint, ANNOTATIONS)


def body(*alerts: ToldAlert, group: str = "{}:{}") -> WebhookBody:
    """A webhook's body."""
    return WebhookBody("4", group, "floorpulse", list(alerts))
