"""Headers with an index answer as Starlette's own do."""

import pytest
from starlette.datastructures import Headers
from starlette.types import Scope

from floorpulse.runtime.indexed_headers import IndexedHeaders, IndexedRequest

SCOPE: Scope = {
    "type": "http",
    "headers": [(b"x-twice", b"first"), (b"content-type", b"a/b"), (b"x-twice", b"second")],
}
NAMES = ("x-twice", "X-Twice", "content-type", "Content-Type", "none", "")


@pytest.mark.parametrize("name", NAMES)
def test_each_header_is_what_starlette_says(name: str) -> None:
    theirs, ours = Headers(scope=SCOPE), IndexedHeaders(SCOPE)

    assert ours.get(name) == theirs.get(name)
    assert ours.get(name, "-") == theirs.get(name, "-")
    assert (name in ours) == (name in theirs)
    assert ours.getlist(name) == theirs.getlist(name)
    if name in theirs:
        assert ours[name] == theirs[name]
    else:
        with pytest.raises(KeyError):
            ours[name]


def test_all_headers_stand_in_their_order() -> None:
    assert IndexedHeaders(SCOPE).items() == Headers(scope=SCOPE).items()


def test_a_request_indexes_its_headers_once() -> None:
    request = IndexedRequest(SCOPE)
    assert request.headers is request.headers
    assert request.headers["x-twice"] == "first"
