"""The command line of the benchmark."""

import pytest

from tests.benchmarks.__main__ import EXTRAS, arguments
from tests.benchmarks.systems import SYSTEMS


def test_everything_is_measured_unless_some_are_named() -> None:
    assert arguments([]).systems == [*(one.name for one in SYSTEMS), *EXTRAS]
    assert arguments(["--systems", "ours,load"]).systems == ["ours", "load"]


@pytest.mark.parametrize("name", ["floor", "ourss", ""])
def test_an_unknown_name_is_refused_with_the_known_ones(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        arguments(["--systems", f"ours,{name}"])

    told = capsys.readouterr().err
    assert f"unknown systems: {name}; known are ours, transport, streams" in told


def test_another_revision_is_named_as_git_names_it() -> None:
    assert arguments(["--against", "HEAD~3"]).against == "HEAD~3"
    assert arguments([]).against is None
