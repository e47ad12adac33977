"""The Helm chart rendered by Helm's own engine, without a cluster."""

from pathlib import Path
from typing import Any

from helm_python import Chart

from tests.unit.deploy.variables import documents

CHART = Path(__file__).parents[3] / "deploy" / "helm" / "floorpulse"
EVERYTHING: dict[str, Any] = {
    "definitions": {"configMap": "definitions"},
    "secret": {
        "alertsSecrets": "alerts", "linkSecret": "link", "metricsKey": "metrics",
        "kafkaUsername": "kafka-user", "kafkaPassword": "kafka-password",
    },
    "kafka": {
        "securityProtocol": "SASL_SSL", "saslMechanism": "SCRAM-SHA-512",
        "tlsSecret": "kafka-tls", "clientCertificate": True,
    },
    "image": {"pullSecrets": ["registry"]},
    "engine": {"autoscaling": {"enabled": True}},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
    "podAnnotations": {"team": "floor"},
    "nodeSelector": {"pool": "apps"},
    "tolerations": [{"key": "apps", "operator": "Exists"}],
    "networkPolicy": {
        "from": [{"namespaceSelector": {"matchLabels": {"name": "proxy"}}}],
        "metricsFrom": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
    },
}  # fmt: skip
"""Values with which every part of every template is there"""


def rendered(values: dict[str, Any] | None = None) -> list[Any]:
    """What would be sent to Kubernetes. Raises HelmValuesError, HelmRenderError."""
    with Chart.load(CHART) as chart:
        chart.validate_schema(values)
        files = chart.render(values, name="floorpulse", namespace="calls")
    return [
        one for path, text in files.items() if path.endswith(".yaml") for one in documents(text)
    ]


def of_kind(objects: list[Any], kind: str) -> dict[str, Any]:
    """Objects of one kind, by the process that they are for."""
    return {
        one["metadata"]["labels"]["app.kubernetes.io/component"]: one
        for one in objects
        if one["kind"] == kind
    }


def container(workload: Any) -> Any:
    """The one container of a workload's pods."""
    (only,) = workload["spec"]["template"]["spec"]["containers"]
    return only
