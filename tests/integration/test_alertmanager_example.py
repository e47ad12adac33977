"""The example configuration, checked by the real amtool and asked where alerts would go."""

import subprocess

import pytest

from tests.integration.alertmanager import SCRIPT, program

EXAMPLE = SCRIPT.with_name("alertmanager.yml")


def amtool(*words: str) -> str:
    done = subprocess.run([program("amtool"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_is_what_alertmanager_reads() -> None:
    said = amtool("check-config", str(EXAMPLE))

    assert "SUCCESS" in said
    assert "2 inhibit rules" in said


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (("alertname=DiskFull", "severity=critical"), "infrastructure"),
        (("alertname=level", "tenant=acme", "floorpulse_incident=i1"), "floor"),
    ],
)
def test_what_was_pushed_does_not_come_back_by_the_webhook(
    labels: tuple[str, ...], receiver: str
) -> None:
    said = amtool("config", "routes", "test", f"--config.file={EXAMPLE}", *labels)

    assert said.strip() == receiver
