"""What is wrong with a settlement's file: its hash, its text, its statement settled again, its
credit note's sums. Pure: nothing but the file is needed.
"""

from collections.abc import Iterator
from itertools import islice

import msgspec

from floorpulse.reports.domain.canonical import sha256
from floorpulse.reports.domain.document import (
    SettlementDocument,
    UnreadableSettlementError,
    decoded,
    read_signed,
    text_of,
)
from floorpulse.reports.domain.settle import settle

MOST = 50
"""Differences that are told; more are only counted on"""


class Finding(msgspec.Struct, frozen=True):
    """Something is not as it must be: where in the document, and what."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def findings(file: bytes) -> tuple[SettlementDocument | None, list[Finding]]:
    """The document of a file (None where there is none to be read), and what is wrong with it:
    nothing where it verifies.
    """
    try:
        text, digest = read_signed(file)
        document = decoded(text)
    except UnreadableSettlementError as wrong:
        return None, [Finding("file", str(wrong))]
    return document, list(islice(_findings(text, digest, document), MOST))


def _findings(text: bytes, digest: str, document: SettlementDocument) -> Iterator[Finding]:
    actual = sha256(text)
    if actual != digest:
        yield Finding("sha256", f"the text has the hash {actual}, the file names {digest}")
    if text_of(document) != text:
        yield Finding("settlement", "its text is not the canonical one: something was written in")
    yield from _settled_again(document)
    yield from _sums(document)


def _settled_again(document: SettlementDocument) -> Iterator[Finding]:
    try:
        again = settle(document.settled_contract, document.settled_period, document.evidence)
    except ValueError as wrong:
        yield Finding("evidence", f"it cannot be settled: {wrong}")
        return
    yield from differences("statement", document.statement, again, ("the file", "settled again"))


def _sums(document: SettlementDocument) -> Iterator[Finding]:
    note = document.credit_note
    if note is None:
        return
    lines = sum(one.difference for one in note.lines)
    if lines != note.difference or note.totals.total != note.difference:
        what = f"its lines come to {lines}, its totals to {note.totals.total}"
        yield Finding("credit_note", f"{what}, it names {note.difference}")


def differences(
    where: str, one: object, other: object, names: tuple[str, str]
) -> Iterator[Finding]:
    """Where two values of the same kind differ, as deep as they go; `names` say whose each is."""
    yield from _differences(where, msgspec.to_builtins(one), msgspec.to_builtins(other), names)


def _differences(
    where: str, one: object, other: object, names: tuple[str, str]
) -> Iterator[Finding]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from _differences(f"{where}.{name}", one.get(name), other.get(name), names)
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        for place, pair in enumerate(zip(one, other, strict=True)):
            yield from _differences(f"{where}[{place}]", *pair, names)
    elif one != other:
        yield Finding(where, f"{names[0]}: {_told(one)}, {names[1]}: {_told(other)}")


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return f"{len(value)} entries"
    return "nothing" if value is None else str(value)
