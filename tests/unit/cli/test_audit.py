"""An export of the audit log is checked without a database."""

from pathlib import Path

import pytest

from floorpulse.access.audit_chain import NOTHING_BEFORE, Action, Anchor, AuditEntry, Link, hash_of
from floorpulse.cli.audit import choice_of, encode, exported, verify_file


def links(tenant: str, length: int = 3) -> list[Link]:
    found: list[Link] = []
    for number in range(1, length + 1):
        entry = AuditEntry(tenant, number, "k1", Action.KEY_CREATED, f"key/{number}")
        previous = found[-1].hash if found else NOTHING_BEFORE
        digest = hash_of(previous, tenant, number, entry.canonical)
        found.append(
            Link(tenant, number, entry.canonical, previous, digest, number, "k1", "key_created")
        )
    return found


def write(path: Path, known: list[Link]) -> Path:
    path.write_bytes(b"".join(encode(exported(one)) + b"\n" for one in known))
    return path


def test_an_export_that_is_whole_is_told_with_its_anchor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [*links("acme"), *links("zenith", 2)]

    assert verify_file(write(tmp_path / "log", both), []) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"acme: 3 entries, whole. Anchor: 3:{both[2].hash.hex()}",
        f"zenith: 2 entries, whole. Anchor: 2:{both[4].hash.hex()}",
    ]


def test_what_is_wrong_with_an_export_is_told_by_entry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = links("acme")
    anchor = str(Anchor(3, bytes(32)))

    assert verify_file(write(tmp_path / "log", [known[0], known[2]]), [anchor]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "acme: entry 2 is not there: removed",
        "acme: entry 3 is not the entry that its anchor names: rewritten",
    ]


def test_of_very_many_findings_the_first_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = [one for one in links("acme", 302) if one.number % 2 == 0]

    assert verify_file(write(tmp_path / "log", known), []) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "acme: and 51 more"


@pytest.mark.parametrize(
    "line", ["{}", "no", '{"tenant":"a","number":1,"entry":"[]","previous":"","hash":""}']
)
def test_a_line_that_is_no_entry_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "log"
    path.write_text(line)

    with pytest.raises(ValueError, match="line 1 is no entry of an export"):
        verify_file(path, [])


def test_entries_are_chosen_by_instants() -> None:
    choice = choice_of("acme", "2026-11-11T00:00:00Z", None)

    assert (choice.since, choice.until) == (1_794_355_200_000, None)
    with pytest.raises(ValueError, match="noon"):
        choice_of("acme", "noon", None)
