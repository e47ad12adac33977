"""A settlement that is kept, read whole: its document, its visits, its history and its notes, for
workbooks and comparisons.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.reports.compare.comparing import Standing
from floorpulse.reports.domain.document import document_of
from floorpulse.reports.domain.settlement_links import figure_links
from floorpulse.reports.domain.settlement_states import SettlementState
from floorpulse.reports.domain.visit_records import VisitRecord, unpacked
from floorpulse.reports.settlement.ports import SettlementStore, StoredSettlement
from floorpulse.reports.workbook.settled import Happened, SettledBook, SignedNote


async def book_of(
    store: SettlementStore, stored: StoredSettlement, known: TenantDefinitions, address: str = ""
) -> SettledBook:
    """What the workbook of a settlement is made of; the notes are those behind it that were
    issued. Its links are paths behind the public `address`, if one is known.
    """
    document = document_of(await store.document(stored.id))
    events = await store.events(stored.id)
    later = [
        one
        for one in await store.of_period(stored.place)
        if one.number > stored.number and one.state is not SettlementState.DRAFT
    ]
    notes = [
        SignedNote(document_of(await store.document(one.id)), one.sha256, one.state)
        for one in later
    ]
    return SettledBook(
        document=document,
        sha256=stored.sha256,
        state=stored.state,
        visits=await _visits(store, stored),
        history=[Happened(one.at, one.state, one.actor, one.reason) for one in events],
        notes=notes,
        links=figure_links(document, known),
        address=address.rstrip("/"),
    )


async def standing_of(
    store: SettlementStore, stored: StoredSettlement, known: TenantDefinitions
) -> Standing:
    """What a client's list is compared with."""
    document = document_of(await store.document(stored.id))
    visits = await _visits(store, stored)
    as_of = stored.frozen.get("watermark")
    return Standing(
        id=stored.id,
        document=document,
        records=visits(),
        known=known,
        as_of=as_of if isinstance(as_of, int) else document.evidence.end,
    )


async def _visits(
    store: SettlementStore, stored: StoredSettlement
) -> Callable[[], Iterable[VisitRecord]]:
    """The visits, read once and held deflated: some 30 bytes each."""
    pages: Sequence[bytes] = [page async for page in store.pages(stored.id)]

    def visits() -> Iterator[VisitRecord]:
        return chain.from_iterable(map(unpacked, pages))

    return visits
