"""Dead letters, as they are asked for and counted: which, from where on, how many by reason."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from floorpulse.contracts.letters import DeadLetter, Reason
from floorpulse.runtime.cursors import Row, Serial


class LetterPlace(NamedTuple):
    """Where a letter stands in the topic."""

    partition: Row
    offset: Serial


class KeptLetter(NamedTuple):
    """A letter and its place."""

    place: LetterPlace
    letter: DeadLetter


@dataclass(frozen=True)
class LetterQuery:
    """Which letters: of `tenant` (None: all, also those that name none), with one of `reasons`
    (none: any), refused in [since, until), epoch milliseconds.
    """

    tenant: str | None
    reasons: tuple[Reason, ...]
    since: int
    until: int

    def asks_for(self, letter: DeadLetter) -> bool:
        """Whether this is one of them."""
        return (
            self.tenant in (None, letter.tenant)
            and (not self.reasons or letter.reason in self.reasons)
            and self.since <= letter.at < self.until
        )


class Letters(Protocol):
    """The topic of dead letters, oldest first."""

    async def page(
        self, query: LetterQuery, after: LetterPlace | None, limit: int
    ) -> tuple[list[KeptLetter], LetterPlace | None]:
        """Up to `limit` letters behind `after`, and the place to go on from if more may follow: a
        page may hold few or none where others' letters fill the topic. Raises LogUnavailable.
        """
        ...


class LetterCounts:
    """How many letters are known, by tenant and reason."""

    def __init__(self) -> None:
        self._counts: dict[str | None, Counter[str]] = {}

    def note(self, letters: Iterable[tuple[str | None, str]]) -> None:
        """Count letters by (tenant, reason), each read once."""
        for tenant, reason in letters:
            self._counts.setdefault(tenant, Counter())[reason] += 1

    def of(self, tenant: str) -> Mapping[str, int]:
        """Those of a tenant by reason, the most frequent first."""
        return dict(self._counts.get(tenant, Counter()).most_common())


class LetterBox:
    """The letters and their counts, for who asks."""

    def __init__(self, letters: Letters, counts: LetterCounts) -> None:
        self._letters = letters
        self._counts = counts

    async def page(
        self, query: LetterQuery, after: LetterPlace | None, limit: int
    ) -> tuple[list[KeptLetter], LetterPlace | None]:
        """See `Letters.page`."""
        return await self._letters.page(query, after, limit)

    def counts(self, tenant: str) -> Mapping[str, int]:
        """The tenant's letters by reason, as far as the topic holds them or did when this process
        began; those of the last second may be missing.
        """
        return self._counts.of(tenant)
