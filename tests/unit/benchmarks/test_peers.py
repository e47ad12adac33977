"""Peers of the benchmark that are built, installed or read in a way of their own."""

from pathlib import Path

from tests.benchmarks.flink_program import FOLDER, VERSION
from tests.benchmarks.maven import classpath, version
from tests.benchmarks.pathway_program import readable, told
from tests.benchmarks.systems import SYSTEMS


def pane(minute: int, time: int, diff: int, **figures: int) -> dict[str, object]:
    nothing = dict.fromkeys(("offered", "answered", "within", "abandoned", "wait"), 0)
    rest = dict.fromkeys(("handled", "handle", "csat", "csat_sum"), 0)
    where = {"tenant": "acme", "queue": "sales", "minute": minute, "time": time, "diff": diff}
    return {**where, **nothing, **rest, **figures}


def test_a_pane_of_pathway_is_its_last_row_and_figures_of_0_are_left_out() -> None:
    rows = [
        pane(0, 2, 1, offered=2, wait=30),
        pane(0, 1, 1, offered=1),
        pane(0, 2, -1, offered=1),
    ]

    assert told(rows) == {("acme", "sales", 0): {"offered": 2, "wait": 30}}


def test_a_pane_that_pathway_took_back_is_none() -> None:
    rows = [pane(60_000, 1, 1, offered=1), pane(60_000, 2, -1, offered=1)]

    assert told(rows) == {}


def test_what_pathway_leaves_out_is_what_is_no_json() -> None:
    assert [readable(value) for value in (b'{"type": "contact.offered"}', b'{"type": "co')] == [
        True,
        False,
    ]


def test_a_peer_in_java_is_named_by_the_version_in_its_pom(tmp_path: Path) -> None:
    (tmp_path / "pom.xml").write_text("<flink.version>9.9.1</flink.version>")

    assert version(tmp_path, "flink.version") == "9.9.1"
    assert f"<flink.version>{VERSION}</flink.version>" in (FOLDER / "pom.xml").read_text()


def test_a_peer_in_java_runs_with_its_classes_and_everything_in_its_library() -> None:
    assert classpath(Path("peer")) == "peer/target/classes:peer/target/lib/*"


def test_flink_and_pathway_are_held_against_every_figure_of_the_oracle() -> None:
    named = {one.name: one for one in SYSTEMS}

    assert named["flink"].figures == named["pathway"].figures == named["ours"].figures
    assert VERSION in named["flink"].title
