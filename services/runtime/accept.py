"""Which kind of answer a client takes (RFC 9110 §12.5.1)."""

from functools import lru_cache

from fastapi import Request

from floorpulse.runtime.problems import Problem

JSON = "application/json"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def accepted(request: Request, *offered: str) -> str:
    """The offered kind that the client likes best, the first offered of equals; problem 406 where
    it takes none.
    """
    accept = request.headers.get("accept", "*/*")
    chosen = _chosen(accept, offered or (JSON,))
    if chosen is None:
        raise Problem(
            406,
            "Not acceptable",
            f"Accept: {accept[:200]} allows none of the media types of this answer: "
            f"{', '.join(offered or (JSON,))}",
        )
    return chosen


@lru_cache(maxsize=256)
def _chosen(accept: str, offered: tuple[str, ...]) -> str | None:
    wishes = dict(_wish(part) for part in accept.split(",") if part.strip()) or {"*/*": 1.0}
    liked = {kind: _liking(kind, wishes) for kind in offered}
    best = max(offered, key=lambda kind: liked[kind])
    return best if liked[best] > 0 else None


def _wish(part: str) -> tuple[str, float]:
    kind, *parameters = (word.strip().lower() for word in part.split(";"))
    quality = next((word[2:] for word in parameters if word.startswith("q=")), "1")
    try:
        return kind, float(quality)
    except ValueError:
        return kind, 1.0


def _liking(kind: str, wishes: dict[str, float]) -> float:
    """The most specific wish counts."""
    family = kind.partition("/")[0] + "/*"
    return next((wishes[name] for name in (kind, family, "*/*") if name in wishes), 0.0)
