"""A topic of dead letters in a list."""

from itertools import islice

from floorpulse.contracts.letters import DeadLetter
from floorpulse.query.pipeline.letters import KeptLetter, LetterPlace, LetterQuery
from floorpulse.runtime.unavailable import LogUnavailable


class MemoryLetters:
    """`Letters` over what is put into `kept`, one partition; a page looks at so many."""

    def __init__(self, looked_at: int = 1_000) -> None:
        self.kept: list[DeadLetter] = []
        self.away = False
        self._looked_at = looked_at

    async def page(
        self, query: LetterQuery, after: LetterPlace | None, limit: int
    ) -> tuple[list[KeptLetter], LetterPlace | None]:
        if self.away:
            message = "Kafka did not give the letters"
            raise LogUnavailable(message)
        first = 0 if after is None else after.offset + 1
        found: list[KeptLetter] = []
        for offset, letter in islice(enumerate(self.kept), first, first + self._looked_at):
            place = LetterPlace(0, offset)
            if query.asks_for(letter):
                found.append(KeptLetter(place, letter))
            if len(found) == limit:
                return found, place
        last = first + self._looked_at - 1
        return found, LetterPlace(0, last) if last < len(self.kept) else None
