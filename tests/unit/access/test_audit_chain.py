"""The audit log's chain: whatever was done to it afterwards is found, and where."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from floorpulse.access.audit_chain import (
    NOTHING_BEFORE,
    Action,
    Anchor,
    AuditEntry,
    ChainCheck,
    Link,
    anchor_of,
    hash_of,
)

AT = 1_794_398_840_000


def chain(length: int = 4) -> list[Link]:
    """Entries as the table's triggers bind them."""
    links: list[Link] = []
    for number in range(1, length + 1):
        entry = AuditEntry("acme", AT + number, "cli:ops", Action.KEY_CREATED, f"key/{number}")
        previous = links[-1].hash if links else NOTHING_BEFORE
        links.append(bound(entry, number, previous))
    return links


def bound(entry: AuditEntry, number: int, previous: bytes) -> Link:
    digest = hash_of(previous, entry.tenant, number, entry.canonical)
    told = (entry.at, entry.actor, entry.action.value)
    return Link(entry.tenant, number, entry.canonical, previous, digest, *told)


def head(links: Sequence[Link]) -> Anchor:
    return Anchor(links[-1].number, links[-1].hash)


def wrong(links: Sequence[Link], end: Anchor, *anchors: Anchor) -> list[tuple[int, str]]:
    check = ChainCheck(anchors)
    found = [finding for link in links for finding in check.take(link)]
    return [(one.number, one.why) for one in (*found, *check.close(end))]


def numbers(links: Sequence[Link], end: Anchor, *anchors: Anchor) -> list[int]:
    return [number for number, _ in wrong(links, end, *anchors)]


def test_an_entry_is_hashed_with_its_keys_in_order() -> None:
    entry = AuditEntry("acme", AT, "k1", Action.AGENTS_READ, "agents", {"b": 1, "a": [None, "值"]})

    assert entry.canonical == (
        '{"action":"agents_read","actor":"k1","at":1794398840000,'
        '"details":{"a":[null,"值"],"b":1},"subject":"agents"}'
    )


def test_a_character_that_no_table_can_hold_is_kept_out_of_an_entry() -> None:
    entry = AuditEntry("acme", AT, "k1", Action.AGENTS_READ, "agent/a\0b")

    assert '"subject":"agent/a\ufffdb"' in entry.canonical


def test_a_chain_as_it_was_written_is_whole() -> None:
    links = chain()

    assert wrong(links, head(links), head(links), Anchor(2, links[1].hash)) == []
    assert wrong([], Anchor(0, NOTHING_BEFORE)) == []


def test_a_changed_entry_is_named() -> None:
    links = chain()
    links[1] = replace(links[1], entry=links[1].entry.replace("key/2", "key/9"))

    assert numbers(links, head(links)) == [2]


def test_an_entry_that_was_changed_together_with_its_hash_is_named_with_the_next() -> None:
    links = chain()
    forged = links[1].entry.replace("key/2", "key/9")
    digest = hash_of(links[1].previous, "acme", 2, forged)
    links[1] = replace(links[1], entry=forged, hash=digest)

    assert wrong(links, head(links)) == [
        (3, "does not follow the entry before: one of the two was replaced, inserted or moved")
    ]


@pytest.mark.parametrize(
    ("gone", "found"),
    [
        ((2,), [(2, "is not there: removed")]),
        ((2, 3), [(2, "up to 3 are not there: removed")]),
        ((1,), [(1, "is not there: removed")]),
        ((4,), [(4, "up to 4 are not there: the end was cut off")]),
        ((1, 2, 3, 4), [(1, "up to 4 are not there: the end was cut off")]),
    ],
)
def test_removed_entries_are_named(gone: tuple[int, ...], found: list[tuple[int, str]]) -> None:
    links = chain()

    assert wrong([one for one in links if one.number not in gone], head(links)) == found


def test_an_entry_that_was_put_between_others_is_named() -> None:
    links = chain()
    entry = AuditEntry("acme", AT, "cli:ops", Action.KEY_REVOKED, "key/7")
    between = bound(entry, 3, links[1].hash)
    moved = [replace(one, number=one.number + 1) for one in links[2:]]

    assert numbers([*links[:2], between, *moved], head(links))[:2] == [4, 4]


def test_an_entry_behind_the_head_is_named() -> None:
    links = chain()

    assert wrong(links, head(links[:3])) == [
        (4, "stands behind the head of the log: it was inserted")
    ]


def test_two_entries_that_changed_places_are_named() -> None:
    links = chain()
    second, third = replace(links[1], number=3), replace(links[2], number=2)

    assert set(numbers([links[0], third, second, links[3]], head(links))) == {2, 3, 4}


def test_a_last_entry_that_was_replaced_does_not_fit_the_head() -> None:
    links = chain()
    entry = AuditEntry("acme", AT, "cli:ops", Action.KEY_REVOKED, "key/7")
    forged = [*links[:3], bound(entry, 4, links[2].hash)]

    assert numbers(forged, head(links)) == [4]


def test_a_chain_that_was_written_anew_does_not_fit_an_anchor() -> None:
    kept = Anchor(3, chain()[2].hash)
    entry = AuditEntry("acme", AT, "cli:mallory", Action.KEY_CREATED, "key/1")
    links = [bound(entry, 1, NOTHING_BEFORE)]
    for number in (2, 3, 4):
        links.append(bound(entry, number, links[-1].hash))

    assert wrong(links, head(links)) == []
    assert wrong(links, head(links), kept) == [
        (3, "is not the entry that its anchor names: rewritten")
    ]
    assert wrong(links[:2], head(links[:2]), kept) == [
        (3, "is named by an anchor, and is not there")
    ]


@pytest.mark.parametrize("shown", ["at", "actor", "action"])
def test_an_entry_that_is_shown_as_something_else_is_named(shown: str) -> None:
    links = chain()
    second = links[1]
    links[1] = {
        "at": replace(second, at=AT),
        "actor": replace(second, actor="cli:nobody"),
        "action": replace(second, action="key_revoked"),
    }[shown]

    assert wrong(links, head(links)) == [
        (2, "is shown under another time, actor or action than it says")
    ]


def test_an_anchor_is_read_as_it_is_printed() -> None:
    anchor = Anchor(17, bytes(range(32)))

    assert anchor_of(f" {anchor}\n") == anchor


@pytest.mark.parametrize("text", ["", "17", "17:3f", "x:" + "00" * 32, "-1:" + "00" * 32])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write NUMBER:HASH"):
        anchor_of(text)
