"""The document of a settlement: evidence, terms and statement frozen together, one text for one
content, with a hash over it all.

    {"settlement": {…}, "sha256": "…"}      the hash is over the canonical text of the settlement

Nothing of the moment of settling is in it, so settling the same evidence again gives the same
bytes. Whoever has the file can settle its evidence again and compare.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.contract_reading import contract_of
from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.definitions.domain.contracts import Contract
from floorpulse.definitions.domain.definition_files import BODIES
from floorpulse.definitions.domain.in_force import Version
from floorpulse.reports.domain.canonical import canonical, sha256
from floorpulse.reports.domain.evidence import Evidence
from floorpulse.reports.domain.periods import Period
from floorpulse.reports.domain.statement import Statement, Totals
from floorpulse.reports.domain.visit_records import VisitChange

FORMAT = "floorpulse-settlement-1"


class SettledPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """The days from `first` to `last`, both within, by the clocks of `zone`."""

    kind: PeriodKind
    first: date
    last: date
    zone: str


class DefinitionText(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a definition and what it says: `name` is `id@number`."""

    kind: str
    name: str
    body: dict[str, Any]


class VisitsDigest(msgspec.Struct, frozen=True, kw_only=True):
    """How many visits are the evidence, and the SHA-256 over their lines; `open` of them go on, or
    wait without being believed lost.
    """

    count: int
    sha256: str
    open: int


class AmountChange(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the statement whose amount is another, signed as it counts in the total: `line`
    says which, `difference` is after minus before.
    """

    line: str
    before: Decimal
    after: Decimal
    difference: Decimal


class CreditNote(msgspec.Struct, frozen=True, kw_only=True):
    """What a correction after issue changes: note `number` of the settlement with the hash `of`
    stands on the document with the hash `before` (the settlement, or the note before).

    `difference` is total after minus total before. `visits` count otherwise than they did; beyond
    the most that a note lists only `visits_changed` tells how many. `terms_changed` says whether
    the contract or its calendars read otherwise than before.
    """

    of: str
    number: int
    before: str
    difference: Decimal
    totals: Totals
    lines: tuple[AmountChange, ...]
    visits_changed: int
    visits: tuple[VisitChange, ...]
    terms_changed: bool


class SettlementDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that is signed. `final`: its figures change by corrections only. A credit note has the
    evidence and statement of now, and what differs.
    """

    format: str
    tenant: str
    contract: str
    period: SettledPeriod
    final: bool
    definitions: tuple[DefinitionText, ...]
    evidence: Evidence
    visits: VisitsDigest
    statement: Statement
    credit_note: CreditNote | None = None

    @property
    def settled_period(self) -> Period:
        """The period as settling takes it."""
        after = self.period.last + timedelta(days=1)
        return Period(self.period.kind, self.period.first, after, ZoneInfo(self.period.zone))

    @property
    def settled_contract(self) -> Contract:
        """The contract as the texts in the document describe it."""
        kind = Kind.CONTRACT.name.lower()
        texts = [one for one in self.definitions if one.kind == kind]
        versions = [_version(self.tenant, one) for one in texts]
        return contract_of(versions, ZoneInfo(self.period.zone))


class SignedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A document with the hash over it, as it is handed out."""

    settlement: msgspec.Raw
    sha256: str


class UnreadableSettlementError(Exception):
    """A file is no settlement; the message says why."""


_decode = msgspec.json.Decoder(SettlementDocument).decode
_decode_file = msgspec.json.Decoder(SignedFile).decode


def period_told(period: Period) -> SettledPeriod:
    """A period as the document names it."""
    last = period.after - timedelta(days=1)
    return SettledPeriod(kind=period.kind, first=period.first, last=last, zone=period.zone.key)


def texts_of(versions: Iterable[Version]) -> tuple[DefinitionText, ...]:
    """The texts of versions, sorted."""
    found = [
        DefinitionText(
            kind=one.kind.name.lower(), name=one.name, body=msgspec.to_builtins(one.body)
        )
        for one in versions
    ]
    return tuple(sorted(found, key=lambda one: (one.kind, one.name)))


def text_of(document: SettlementDocument) -> bytes:
    """The canonical text that is hashed and kept."""
    return canonical(document)


def signed(text: bytes) -> bytes:
    """The file of a document's canonical text."""
    return canonical(SignedFile(settlement=msgspec.Raw(text), sha256=sha256(text))) + b"\n"


def document_of(text: bytes) -> SettlementDocument:
    """The document of a canonical text that was kept."""
    return _decode(text)


def read_signed(file: bytes) -> tuple[bytes, str]:
    """The settlement's text in a file, as it stands there, and the hash that the file names. Raises
    UnreadableSettlementError.
    """
    try:
        found = _decode_file(file)
    except msgspec.DecodeError as wrong:
        message = f"it is no file of a settlement: {wrong}"
        raise UnreadableSettlementError(message) from wrong
    return bytes(found.settlement), found.sha256


def decoded(text: bytes) -> SettlementDocument:
    """The document of a text that somebody handed in. Raises UnreadableSettlementError."""
    try:
        document = _decode(text)
    except msgspec.DecodeError as wrong:
        message = f"it is no settlement: {wrong}"
        raise UnreadableSettlementError(message) from wrong
    if document.format != FORMAT:
        message = f"it has the format {document.format!r}; this version reads {FORMAT!r}"
        raise UnreadableSettlementError(message)
    return document


def _version(tenant: str, told: DefinitionText) -> Version:
    name, _, number = told.name.rpartition("@")
    body = msgspec.convert(told.body, BODIES[Kind.CONTRACT])
    return Version(tenant, Kind.CONTRACT, name, int(number), body)


def same_terms(one: Sequence[DefinitionText], other: Sequence[DefinitionText]) -> bool:
    """Whether definitions read the same."""
    return canonical(list(one)) == canonical(list(other))
