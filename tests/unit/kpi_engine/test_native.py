"""The core in C against the Python fold: told the same, both hold, write and refuse the same.

What needs the core is skipped where it is not built.
"""

from pathlib import Path
from random import Random

import msgspec
import pytest

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell, Cells
from floorpulse.contracts.customers import customer_mark
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visits import Visit
from floorpulse.kpi_engine.fold.decode import beyond_retention
from floorpulse.kpi_engine.fold.panes import Pane
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.rows import pane_rows, visit_row
from floorpulse.kpi_engine.fold.slices import ReadInstants
from floorpulse.kpi_engine.native import build, choice
from floorpulse.kpi_engine.native.core import Core, NoCore, core
from floorpulse.kpi_engine.native.layout import UnknownLayout, offsets
from floorpulse.kpi_engine.native.slices import MOST_GENERATIONS, NativePartition, fits
from tests.fakes.copied_rows import visit_rows
from tests.fakes.engine import MemoryStore
from tests.fakes.twin_folds import Twins
from tests.unit.kpi_engine.builders import MINUTE, TENANT, event

LOGS = 20
NO_LIMITS = ReadInstants(kept_since=0, plausible=1 << 60, young=0)


@pytest.fixture(scope="module")
def built() -> Core:
    """The core, where it is built."""
    try:
        return core()
    except NoCore as reason:
        pytest.skip(f"the core of the fold is not here: {reason}")


@pytest.fixture
def partition() -> Partition:
    return MemoryStore().own(0)


def encoded(*told: AnyEvent) -> list[bytes | None]:
    return [msgspec.json.encode(one) for one in told]


def known(partition: Partition, contact: str) -> Visit:
    found = partition.visits.get((TENANT, contact, 1))
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(LOGS))
async def test_both_folds_keep_write_and_refuse_the_same(built: Core, seed: int) -> None:
    await Twins(built, Random(seed)).run(contacts=80)


def test_the_core_makes_the_usual_steps_by_itself(built: Core, partition: Partition) -> None:
    first = event(events.ContactOffered, 1_000, contact="c0")
    partition.apply([(0, first)], 1)
    told = encoded(
        event(events.ContactOffered, 2_000),
        event(events.ContactAnswered, 7_000),
        event(events.ContactEnded, 67_000),
        event(events.ContactWrapped, 80_000),
        event(events.ContactOffered, 3_000, contact="c2"),
        event(events.ContactAbandoned, 4_000, contact="c2"),
    )
    native = NativePartition(built, partition)
    read = native.read(told, range(1, 7), NO_LIMITS)

    assert read.decoded == {}
    assert list(native.folded(read)) == []
    assert known(partition, "c1") == Visit(
        offered_at=2_000,
        queue="sales",
        answered_at=7_000,
        agent="ann",
        ended_at=67_000,
        wrapped_at=80_000,
    )
    assert known(partition, "c2").abandoned_at == 4_000


def test_the_core_writes_the_bytes_of_panes_that_python_writes(
    built: Core, partition: Partition
) -> None:
    edges = [
        sign * (1 << bits) + more for sign in (1, -1) for bits in range(63) for more in (-1, 0)
    ]
    panes = [
        Pane(("acme", "\u552e\u540e" * 60, "voice", -60_000), 1 << 62, {Cell.OFFERED: amount})
        for amount in edges
    ]
    panes += [
        Pane(("t", "q", "chat", 0), 0, dict.fromkeys(range(number), -1))
        for number in (0, 15, 16, 70_000)
    ]
    native = NativePartition(built, partition)

    assert partition.visits.packed.pane_rows(5, panes) == pane_rows(5, panes)
    assert native


def test_an_amount_that_is_no_number_of_64_bits_is_an_error(
    built: Core, partition: Partition
) -> None:
    native = NativePartition(built, partition)

    with pytest.raises(OverflowError):
        partition.visits.packed.pane_rows(5, [Pane(("t", "q", "voice", 0), 1, {1: 1 << 80})])
    assert native


@pytest.mark.parametrize("customer", ["0f" * 32, "0F" * 32, "0f" * 31 + "0g", "0" * 63, "k"])
@pytest.mark.parametrize("queue", [None, "sales", "service"])
@pytest.mark.parametrize("outcome", [events.ContactAnswered, events.ContactAbandoned])
def test_the_core_writes_the_record_of_a_visit_that_python_writes(
    built: Core, partition: Partition, customer: str, queue: str | None, outcome: type
) -> None:
    native = NativePartition(built, partition)
    offer = {"customer": customer, "priority": 300, "channel": "chat"}
    told = encoded(
        event(events.ContactOffered, 2_000, **offer),
        event(outcome, 7_000, queue=queue, wait_ms=4_999),
    )
    partition.apply(native.folded(native.read(told, range(2), NO_LIMITS)), 2)
    key = (TENANT, "c1", 1)
    visit = partition.visits.get(key)
    rows = partition.take_dirty()

    assert rows is not None
    assert visit is not None
    assert rows.new_visits.data == visit_row(0, key, visit, 2_000, "sales")


