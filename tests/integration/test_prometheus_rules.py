"""The shipped settings and rules of Prometheus, read and tried by the real promtool."""

import subprocess
from pathlib import Path

import pytest

from tests.integration.prometheus import DEPLOYED, program

CASES = sorted((DEPLOYED / "tests").glob("*.yml"))


def promtool(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("promtool"), *words], capture_output=True, text=True, check=False, cwd=DEPLOYED
    )


@pytest.mark.parametrize("name", ["prometheus.yml", "demo.yml"])
def test_prometheus_reads_the_settings_and_their_rules(name: str) -> None:
    done = promtool("check", "config", name)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "rules found" in done.stdout


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
def test_each_alert_fires_when_it_must_and_only_then(
    cases: Path,
) -> None:
    done = promtool("test", "rules", str(cases))

    assert done.returncode == 0, done.stdout + done.stderr
