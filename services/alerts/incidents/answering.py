"""The tables of alerts answer in time, or cannot be used."""

from contextlib import AbstractAsyncContextManager

from floorpulse.runtime import database

ANSWER_WITHIN = 4.0


def answering() -> AbstractAsyncContextManager[None]:
    """What PostgreSQL does not answer in time, or not at all, is `StoreUnavailable`."""
    return database.answering(
        ANSWER_WITHIN, "the tables of alerts in PostgreSQL cannot be used ({})"
    )
