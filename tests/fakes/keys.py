"""Keys in memory."""

from floorpulse.access.keys import Credential
from floorpulse.runtime.unavailable import KeysUnavailable


class FixedKeys:
    """Knows one credential a token; `away` makes it unable to tell."""

    def __init__(self, known: dict[str, Credential]) -> None:
        self.known = known
        self.away = False

    async def verify(self, token: str) -> Credential | None:
        if self.away:
            message = "the table of API keys cannot be read"
            raise KeysUnavailable(message)
        return self.known.get(token)

    async def find(self, key_id: str) -> Credential | None:
        return next((one for one in self.known.values() if one.key_id == key_id), None)
