"""Uploaded forecasts in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from floorpulse.board.domain.windows import Span
from floorpulse.figures.forecasts.in_force import in_force
from floorpulse.figures.forecasts.keeper import Said, Upload
from floorpulse.kpis.plan import Slot
from floorpulse.runtime.unavailable import StoreUnavailable


class MemoryForecasts:
    """A `ForecastStore` in memory; `away` makes it fail."""

    def __init__(self) -> None:
        self.away = False
        self._uploads: dict[str, list[tuple[Upload, list[Slot]]]] = {}

    async def save(self, tenant: str, slots: Sequence[Slot], said: Said) -> tuple[Upload, bool]:
        self._answer()
        known = self._uploads.setdefault(tenant, [])
        rows = sorted((replace(slot, version=0) for slot in slots), key=_place)
        if known and rows == [replace(slot, version=0) for slot in known[-1][1]]:
            return known[-1][0], False
        span = min(slot.begin for slot in slots), max(slot.end for slot in slots)
        upload = Upload(len(known) + 1, len(slots), *span, said.note, said.by, said.at)
        known.append((upload, [replace(slot, version=upload.version) for slot in rows]))
        return upload, True

    async def uploads(self, tenant: str) -> Sequence[Upload]:
        self._answer()
        return [upload for upload, _ in reversed(self._uploads.get(tenant, []))]

    async def of_version(self, tenant: str, version: int, span: Span) -> Sequence[Slot]:
        self._answer()
        known = self._uploads.get(tenant, [])
        return _touching(known[version - 1][1], span) if 0 < version <= len(known) else []

    async def latest(self) -> Mapping[str, int]:
        self._answer()
        return {tenant: len(known) for tenant, known in self._uploads.items()}

    async def in_force(self, tenant: str, span: Span) -> Sequence[Slot]:
        self._answer()
        return in_force(
            slot for _, slots in self._uploads.get(tenant, []) for slot in _touching(slots, span)
        )

    def _answer(self) -> None:
        if self.away:
            message = "the forecasts are away"
            raise StoreUnavailable(message)


def _place(slot: Slot) -> tuple[int, str, str]:
    return slot.begin, slot.queue, slot.channel


def _touching(slots: Sequence[Slot], span: Span) -> list[Slot]:
    return [slot for slot in slots if slot.begin < span.end and span.begin < slot.end]
