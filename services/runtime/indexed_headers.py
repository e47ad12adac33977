"""Headers of a request that are looked up many times.

Starlette reads the list of headers from its beginning for each look, 2 to 4 µs; a handler that is
asked thousands of times a second looks six times.
"""

from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope


class IndexedHeaders(Headers):
    """Starlette's headers with an index by name: the first value of each, as theirs."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope=scope)
        self._first = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(self._list)
        }

    def __getitem__(self, key: str) -> str:
        """The first value of a header, whatever the case of its name. Raises KeyError."""
        return self._first[key.lower()]

    def get(self, key: str, default: Any = None) -> Any:
        """The first value of a header, or `default`."""
        return self._first.get(key.lower(), default)

    def __contains__(self, key: Any) -> bool:
        """Whether there is such a header."""
        return key.lower() in self._first


class IndexedRequest(Request):
    """Starlette's request, its headers indexed."""

    @property
    def headers(self) -> Headers:
        """See `IndexedHeaders`."""
        found: IndexedHeaders | None = getattr(self, "_indexed", None)
        if found is None:
            found = self._indexed = IndexedHeaders(self.scope)
        return found