@pytest.mark.parametrize("length", [1, 32, 54, 55, 56, 63, 64, 119, 120, 128])
def test_the_core_says_what_stands_for_a_customer(
    built: Core, partition: Partition, length: int
) -> None:
    customer = "k" * length
    native = NativePartition(built, partition)
    told = encoded(event(events.ContactOffered, 2_000, customer=customer))
    partition.apply(native.folded(native.read(told, range(1), NO_LIMITS)), 1)
    rows = partition.take_dirty()

    assert rows is not None
    assert [row[7] for row in visit_rows(rows.new_visits)] == [customer_mark(customer)]


def test_without_the_processors_instructions_the_core_says_the_same_of_a_customer(
    tmp_path: Path,
) -> None:
    try:
        build.build(tmp_path / "core.so", "-DNO_SHA_INSTRUCTIONS")
    except build.CannotBuild as reason:
        pytest.skip(str(reason))
    customers = ["k" * length for length in (1, 55, 56, 64, 119, 128)]
    partition = MemoryStore().own(0)
    native = NativePartition(Core(tmp_path / "core.so"), partition)
    told = encoded(
        *(event(events.ContactOffered, 2_000, contact=one, customer=one) for one in customers)
    )
    partition.apply(native.folded(native.read(told, range(len(told)), NO_LIMITS)), len(told))
    rows = partition.take_dirty()

    assert rows is not None
    marks = [row[7] for row in visit_rows(rows.new_visits)]
    assert marks == [customer_mark(one) for one in customers]


SURVEYED = (
    event(events.ContactOffered, 2_000, customer="0f" * 32),
    event(events.ContactAnswered, 7_000),
    event(events.ContactEnded, 67_000),
)
SURVEY = {"contact": "c1", "survey": "s1", "kind": "csat", "score": 4.5, "best": 5.0, "worst": 1.0}


def both(built: Core, *told: AnyEvent) -> tuple[Partition, Partition, list[AnyEvent]]:
    """What is told folded by Python, and with the core; what the core left to Python."""
    python, partition = MemoryStore().own(0), MemoryStore().own(0)
    python.apply(list(enumerate(told)), len(told))
    native = NativePartition(built, partition)
    numbered = list(native.folded(native.read(encoded(*told), range(len(told)), NO_LIMITS)))
    partition.apply(numbered, len(told))
    return python, partition, [one for _, one in numbered]


def counted(partition: Partition) -> dict[PaneKey, Cells]:
    partition.panes.settle()
    return {key: pane.cells for key, pane in partition.panes.rows.items()}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"kind": "nps", "score": 0.0, "best": 10.0, "worst": 0.0},
        {"kind": "fcr", "score": 1.0, "best": 1.0, "worst": 0.0},
        {"kind": "fcr", "score": 0.0, "best": 1.0, "worst": 0.0},
        {"kind": "ces", "score": 2.0, "best": 1.0, "worst": 7.0},
        {"score": -7.25, "best": 100.0, "worst": -100.0},
        {"agent": "ann", "queue": "sales"},
    ],
)
def test_the_core_takes_in_the_survey_of_a_contacts_only_visit(
    built: Core, said: dict[str, object]
) -> None:
    survey = event(events.SurveyAnswered, 90_000, **{**SURVEY, **said})
    python, native, left = both(built, *SURVEYED, survey)
    for key in ((TENANT, "c1", 1), (TENANT, "c1", 0)):
        assert native.visits.get(key) == python.visits.get(key)
    expected, rows = python.take_dirty(), native.take_dirty()

    assert left == []
    assert rows is not None
    assert expected is not None
    assert sorted(visit_rows(rows.new_visits)) == sorted(visit_rows(expected.new_visits))
    assert counted(native) == counted(python)


