"""The Helm chart renders to what Kubernetes takes, and agrees with the code it starts."""

from typing import Any

import kubernetes_validate
import pytest
import yaml
from helm_python import HelmRenderError, HelmValuesError, lint

from tests.unit.deploy.chart import CHART, EVERYTHING, container, of_kind, rendered
from tests.unit.deploy.variables import PORTS, unread

KUBERNETES = ("1.27.0", "1.37.0")
OPERATOR = "monitoring.coreos.com/v1"
SECRETIVE = ("__URL", "SECRET", "SECRETS", "_KEYS", "__SASL_USERNAME", "__SASL_PASSWORD")


@pytest.fixture(scope="module")
def plain() -> list[Any]:
    return rendered()


@pytest.fixture(scope="module")
def everything() -> list[Any]:
    return rendered(EVERYTHING)


@pytest.fixture(scope="module")
def workloads(everything: list[Any]) -> dict[str, Any]:
    return of_kind(everything, "Deployment") | of_kind(everything, "Job")


def test_helm_finds_nothing_wrong_with_it() -> None:
    found = lint(str(CHART), strict=True)

    assert found["errors"] == []


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("objects", ["plain", "everything"])
def test_kubernetes_takes_every_object(
    request: pytest.FixtureRequest, version: str, objects: str
) -> None:
    """The Prometheus operator's own kinds have no schema there."""
    for one in request.getfixturevalue(objects):
        if one["apiVersion"] != OPERATOR:
            kubernetes_validate.validate(one, version, strict=True)


def test_kubernetes_schemas_notice_a_field_that_does_not_exist(plain: list[Any]) -> None:
    wrong = of_kind(plain, "Deployment")["api"] | {"spek": {}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES[-1], strict=True)


def test_every_process_is_there(workloads: dict[str, Any]) -> None:
    assert set(workloads) == {"migrate", *PORTS}
    assert {name: container(one)["args"] for name, one in workloads.items()} == {
        name: [name] for name in workloads
    }


def test_every_variable_is_a_setting_of_its_process_and_stands_there_once(
    workloads: dict[str, Any],
) -> None:
    for process, workload in workloads.items():
        names = [one["name"] for one in container(workload)["env"]]
        assert len(names) == len(set(names)), process
        assert unread(process, names) == set(), process


@pytest.mark.parametrize("process", PORTS)
def test_ports_and_paths_are_those_of_the_process(
    everything: list[Any], workloads: dict[str, Any], process: str
) -> None:
    one = container(workloads[process])
    (service,) = of_kind(everything, "Service")[process]["spec"]["ports"]

    assert [port["containerPort"] for port in one["ports"]] == [PORTS[process]]
    assert (service["port"], service["targetPort"]) == (PORTS[process], PORTS[process])
    assert service["name"] == one["ports"][0]["name"]
    assert one["livenessProbe"]["httpGet"] == one["startupProbe"]["httpGet"]
    assert one["livenessProbe"]["httpGet"]["port"] == PORTS[process]


