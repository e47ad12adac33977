"""Why a client's list cannot be read."""


class UnreadableListError(Exception):
    """The list as a whole cannot be read; the text says what is wrong, where, and what to do."""
