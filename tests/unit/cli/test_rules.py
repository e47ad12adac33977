"""A rule tried out, as the terminal shows it; and what its options must say."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.replayed import ShownAs
from floorpulse.alerts.rules.replay_answer import AlertRow, FiringRow, ReplayAnswer, StretchRow
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.cli.rules import RuleTestOptions, query
from floorpulse.cli.rules_shown import MARKS, WIDTH, told
from floorpulse.contracts.instants import parse_instant
from floorpulse.definitions.domain.on_call import Severity
from tests.unit.cli.command_line import run

DAY = "2026-11-11T"
NOON = parse_instant(f"{DAY}12:00:00Z")
RULE = "rules:\n  - {id: full, names: {en: Full}, threshold: {kpi: waiting, fire_above: 9}}\n"


def at(clock: str) -> str:
    return f"{DAY}{clock}+00:00"


FIRING = FiringRow(
    at("09:00:00"),
    at("09:20:00"),
    1200.0,
    Reason.HELD,
    Reason.CLEARED,
    Figure("service_level", 0.65, 13, 20),
    Figure("service_level", 0.5, 10, 20),
    Figure("service_level", 0.85, 17, 20),
)
STILL = FiringRow(
    at("09:50:00"), None, 4205.0, Reason.BREACHED, None, Figure("waiting", 12.0), None, None
)
BUSY = AlertRow(
    "low",
    "low@1",
    Severity.WARNING,
    "orders",
    "voice",
    None,
    2,
    5405.0,
    3,
    {Reason.CLEARED: 1800.0, Reason.TOO_FEW: 45.0},
    [FIRING, STILL],
    [
        StretchRow(at("08:00:00"), at("08:50:00"), ShownAs.QUIET),
        StretchRow(at("08:50:00"), at("09:00:00"), ShownAs.PENDING),
        StretchRow(at("09:00:00"), at("09:20:00"), ShownAs.FIRING),
        StretchRow(at("09:20:00"), at("09:30:00"), ShownAs.UNKNOWN),
        StretchRow(at("09:30:00"), at("09:50:00"), ShownAs.CLOSED),
        StretchRow(at("09:50:00"), at("10:00:00"), ShownAs.FIRING),
    ],
)
IDLE = AlertRow("low", "low@1", Severity.WARNING, None, None, None, 0, 0.0, 0, {}, [], [])


def shown(*alerts: AlertRow, notes: tuple[str, ...] = ()) -> list[str]:
    answer = ReplayAnswer("demo", at("08:00:00"), at("10:00:00"), 10, 42, list(alerts), list(notes))
    written = StringIO()
    told(Console(file=written, width=60), answer)
    return written.getvalue().splitlines()


def test_each_firing_is_a_line_with_its_figures() -> None:
    head, first, second, *_ = (line.split() for line in shown(BUSY))

    assert " ".join(head) == "rule subject fired resolved lasted figure worst why over"
    assert " ".join(first) == (
        "low orders voice 11-11 09:00:00 11-11 09:20:00 20 min 00 s service_level 0.65 (13/20) "
        "service_level 0.5 (10/20) held cleared"
    )
    assert " ".join(second) == (
        "low orders voice 11-11 09:50:00 still fires 1 h 10 min waiting 12 breached"
    )


def test_each_subject_is_a_line_of_blocks() -> None:
    blocks = next(line for line in shown(BUSY) if "× fired" in line)

    drawn = blocks.removeprefix("low orders voice  ")[:WIDTH]
    assert drawn == "·" * 30 + "▒" * 6 + "█" * 12 + "?" * 6 + " " * 12 + "█" * 6
    assert blocks.endswith("  2 × fired, 1 h 30 min")


def test_a_block_shows_the_most_telling_of_its_time() -> None:
    assert list(MARKS)[:2] == [ShownAs.FIRING, ShownAs.PENDING]
    blink = [
        StretchRow(at("08:00:00"), at("08:00:30"), ShownAs.QUIET),
        StretchRow(at("08:00:30"), at("08:00:40"), ShownAs.FIRING),
        StretchRow(at("08:00:40"), at("10:00:00"), ShownAs.QUIET),
    ]
    alert = AlertRow("low", "low@1", Severity.INFO, "a", None, None, 1, 10.0, 0, {}, [], blink)

    line = next(line for line in shown(alert) if line.startswith("low a"))

    assert line.removeprefix("low a  ").startswith("█··")


def test_what_kept_it_from_firing_is_told_the_longest_first() -> None:
    kept = next(line for line in shown(BUSY) if "did not fire" in line)

    assert kept.strip() == "did not fire: cleared 30 min 00 s, too_few 45 s, not_held 3 ×"


def test_a_rule_that_never_fired_has_a_timeline_and_no_table() -> None:
    lines = shown(IDLE)

    assert lines[0] == "11-11 08:00:00 to 11-11 10:00:00, a look every 10 s"
    assert lines[1].startswith("low all  ")
    assert lines[1].endswith("never fired")


def test_a_span_without_queues_and_what_history_cannot_tell_are_said() -> None:
    lines = shown(notes=("old: it cannot be tested",))

    assert lines[1:] == [
        "no queue of the span is watched by the rules",
        "note: old: it cannot be tested",
    ]


def options(since: str, until: str | None = None, every: str = "10s") -> RuleTestOptions:
    return RuleTestOptions(Path("rules.yaml"), since, until, every, queue="sales")


def test_the_span_ends_now_unless_said_otherwise() -> None:
    asked = query(options(f"{DAY}11:00:00Z"), NOON)

    assert (asked.span, asked.every, asked.queue) == (Span(NOON - HOUR, NOON), 10_000, "sales")


@pytest.mark.parametrize(
    ("asked", "told_of"),
    [
        (options("yesterday"), "'yesterday' is not RFC 3339"),
        (options(f"{DAY}12:00:00Z"), "is not before --to now"),
        (options(f"{DAY}11:00:00Z", f"{DAY}10:00:00Z"), f"is not before --to {DAY}10:00:00Z"),
        (options(f"{DAY}11:00:00Z", f"{DAY}13:00:00Z"), "has not come yet"),
        (options(f"{DAY}11:00:00Z", every="0s"), "--every 0s is less than a second"),
        (options(f"{DAY}11:00:00Z", every="fast"), "'fast' is no span"),
    ],
)
def test_options_that_ask_nothing_are_refused(asked: RuleTestOptions, told_of: str) -> None:
    with pytest.raises(ValueError, match=told_of):
        query(asked, NOON)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"\xff", "is no UTF-8"),
        (RULE.encode(), "names no tenant: say --tenant"),
        (b"tenant: 7\n" + RULE.encode(), "names no tenant: say --tenant"),
        (b"[]", "names no tenant: say --tenant"),
    ],
)
def test_a_file_that_says_nothing_usable_ends_the_command(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "rules.yaml"
    if content is not None:
        file.write_bytes(content)

    done = run("rules", "test", str(file), "--from", f"{DAY}11:00:00Z")

    assert done.exit_code == 2
    assert said in done.output
