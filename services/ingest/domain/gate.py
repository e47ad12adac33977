"""The gate: how much may be under way at once, so that memory stays bounded while Kafka is slow."""

from types import TracebackType


class Overloaded(Exception):  # noqa: N818  it names the state
    """Too much is under way; the message says of what."""


class Gate:
    """Counts `what` under way, never more than `limit`."""

    def __init__(self, what: str, limit: int) -> None:
        self._what = what
        self._limit = limit
        self.under_way = 0

    def hold(self, amount: int) -> "Held":
        """Hold `amount` for the length of the block; `Overloaded` when there is no room for it."""
        return Held(self, amount)

    def enter(self, amount: int) -> None:
        """Let `amount` in; `Overloaded` when there is no room for it."""
        if self.under_way + amount > self._limit:
            message = (
                f"{self.under_way} {self._what} are under way and {self._limit} is the "
                "limit; send again in a moment"
            )
            raise Overloaded(message)
        self.under_way += amount

    def leave(self, amount: int) -> None:
        """Let `amount` out again."""
        self.under_way -= amount


class Held:
    """An amount that is under way for the length of a block."""

    def __init__(self, gate: Gate, amount: int) -> None:
        self._gate = gate
        self._amount = amount

    def __enter__(self) -> None:
        """See `Gate.hold`."""
        self._gate.enter(self._amount)

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _wrong: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """The block is over, however it ended."""
        self._gate.leave(self._amount)