@pytest.mark.parametrize(
    "said",
    [
        {"agent": "bob"},
        {"queue": "service"},
        {"visit": 1},
        {"contact": "c2"},
        {"score": 1e-7, "worst": 0.0},
        {"score": 123456789012345e-9},
    ],
)
def test_a_survey_that_may_be_about_anything_else_is_left_to_python(
    built: Core, said: dict[str, object]
) -> None:
    survey = event(events.SurveyAnswered, 90_000, **{**SURVEY, "best": 200_000.0, **said})
    _, _, left = both(built, *SURVEYED, survey)

    assert left == [survey]


def test_a_visit_with_a_survey_becomes_pythons_once_something_else_is_told(built: Core) -> None:
    told = (
        *SURVEYED,
        event(events.SurveyAnswered, 90_000, **SURVEY),
        wrapped := event(events.ContactWrapped, 80_000),
        event(events.SurveyAnswered, 99_000, **{**SURVEY, "survey": "s2"}),
    )
    python, native, left = both(built, *told)

    assert left[0] == wrapped
    assert native.visits.rows == python.visits.rows
    assert native.visits.dirty == python.visits.dirty
    assert native.visits.chains.numbers == python.visits.chains.numbers


def test_what_is_told_twice_is_nothing_for_the_core(built: Core) -> None:
    told = (
        *SURVEYED,
        event(events.ContactWrapped, 80_000, wrap_ms=5),
        event(events.ContactOffered, 3_000, contact="c2"),
        event(events.ContactAbandoned, 9_000, contact="c2", queue="sales"),
    )
    python, native, left = both(built, *told, *told)

    assert left == []
    assert [native.visits.get((TENANT, one, 1)) for one in ("c1", "c2")] == [
        python.visits.get((TENANT, one, 1)) for one in ("c1", "c2")
    ]


def test_the_core_takes_in_an_end_before_its_answer(built: Core) -> None:
    offered, answered, ended = SURVEYED
    python, native, left = both(built, offered, ended, answered)

    assert left == []
    assert known(native, "c1") == known(python, "c1")
    assert counted(native) == counted(python)


def test_the_core_notes_what_changed_a_pane_that_was_passed(
    built: Core, partition: Partition
) -> None:
    partition.advance([10 * MINUTE], 10 * MINUTE, 0)
    native = NativePartition(built, partition)
    told = encoded(SURVEYED[0])
    partition.apply(native.folded(native.read(told, range(1), NO_LIMITS)), 1)
    rows = partition.take_dirty()

    assert rows is not None
    assert [row[-4:] for row in rows.late] == [
        ("test", "ContactOffered@2000", "contact.offered", None)
    ]


def test_an_unusual_step_is_handed_back_at_its_place(built: Core, partition: Partition) -> None:
    partition.apply([(0, event(events.ContactOffered, 1_000, contact="c0"))], 1)
    told = [
        event(events.ContactOffered, 2_000),
        event(events.ContactHeld, 2_500),
        event(events.ContactOffered, 1_000),
        event(events.ContactAnswered, 7_000),
    ]
    native = NativePartition(built, partition)
    read = native.read([*encoded(*told), b"{"], [1, 3, 5, 7, 9], NO_LIMITS)
    folded = native.folded(read)

    assert read.decoded == {1: told[1]}
    assert [*read.refused] == [4]
    assert next(folded) == (3, told[1])
    assert partition.visits.rows[TENANT, "c1", 1].offered_at == 2_000
    assert list(folded) == [(5, told[2]), (7, told[3])]


def test_the_core_says_who_was_heard_and_how_far_time_came(
    built: Core, partition: Partition
) -> None:
    told = encoded(
        event(events.ContactOffered, 5_000, source="pbx"),
        event(events.ContactEnded, 9_000, source="crm"),
        event(events.ContactEnded, 90_000, source="pbx"),
        event(events.ContactOffered, 1, source="old", queue="service"),
    )
    native = NativePartition(built, partition)
    read = native.read(told, range(4), ReadInstants(0, plausible=10_000, young=5_000))

    assert read.told.pairs == {(TENANT, "pbx"): True, (TENANT, "crm"): True, (TENANT, "old"): False}
    assert read.told.feeds == {(TENANT, "pbx", "sales"), (TENANT, "old", "service")}
    assert (read.told.events, read.told.latest, read.told.future) == (4, 9_000, 1)


