"""Python's collector of cyclic garbage, kept from looking again and again at state that stays:
pauses of 0.1 s and more.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

COLLECTIONS = 20_000, 20, 50
"""Objects between two collections, and how many of the young make one of the older: events and
answers are no garbage in cycles.
"""

SELDOM = 200_000, 20, 50
"""The same for who makes much of what it keeps anew by and by, and may pause for a tenth of a
second: of what the rules of 1,000 queues make in a minute next to nothing is garbage in cycles, and
looking for it took a twentieth of their CPU.
"""

SHORT_PAUSES = 1_000, 1, 1_000
"""The same for who answers within milliseconds: no collection looks at more than some 3,000
objects, a millisecond or two. A collection of 10,000 takes 7 on a busy machine, more than a wall's
whole answer.
"""


def leave_alone_what_is_here(collections: tuple[int, int, int] = COLLECTIONS) -> None:
    """What is in memory now stays for good: collections need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*collections)


@contextmanager
def importing() -> Iterator[None]:
    """Import in here without collections, neither now nor later: next to nothing of what imports
    make is garbage, and looking for it was a fifth of their CPU.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
