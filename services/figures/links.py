"""Links of a figure: the questions to the API whose answers show what it was made of.

a figure ─┬─ its numerator and denominator    /v1/kpis/history?from=…&to=…&interval=all&kpi=…
          ├─ the visits behind it             /v1/visits?from=…&to=…&queue=…
          ├─ what changed since               /v1/corrections?from=…&to=…
          └─ the text of its definition       /v1/definitions/service_level/vip?version=2

Links are paths of the API; whoever shows them puts the address of its installation before them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from floorpulse.contracts.visits import Outcome
from floorpulse.figures.restate import Restatement
from floorpulse.figures.timestamps import text

PLAIN_NAME = frozenset(',"')
"""What a name must be quoted for in a list"""
WHOLE_SPAN = "all"


@dataclass(frozen=True)
class LinkedFigure:
    """A KPI over [begin, end) (epoch milliseconds) of queues and channels, none meaning all;
    `definition` is a service-level policy (`id@version`), `restated` what was said differently.
    """

    kpi: str
    begin: int
    end: int
    zone: ZoneInfo
    queues: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    definition: str | None = None
    restated: Restatement = field(default_factory=Restatement)


def history_link(figure: LinkedFigure, interval: str = WHOLE_SPAN) -> str:
    """Where numerator and denominator of a figure are answered, as one row or by interval."""
    asked = {"interval": interval, "kpi": figure.kpi, "by": "total", "tz": figure.zone.key}
    return _link("/v1/kpis/history", figure, asked)


def visits_link(
    figure: LinkedFigure, *, missed: bool = False, outcome: Outcome | None = None
) -> str:
    """Where the visits behind a figure are listed; `missed`: only those that lower it."""
    asked = {"tz": figure.zone.key}
    if missed:
        asked["missed"] = "true"
    if outcome is not None:
        asked["outcome"] = outcome.value
    return _link("/v1/visits", figure, asked)


def corrections_link(figure: LinkedFigure) -> str:
    """Where it is told what late events changed of a figure after it was final."""
    return _link("/v1/corrections", figure, {"kpi": figure.kpi, "tz": figure.zone.key})


def definition_link(kind: str, name: str, version: int | None = None) -> str:
    """Where the text of a definition is, of one version or of the newest; `kind` as the API names
    it, such as `service_level` or `contract`.
    """
    path = f"/v1/definitions/{quote(kind, safe='')}/{quote(name, safe='')}"
    return path if version is None else f"{path}?version={version}"


def named_definition_link(kind: str, named: str) -> str:
    """The same of a definition as figures name it: `id@version`."""
    name, _, version = named.rpartition("@")
    return definition_link(kind, name, int(version)) if name else definition_link(kind, named)


def listed(names: Sequence[str]) -> str:
    """Names as a list of the API: those that hold a comma or quotes in double quotes."""
    return ",".join(map(_listed, names))


def _listed(name: str) -> str:
    quoted = name != name.strip() or bool(PLAIN_NAME.intersection(name))
    return '"' + name.replace('"', '""') + '"' if quoted else name


def _link(path: str, figure: LinkedFigure, asked: dict[str, str]) -> str:
    span = {"from": text(figure.begin, figure.zone), "to": text(figure.end, figure.zone)}
    return f"{path}?{urlencode(span | _contacts(figure) | asked | _definition(figure))}"


def _contacts(figure: LinkedFigure) -> dict[str, str]:
    told = {"queue": listed(figure.queues), "channel": listed(figure.channels)}
    return {name: value for name, value in told.items() if value}


def _definition(figure: LinkedFigure) -> dict[str, str]:
    options = {
        name: _said(value) for name, value in vars(figure.restated).items() if value is not None
    }
    named = {} if figure.definition is None else {"definition": figure.definition}
    return named | options


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
