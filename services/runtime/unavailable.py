"""What a process needs and cannot have now: one tree of exceptions, each of which passes."""


class Unavailable(Exception):  # noqa: N818  it names a state that passes, not a fault
    """A server that this process needs does not answer now; trying again later may succeed."""


class StoreUnavailable(Unavailable):
    """PostgreSQL did not answer; nothing is known to be lost, the same call can be made again."""


class StoreSlow(StoreUnavailable):
    """PostgreSQL gave a question up because it took longer than its time limit; a smaller question
    may succeed.
    """


class KeysUnavailable(StoreUnavailable):
    """The table of API keys could not be read, and no key of before may be believed any longer."""


class LogUnavailable(Unavailable):
    """Kafka could not be asked, or did not acknowledge in time; part of what was sent may be in the
    log all the same.
    """


class ServerFailed(Exception):  # noqa: N818  it says what happened
    """The server of this process stopped before it served: its log says why."""
