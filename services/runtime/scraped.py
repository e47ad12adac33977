"""The answer to a scrape, in the format and the coding that the scraper accepts."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder, gzip_accepted

LEVEL = 1
"""Of compression: a page of a megabyte takes some milliseconds and shrinks to a twelfth"""


@dataclass(frozen=True)
class ScrapeAccepts:
    """What a scraper accepts: the content type that it gets, the function that writes a registry in
    it, and whether the scraper unpacks gzip.
    """

    content_type: str
    write: Callable[[CollectorRegistry], bytes]
    packed: bool

    @property
    def openmetrics(self) -> bool:
        """Whether it gets OpenMetrics rather than the older text format."""
        return self.content_type.startswith("application/openmetrics-text")

    def coded(self, page: bytes) -> bytes:
        """A page in the coding that the scraper accepts."""
        return gzip.compress(page, LEVEL, mtime=0) if self.packed else page

    def response(self, coded: bytes) -> Response:
        """The answer whose body is `coded`."""
        headers = {"Vary": "Accept, Accept-Encoding"}
        if self.packed:
            headers["Content-Encoding"] = "gzip"
        return Response(coded, media_type=self.content_type, headers=headers)


def accepts(request: Request) -> ScrapeAccepts:
    """What the headers of a scrape say."""
    write, content_type = choose_encoder(request.headers.get("accept", ""))
    packed = gzip_accepted(request.headers.get("accept-encoding", ""))
    return ScrapeAccepts(content_type, write, packed)


def scraped(request: Request, registry: CollectorRegistry) -> Response:
    """All that a registry holds."""
    asked = accepts(request)
    return asked.response(asked.coded(asked.write(registry)))
