"""Built-in pages: static files of the package under a strict policy, and what several pages share.

A page's files are those of its own folder and those of `runtime/pages`, all under one address, so
that a page works on whatever port serves it.
"""

from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import Request, Response

from floorpulse.runtime.problems import Problem
from floorpulse.runtime.tagged import matches

KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
SHARED = files("floorpulse.runtime") / "pages"


class StaticPages:
    """The files of one page; `what` is its name in a refusal."""

    def __init__(self, folder: Traversable, what: str) -> None:
        self._folders = (SHARED, folder)
        self._what = what

    def answer(self, request: Request, name: str, *served: str) -> Response:
        """A file by its plain name, with a strong ETag; problem 404 where there is none.

        Elements of the page that are hidden `data-with` something are shown where it is `served`.
        """
        shipped = {
            one.name: one for folder in self._folders for one in folder.iterdir() if one.is_file()
        }
        kind = KINDS.get(name.rpartition(".")[2])
        if kind is None or name not in shipped:
            raise Problem(404, "Not found", f"{self._what} has no file {name!r}")
        content = shipped[name].read_bytes()
        for part in served:
            content = content.replace(b'data-with="%b" hidden' % part.encode(), b"")
        tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
        if matches(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers={**HEADERS, "ETag": tag})
        return Response(content, media_type=kind, headers={**HEADERS, "ETag": tag})
