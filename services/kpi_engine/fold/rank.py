"""A total order over what events say, so that two of one instant merge to the same in any order."""

from typing import Any


def rank(*parts: Any) -> tuple[tuple[bool, Any], ...]:
    """A total order over tuples in which None stands below everything."""
    return tuple((part is not None, part) if part is not None else (False, 0) for part in parts)