def test_pods_may_do_no_more_than_compose_lets_them(workloads: dict[str, Any]) -> None:
    for process, workload in workloads.items():
        pod = workload["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True, process
        assert pod["securityContext"]["runAsUser"] == 10001, process
        assert pod["automountServiceAccountToken"] is False, process
        assert container(workload)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, process


def test_secrets_come_from_the_secret_only(workloads: dict[str, Any]) -> None:
    for process, workload in workloads.items():
        for one in container(workload)["env"]:
            secret = one["name"].endswith(SECRETIVE)
            assert ("valueFrom" in one) == secret, (process, one)


def test_certificates_for_kafka_are_where_the_variables_say(workloads: dict[str, Any]) -> None:
    for process in PORTS:
        pod = workloads[process]["spec"]["template"]["spec"]
        one = container(workloads[process])
        files = {variable["value"] for variable in one["env"] if "__SSL_" in variable["name"]}
        folders = {mount["name"]: mount["mountPath"] for mount in one["volumeMounts"]}
        assert {"name": "kafka", "secret": {"secretName": "kafka-tls"}} in pod["volumes"]
        assert files == {f"{folders['kafka']}/{name}" for name in ("ca.crt", "tls.crt", "tls.key")}


def test_a_user_of_kafka_needs_a_secret() -> None:
    with pytest.raises(HelmRenderError, match=r"secret\.kafkaUsername names the key"):
        rendered({"kafka": {"securityProtocol": "SASL_SSL"}})


def test_each_process_has_its_policy_budget_and_monitor(everything: list[Any]) -> None:
    assert set(of_kind(everything, "NetworkPolicy")) == {"migrate", *PORTS}
    assert set(of_kind(everything, "PodDisruptionBudget")) == set(PORTS)
    assert set(of_kind(everything, "ServiceMonitor")) == set(PORTS)


def test_selectors_find_the_pods_of_their_process_and_no_others(everything: list[Any]) -> None:
    for process, workload in of_kind(everything, "Deployment").items():
        labels = workload["spec"]["template"]["metadata"]["labels"]
        for kind in ("Service", "NetworkPolicy", "PodDisruptionBudget"):
            spec = of_kind(everything, kind)[process]["spec"]
            found = spec.get("podSelector") or spec["selector"]
            selector = found.get("matchLabels", found)
            assert selector["app.kubernetes.io/component"] == process
            assert selector.items() <= labels.items()


def test_engines_follow_the_lag_and_the_others_their_processor(everything: list[Any]) -> None:
    scaled = of_kind(everything, "HorizontalPodAutoscaler")

    assert {process: one["spec"]["metrics"][0]["type"] for process, one in scaled.items()} == {
        "engine": "External",
        "ingest": "Resource",
        "api": "Resource",
    }
    for process in scaled:
        assert "replicas" not in of_kind(everything, "Deployment")[process]["spec"]


def test_rules_are_the_files_that_prometheus_reads(everything: list[Any]) -> None:
    rules = sorted((CHART.parents[1] / "prometheus" / "rules").glob("*.yml"))
    found = [one["spec"] for one in everything if one["kind"] == "PrometheusRule"]

    assert rules
    assert found == [yaml.safe_load(one.read_text()) for one in rules]


def test_monitors_name_the_jobs_that_rules_look_for(everything: list[Any]) -> None:
    jobs = {
        relabeling["replacement"]
        for one in of_kind(everything, "ServiceMonitor").values()
        for relabeling in one["spec"]["endpoints"][0]["relabelings"]
    }
    config = yaml.safe_load((CHART.parents[1] / "prometheus" / "prometheus.yml").read_text())

    assert jobs == {one["job_name"] for one in config["scrape_configs"]}


def test_without_definitions_nothing_is_mounted(plain: list[Any]) -> None:
    for one in of_kind(plain, "Deployment").values():
        assert [mount["name"] for mount in container(one)["volumeMounts"]] == ["tmp"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"engine": {"replica": 3}}, "replica"),
        ({"kafka": {"bootstrapServers": "kafka"}}, "bootstrapServers"),
        ({"settings": {"FLOORPULSE_API_PORT": "1"}}, "FLOORPULSE_API_PORT"),
        ({"ingest": {"replicas": 0}}, "replicas"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_by_name(values: Any, said: str) -> None:
    with pytest.raises(HelmValuesError, match=said):
        rendered(values)


def test_settings_of_a_process_win_over_those_of_all() -> None:
    values = {
        "settings": {"FLOORPULSE_LOG__LEVEL": "info"},
        "engine": {"settings": {"FLOORPULSE_LOG__LEVEL": "debug"}},
    }
    found = {
        process: {env["name"]: env.get("value") for env in container(one)["env"]}
        for process, one in of_kind(rendered(values), "Deployment").items()
    }

    assert found["engine"]["FLOORPULSE_LOG__LEVEL"] == "debug"
    assert found["api"]["FLOORPULSE_LOG__LEVEL"] == "info"
