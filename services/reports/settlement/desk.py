"""Settles: evidence in, a frozen draft out; what was issued is never changed, what differs later
becomes a credit note.

settle ─► nothing issued yet?  ─► the draft of the settlement, in the place of the draft before
       └► issued, and the same ─► nothing: it stands
       └► issued, and another  ─► the draft of the next credit note, with the visits that caused it
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from floorpulse.definitions.domain.contracts import Contract
from floorpulse.reports.domain.canonical import sha256
from floorpulse.reports.domain.credit_notes import credit_note, differs
from floorpulse.reports.domain.document import (
    FORMAT,
    SettlementDocument,
    VisitsDigest,
    document_of,
    period_told,
    text_of,
    texts_of,
)
from floorpulse.reports.domain.part_evidence import Missed
from floorpulse.reports.domain.periods import Period
from floorpulse.reports.domain.settle import settle
from floorpulse.reports.domain.settlement_states import (
    NotPossible,
    SettlementAct,
    SettlementState,
)
from floorpulse.reports.domain.verifying import Finding, differences
from floorpulse.reports.domain.visit_records import VisitChange, changes, unpacked
from floorpulse.reports.evidence.reader import (
    EvidenceQuery,
    EvidenceReader,
    MissedBefore,
    ReadEvidence,
)
from floorpulse.reports.settlement.ports import (
    Actor,
    NewSettlement,
    SettlementPlace,
    SettlementStore,
    StoredSettlement,
)


class Settled(StrEnum):
    """What settling came to."""

    DRAFTED = "drafted"
    """A draft of the settlement was made"""
    SAME_DRAFT = "same_draft"
    """The draft that is there says the same"""
    NOTE_DRAFTED = "note_drafted"
    """A draft of a credit note was made"""
    UNCHANGED = "unchanged"
    """What was issued still holds: there is nothing to correct"""


@dataclass(frozen=True)
class SettleResult:
    """What settling came to, and what stands for the period now."""

    outcome: Settled
    stored: StoredSettlement
    document: SettlementDocument


class SettlementDesk:
    """The use cases of settlements. They raise `NoEvidence`, ValueError of a period that
    cannot be settled, `ChangedMeanwhileError` and `StoreUnavailable`.
    """

    def __init__(
        self, reader: EvidenceReader, store: SettlementStore, new_id: Callable[[], str]
    ) -> None:
        self.store = store
        self._reader = reader
        self._new_id = new_id

    async def settle(self, query: EvidenceQuery, by: Actor) -> SettleResult:
        """Settle a period as its evidence stands now."""
        read = await self._reader.read(query, self._missed(query.tenant))
        after = await asyncio.to_thread(settled, query.tenant, read)
        place = SettlementPlace(query.tenant, query.contract, read.period.begin, read.period.end)
        known = await self.store.of_period(place)
        issued = [one for one in known if one.state is not SettlementState.DRAFT]
        draft = next((one for one in known if one.state is SettlementState.DRAFT), None)
        before = document_of(await self.store.document(issued[-1].id)) if issued else None
        if before is not None and not differs(before, after):
            if draft is not None:
                await self.store.drop_draft(place, draft.number)
            return SettleResult(Settled.UNCHANGED, issued[-1], before)
        if before is not None:
            visits = await self._changes(issued[-1], read)
            standing = issued[-1].sha256, before
            after = credit_note(issued[0].sha256, len(issued), standing, after, visits)
        return await self._drafted(place, read, after, issued, draft, by)

    async def _drafted(
        self,
        place: SettlementPlace,
        read: ReadEvidence,
        document: SettlementDocument,
        issued: list[StoredSettlement],
        draft: StoredSettlement | None,
        by: Actor,
    ) -> SettleResult:
        text = text_of(document)
        digest = sha256(text)
        if draft is not None and draft.sha256 == digest:
            return SettleResult(Settled.SAME_DRAFT, draft, document)
        new = NewSettlement(
            id=self._new_id(),
            place=place,
            number=len(issued),
            document=text,
            sha256=digest,
            pages=read.pages.pages,
            before=issued[-1].sha256 if issued else None,
            frozen=frozen(read),
        )
        await self.store.save(new, by)
        stored = await self.store.find(place.tenant, new.id)
        assert stored is not None  # noqa: S101  it was kept a moment ago
        return SettleResult(Settled.NOTE_DRAFTED if issued else Settled.DRAFTED, stored, document)

    async def act(
        self,
        tenant: str,
        id: str,  # noqa: A002  as everybody calls it
        act: SettlementAct,
        by: Actor,
    ) -> StoredSettlement | NotPossible | None:
        """Issue, dispute or agree. Raises `DraftNotFinalError` for a draft of a period that was not
        final.
        """
        if act is SettlementAct.ISSUE:
            await self._expect_final(tenant, id)
        return await self.store.act(tenant, id, act, by)

    async def compared(self, document: SettlementDocument) -> list[Finding]:
        """What the stored visits tell otherwise than a settlement's document does."""
        period = document.settled_period
        query = EvidenceQuery(document.tenant, document.contract, lambda _: period, draft=True)
        read = await self._reader.read(query, self._missed(document.tenant))
        names = ("the file", "stored now")
        found = list(differences("evidence", document.evidence, read.evidence, names))
        digest = VisitsDigest(count=read.pages.count, sha256=read.digest, open=read.open_visits)
        return found + list(differences("visits", document.visits, digest, names))

    async def _expect_final(self, tenant: str, id_: str) -> None:
        known = await self.store.find(tenant, id_)
        if known is None or known.state is not SettlementState.DRAFT:
            return
        if not document_of(await self.store.document(id_)).final:
            message = (
                "the draft was made before the period was final; settle the period again, then "
                "issue it"
            )
            raise DraftNotFinalError(message)

    def _missed(self, tenant: str) -> MissedBefore:
        async def missed(contract: Contract, period: Period) -> Missed:
            place = SettlementPlace(tenant, contract.id, period.begin, period.end)
            known = await self.store.before(place)
            if known is None:
                return {}
            return runs_at_end(document_of(await self.store.document(known.id)))

        return missed

    async def _changes(self, before: StoredSettlement, read: ReadEvidence) -> list[VisitChange]:
        """The visits that count otherwise than in what was issued; both lists are held deflated."""
        old = [page async for page in self.store.pages(before.id)]
        new = [page.records for page in read.pages.pages]
        return await asyncio.to_thread(_changes_between, old, new)


