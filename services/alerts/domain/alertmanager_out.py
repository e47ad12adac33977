"""An incident as Alertmanager takes it: what is posted to `/api/v2/alerts`.

    opened                        resolved
      ├───────── firing ──────────────┤
      startsAt      each post: endsAt = now + 4 min
                                      endsAt = resolved, posted again for 5 min

Alertmanager forgets what it is not told again, so an open incident is posted each minute; three
posts may be lost before it believes that the incident is over. The last post wins in all that it
holds, annotations too, so the resolve repeats them.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident

HELD = 4 * 60_000
"""Milliseconds that a post keeps an alert alive"""
REPEATED = 5 * 60_000
"""Milliseconds that a resolved incident is posted again: until an Alertmanager that was away for a
restart has heard it"""
OURS = "floorpulse_incident"
"""The label that tells our own alerts from others: its value is the incident's id"""
OWN = frozenset({"alertname", "tenant", "queue", "channel", "key", "severity", OURS})
FOREIGN = re.compile(r"[^a-zA-Z0-9_]")


class PostableAlert(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One alert of a post; instants are aware, for naive ones are taken as UTC without a word."""

    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    generator_url: str = msgspec.field(default="", name="generatorURL")


def postable(incident: Incident, now: int, page: str = "") -> PostableAlert:
    """The incident as it is posted at `now` (epoch milliseconds); `page` is the address of
    `/alerts`, where there is one.

    An end never lies before the begin: Alertmanager refuses that, and clocks of two hosts differ.
    """
    end = now + HELD if incident.resolved_at is None else incident.resolved_at
    return PostableAlert(
        labels_of(incident),
        _annotations(incident),
        instant(incident.opened_at),
        instant(max(end, incident.opened_at)),
        f"{page}#{incident.id}" if page else "",
    )


def labels_of(incident: Incident) -> dict[str, str]:
    """The labels: who it is about, and the rule's own labels beside them, never over them."""
    subject = incident.subject
    own = {
        "alertname": subject.rule,
        "tenant": subject.tenant,
        "queue": subject.queue,
        "channel": subject.channel,
        "key": subject.key,
        "severity": str(incident.severity),
        OURS: incident.id,
    }
    labels = {_free(label_name(name)): value for name, value in sorted(incident.labels.items())}
    return {name: value for name, value in (labels | own).items() if value}


def label_name(name: str) -> str:
    """A name that every Alertmanager takes, 0.25 to 0.27 included: `[a-zA-Z_][a-zA-Z0-9_]*`; values
    may hold anything.
    """
    plain = FOREIGN.sub("_", name)
    return plain if plain and not plain[0].isdigit() else f"_{plain}"


def instant(at: int) -> datetime:
    """Epoch milliseconds as an aware instant."""
    return datetime.fromtimestamp(at / 1000, UTC)


def _free(name: str) -> str:
    """Names of ours, and those that begin with two underscores (Prometheus's own), are taken."""
    return f"label_{name}" if name in OWN or name.startswith("__") else name


def _annotations(incident: Incident) -> dict[str, str]:
    subject = incident.subject
    where = " ".join(filter(None, (subject.queue, subject.channel, subject.key)))
    title = name_of(incident.names, subject.rule)
    said = {
        "summary": f"{title}: {where}" if where else title,
        "description": description(incident.figure),
        "state": str(incident.state),
        "owner": incident.owner or "",
        "runbook_url": incident.runbook or "",
    }
    return {name: text for name, text in said.items() if text} | _figures(incident.figure)


def name_of(names: Mapping[str, str], fallback: str) -> str:
    """The English name, else any other, else `fallback`."""
    return names.get("en") or next(iter(names.values()), fallback)


def description(figure: Figure) -> str:
    """The figure in a line, its numbers as the API tells them."""
    parts = [f"{figure.kpi} {_number(figure.value) or 'without value'}"]
    if figure.bound is not None:
        parts.append(f"bound {_number(figure.bound)}")
    if figure.denominator is not None:
        parts.append(f"{_number(figure.numerator)} of {_number(figure.denominator)}")
    parts += [text for text in (figure.window, figure.definition) if text]
    return ", ".join(parts)


def _figures(figure: Figure) -> dict[str, str]:
    told = {
        "kpi": figure.kpi,
        "value": _number(figure.value),
        "bound": _number(figure.bound),
        "numerator": _number(figure.numerator),
        "denominator": _number(figure.denominator),
        "definition": figure.definition,
        "as_of": figure.as_of,
    }
    return {name: text for name, text in told.items() if text}


def _number(value: float | None) -> str:
    return "" if value is None else msgspec.json.encode(value).decode().removesuffix(".0")
