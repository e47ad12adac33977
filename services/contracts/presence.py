"""Who is on the floor, as one owner of a source partition leaves it to the next: pages of changes,
in order.

An engine writes a page with every flush that changes who is there, in the same transaction. A claim
reads the pages and knows every visit that is going on without looking at the visits themselves:

    page 7: all that is there    page 8: + c1, − c4    page 9: c1 answered ...    many changes: page
    42: all that is there
"""

import msgspec

from floorpulse.contracts.visits import VisitKey

Home = tuple[str, str, str]
"""(tenant, queue, channel)"""

Entry = tuple[int, str, int, int]
"""(place of its queue and channel in `homes`, contact, visit number, offered or answered at)"""

Counts = dict[int, int]
"""Unresolved visits by the begin of the month, in UTC, in which they were offered; instants in
epoch milliseconds
"""


class Page(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Changes of who is there; what a page says of a visit replaces what earlier pages said of it.

    `waiting` and `answered` are visits that wait or are in progress, `over` are visits that no
    longer do either. Whoever was offered before the first instant of its channel in `since`, or
    answered before the second (epoch milliseconds), is too old to be there: such visits are dropped
    from what earlier pages said. `unresolved` holds, for each queue and channel whose count
    changed, how many stored visits without an outcome are that old. Pages of versions that knew one
    horizon for all channels have `waits_since` and `talks_since` alone; later ones say the earliest
    there. `agents` are those who answered `answered`, in its order; "" where nobody is known, and
    none at all in pages of before they were written.
    """

    waits_since: int
    talks_since: int
    homes: list[Home]
    waiting: list[Entry]
    answered: list[Entry]
    over: list[VisitKey]
    unresolved: list[tuple[Home, Counts]]
    since: dict[str, tuple[int, int]] = {}
    agents: list[str] = []

    def __len__(self) -> int:
        return len(self.waiting) + len(self.answered) + len(self.over) + len(self.unresolved)


encode_page = msgspec.msgpack.Encoder().encode
decode_page = msgspec.msgpack.Decoder(Page).decode