def _changes_between(before: Sequence[bytes], after: Sequence[bytes]) -> list[VisitChange]:
    """What differs between two lists of deflated pages; seconds of work for a million visits."""
    sides = (chain.from_iterable(map(unpacked, pages)) for pages in (before, after))
    return changes(*sides)


class DraftNotFinalError(Exception):
    """A draft of a period that was not final cannot be issued; the message says what to do."""


def settled(tenant: str, read: ReadEvidence) -> SettlementDocument:
    """The document of evidence: settled, with the texts of what it was settled under."""
    return SettlementDocument(
        format=FORMAT,
        tenant=tenant,
        contract=read.contract.id,
        period=period_told(read.period),
        final=read.final,
        definitions=texts_of(read.versions),
        evidence=read.evidence,
        visits=VisitsDigest(count=read.pages.count, sha256=read.digest, open=read.open_visits),
        statement=settle(read.contract, read.period, read.evidence),
    )


def runs_at_end(document: SettlementDocument) -> Missed:
    """By metric, how many windows were missed one after the other at the end of a period."""
    last = document.statement.parts[-1]
    return {one.metric: one.missed_at_end for one in last.attainments}


def frozen(read: ReadEvidence) -> dict[str, object]:
    """What the snapshot had applied when the evidence was read."""
    return {
        "definition_set": read.definition_set,
        "revision": read.revision,
        "watermark": read.watermark,
        "offsets": [
            {
                "partition": one.partition,
                "log": one.log_id,
                "generation": one.generation,
                "next_offset": one.next_offset,
            }
            for one in sorted(read.positions, key=lambda one: one.partition)
        ],
    }
