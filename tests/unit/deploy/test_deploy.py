"""The image and the locks that operators start from."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()

    assert "USER 10001" in lines


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_versions_and_no_addresses(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()

    assert all("==" in line for line in lines)
    assert not any("://" in line or line.startswith("-") for line in lines)


def test_the_lock_of_tests_holds_the_lock_of_the_product() -> None:
    """Tools may want a package on more systems than the product does: its version is the same."""
    product, tests = (
        {line.partition(" ;")[0] for line in (ROOT / name).read_text().splitlines()}
        for name in ("requirements.lock", "requirements-dev.lock")
    )

    assert product <= tests
