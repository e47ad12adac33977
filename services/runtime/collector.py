"""Python's collector of cyclic garbage, kept from looking again and again at state that stays:
pauses of 0.1 s and more.
"""

import gc

COLLECTIONS = 20_000, 20, 50
"""Objects between two collections, and how many of the young make one of the older: events and
answers are no garbage in cycles.
"""


SHORT_PAUSES = 2_000, 5, 100
"""The same for who answers within milliseconds: a collection of 20,000 objects takes 10 to 30 of
them on a busy machine.
"""


def leave_alone_what_is_here(collections: tuple[int, int, int] = COLLECTIONS) -> None:
    """What is in memory now stays for good: collections need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*collections)