def test_what_python_decodes_is_heard_like_all_else(built: Core, partition: Partition) -> None:
    told = [
        event(events.ContactOffered, 5_000, source="pbx"),
        event(events.ContactEnded, 9_000, source="pbx"),
        event(events.ContactEnded, 4_000, source="crm"),
        event(events.ContactEnded, 90_000, source="crm", contact="c2"),
        event(events.ContactEnded, 8_000, source="old"),
    ]
    native = NativePartition(built, partition)
    blank: list[bytes | None] = [msgspec.json.encode(one) + b" " for one in told]
    instants = ReadInstants(0, plausible=10_000, young=5_000)
    odd = native.read(blank, range(5), instants)
    usual = native.read(encoded(*told), range(5), instants)

    assert list(odd.decoded.values()) == told
    assert usual.decoded == {}
    for read in (odd, usual):
        assert read.told.pairs == {
            (TENANT, "pbx"): True,
            (TENANT, "crm"): True,
            (TENANT, "old"): True,
        }
        assert read.told.feeds == {(TENANT, "pbx", "sales")}
        assert (read.told.events, read.told.latest, read.told.future) == (5, 9_000, 1)


def test_what_is_older_than_what_is_kept_is_refused(built: Core, partition: Partition) -> None:
    told = encoded(event(events.ContactOffered, 5_000), event(events.ContactOffered, 4_999))
    native = NativePartition(built, partition)

    read = native.read(told, range(2), ReadInstants(5_000, 1 << 60, 0))

    assert read.refused == {1: beyond_retention(5_000)}


def test_more_names_than_are_kept_are_forgotten_before_the_next_slice(
    built: Core, partition: Partition
) -> None:
    native = NativePartition(built, partition)
    for first in range(0, 105_000, 35_000):
        told = encoded(
            *(
                event(events.ContactOffered, 1, queue=f"queue-{number}")
                for number in range(first, first + 35_000)
            )
        )
        read = native.read(told, range(35_000), NO_LIMITS)
        assert len(read.told.feeds) == 35_000


async def test_a_value_that_is_no_bytes_is_an_error(built: Core, partition: Partition) -> None:
    native = NativePartition(built, partition)

    with pytest.raises(TypeError):
        native.read(["{}"], range(1), NO_LIMITS)  # type: ignore[list-item]  # that is the point


def test_revisions_that_do_not_fit_into_64_bits_are_left_to_python() -> None:
    store = MemoryStore()
    store.positions[0] = PartitionPosition(0, "log", MOST_GENERATIONS, 1, 0)

    assert fits(MemoryStore().own(0))
    assert not fits(store.own(0))


def test_a_record_whose_fields_stand_elsewhere_is_not_read() -> None:
    class Plain:
        def __init__(self, *told: object) -> None:
            self.told = told

    with pytest.raises(UnknownLayout, match="Plain"):
        offsets(Plain, ("told",), copied=False)


def test_python_folds_where_it_is_chosen() -> None:
    assert choice.folding("python") == choice.Folding("python", None, "so set")


def test_the_core_folds_where_it_is_built(built: Core) -> None:
    assert choice.folding("auto") == choice.folding("native") == choice.Folding("native", built)


def test_without_a_build_python_folds_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "core", _missing)
    chosen = choice.folding("auto")

    assert (chosen.by, chosen.core) == ("python", None)
    assert "not beside its source" in chosen.reason


def test_the_core_that_must_fold_and_is_not_built_ends_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choice, "core", _missing)

    with pytest.raises(NoCore, match="FLOORPULSE_ENGINE__FOLD is native, and cannot be: core-"):
        choice.folding("native")


def _missing() -> Core:
    message = "core-1.so is not beside its source"
    raise NoCore(message)


def test_a_file_that_is_no_library_is_no_core(tmp_path: Path) -> None:
    file = tmp_path / "core.so"
    file.write_text("no library")

    with pytest.raises(NoCore, match=r"core\.so"):
        Core(file)


def test_without_a_compiler_nothing_is_built_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(build, "library", lambda: tmp_path / "core-1.so")
    build.main()

    assert "not built: no C compiler is on the path (cc, gcc, clang)" in capsys.readouterr().out


def test_a_compiler_that_refuses_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refusing = tmp_path / "cc"
    refusing.write_text("#!/bin/sh\necho no such option >&2\nexit 1\n")
    refusing.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(build.CannotBuild, match=r"refused core\.c: no such option"):
        build.build(tmp_path / "core.so")


def test_a_build_replaces_those_of_other_versions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writing = tmp_path / "cc"
    writing.write_text('#!/bin/sh\nwhile [ "$1" != "-o" ]; do shift; done\necho built > "$2"\n')
    writing.chmod(0o700)
    (tmp_path / "core-0.so").write_text("old")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(build, "library", lambda: tmp_path / "core-1.so")
    build.main()

    assert capsys.readouterr().out == "the core of the fold is built: core-1.so\n"
    assert [one.name for one in tmp_path.glob("core-*")] == ["core-1.so"]
