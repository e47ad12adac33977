"""Columns of thousands of values as one text each, for `string_to_array`: asyncpg looks at each
element of an array whether it is one, which costs more than all the rest of a look-up.
"""

from collections.abc import Sequence
from itertools import chain, count


def texts(*columns: Sequence[str]) -> list[str]:
    """A separator that no value holds, and each column with it between its values; columns of one
    length, with one value at least.
    """
    whole = ["\n".join(column) for column in columns]
    if all(text.count("\n") < len(columns[0]) for text in whole):
        return ["\n", *whole]
    separator = _absent(whole)
    return [separator, *map(separator.join, columns)]


def _absent(whole: Sequence[str]) -> str:
    """A separator that stands in none of these texts, and does not overlap with itself."""
    separators = chain(("\x1f",), (f"\x1e{number}\x1f" for number in count()))
    return next(one for one in separators if not any(one in text for text in whole))
