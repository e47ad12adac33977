"""From an incident to a message: what, where, how bad, since when, what is being done, who has it.

incident + what is told (kind, step) + context (names, zone, links)  ──►  Message
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import msgspec

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.messages import details, numbers
from floorpulse.alerts.domain.messages.words import LANGUAGES, Words
from floorpulse.alerts.domain.notices import Message, NoticeKey, NoticeKind
from floorpulse.alerts.domain.tasks import Task
from floorpulse.definitions.domain.names import name_in
from floorpulse.kpis.catalogue import ASKED

MILLISECONDS = 1000
ELSEWHERE = "alertmanager"
"""The rule of what another system told"""
PLACES = ("instance", "host", "service", "job")
"""Labels that say where something is"""


@dataclass(frozen=True, kw_only=True)
class Links:
    """Addresses that a message may name; those that are None are left out."""

    acknowledge: str | None = None
    alert: str | None = None
    wall: str | None = None


@dataclass(frozen=True, kw_only=True)
class MessageContext:
    """What a message needs beside its incident; `now` is epoch milliseconds.

    `queue` is what people call the queue (its id where it has no name), `owner` the name of who has
    the incident, `told` the names of those who were told so far, in that order.
    """

    language: str
    zone: ZoneInfo
    now: int
    queue: str = ""
    owner: str | None = None
    told: tuple[str, ...] = ()
    links: Links = field(default_factory=Links)


def compose(key: NoticeKey, incident: Incident, context: MessageContext) -> Message:
    """The message of a notice; a language without words is told in English."""
    words = LANGUAGES.get(context.language, LANGUAGES["en"])
    short = _short(key.kind, incident, context, words)
    lines = (
        (words.what, _what(incident, context, words)),
        (words.where, short["where"]),
        (words.how_bad, words.comma.join(_how_bad(incident.figure, words))),
        (words.since, _since(incident, context, words)),
        (words.doing, words.comma.join(_doing(key.kind, incident, context, words))),
        (words.owner, _owner(incident, context, words)),
        (words.task, words.comma.join(_tasks(incident.tasks, words))),
    )
    return Message(
        key=str(key),
        incident=incident.id,
        kind=key.kind,
        severity=str(incident.severity),
        language=context.language,
        title=_title(short, _outlook(key.kind, incident.figure, words) or short["value"], words),
        lines=tuple((label, text) for label, text in lines if text),
        links=tuple(_links(incident, context.links, words)),
        facts=_facts(key, incident, context),
        short=short,
        tasks=incident.tasks,
    )


def _short(
    kind: NoticeKind, incident: Incident, context: MessageContext, words: Words
) -> dict[str, str]:
    """The parts that stand by themselves: in a title, in the variables of a template."""
    figure = incident.figure
    return {
        "severity": words.kinds.get(kind, words.severities[incident.severity]),
        "rule": name_in(context.language, incident.names, incident.subject.rule),
        "where": _where(incident, context, words),
        "value": "" if figure.value is None else numbers.shown(figure.kpi, figure.value),
        "threshold": "" if figure.bound is None else numbers.shown(figure.kpi, figure.bound),
        "since": numbers.clock(incident.opened_at, context.now, context.zone),
        "link": context.links.alert or "",
    }


def _title(short: Mapping[str, str], value: str, words: Words) -> str:
    return words.title.format(
        badge=short["severity"],
        what=words.comma.join(filter(None, (short["rule"], short["where"]))),
        value=words.titled_value.format(value=value) if value else "",
    )


def _outlook(kind: NoticeKind, figure: Figure, words: Words) -> str:
    """What a half hour at risk needs and what it can expect: so far it may look well."""
    required, achievable = (figure.details.get(name) for name in ("required", "achievable"))
    if kind is NoticeKind.RESOLVED or not isinstance(required, float):
        return ""
    if not isinstance(achievable, float) or required <= achievable:
        return ""
    return words.outlook.format(
        required=numbers.percent(required), achievable=numbers.percent(achievable)
    )


def _what(incident: Incident, context: MessageContext, words: Words) -> str:
    rule = name_in(context.language, incident.names, incident.subject.rule)
    kpi = ASKED.get(incident.figure.kpi)
    if kpi is None:
        return rule
    name = kpi.zh if context.language == "zh" else kpi.en
    return rule if name == rule else words.bracketed.format(text=rule, more=name)


def _where(incident: Incident, context: MessageContext, words: Words) -> str:
    """The queue and channel, and what else there is of it: an agent, a reason.

    What came from elsewhere is where its labels say, if they do.
    """
    subject = incident.subject
    if subject.rule == ELSEWHERE:
        labels = incident.figure.details
        return str(next((labels[name] for name in PLACES if name in labels), ""))
    place = context.queue or subject.queue or words.all_queues
    if subject.channel:
        channel = words.channels.get(subject.channel, subject.channel)
        place = words.bracketed.format(text=place, more=channel)
    return words.comma.join(filter(None, (place, subject.key)))


def _how_bad(figure: Figure, words: Words) -> Iterator[str]:
    yield numbers.shown(figure.kpi, figure.value)
    if figure.bound is not None:
        yield words.threshold.format(bound=numbers.shown(figure.kpi, figure.bound))
    yield from _counted(figure, words)
    if figure.low is not None and figure.high is not None:
        low, high = (numbers.shown(figure.kpi, end) for end in (figure.low, figure.high))
        yield words.interval.format(low=low, high=high)
    if figure.window:
        yield words.windows.get(figure.window, figure.window)
    if figure.definition:
        yield figure.definition
    yield from details.told(figure.kpi, figure.details, words)


def _counted(figure: Figure, words: Words) -> Iterator[str]:
    """The parts of a proportion, or how many a mean was made of."""
    if figure.denominator is None:
        return
    whole = numbers.number(figure.denominator)
    if figure.low is not None and figure.numerator is not None:
        yield words.parts.format(part=numbers.number(figure.numerator), whole=whole)
    else:
        yield words.sample.format(whole=whole)


def _since(incident: Incident, context: MessageContext, words: Words) -> str:
    since = numbers.clock(incident.opened_at, context.now, context.zone)
    if incident.resolved_at is None:
        return words.lasting.format(
            since=since, span=_span(context.now - incident.opened_at, words)
        )
    return words.ended.format(
        since=since,
        until=numbers.clock(incident.resolved_at, context.now, context.zone),
        span=_span(incident.resolved_at - incident.opened_at, words),
    )


def _span(length: int, words: Words) -> str:
    """A span of milliseconds: `6 min`, `3 h 5 min`, `2 d 4 h`."""
    seconds = max(0, length) // MILLISECONDS
    days, hours = divmod(seconds // numbers.HOUR, numbers.DAY // numbers.HOUR)
    minutes = seconds % numbers.HOUR // numbers.MINUTE
    if days:
        return f"{words.days.format(count=days)} {words.hours.format(count=hours)}"
    if hours:
        return f"{words.hours.format(count=hours)} {words.minutes.format(count=minutes)}"
    return words.minutes.format(count=minutes)


def _doing(
    kind: NoticeKind, incident: Incident, context: MessageContext, words: Words
) -> Iterator[str]:
    if incident.silenced:
        yield words.silenced
    if kind is NoticeKind.FLAPPING:
        yield words.flapping
    if incident.policy is not None and incident.level:
        yield words.step.format(level=incident.level, steps=len(incident.policy.steps))
    if context.told:
        yield words.told.format(names=words.comma.join(context.told))
    if incident.state is IncidentState.FIRING:
        yield _next(incident, context, words)


def _next(incident: Incident, context: MessageContext, words: Words) -> str:
    if incident.next_at is None:
        return words.no_next
    return words.next_step.format(at=numbers.clock(incident.next_at, context.now, context.zone))


def _owner(incident: Incident, context: MessageContext, words: Words) -> str:
    if context.owner is None:
        return "" if incident.state is IncidentState.RESOLVED else words.nobody
    if incident.acknowledged_until is None or incident.state is IncidentState.RESOLVED:
        return context.owner
    until = numbers.clock(incident.acknowledged_until, context.now, context.zone)
    return words.owned_until.format(owner=context.owner, until=until)


def _tasks(tasks: Sequence[Task], words: Words) -> Iterator[str]:
    """`PC-12 (In progress)` of each; the tracker's receiver where it gave no name."""
    for one in tasks:
        name = one.id or one.receiver
        yield words.bracketed.format(text=name, more=one.state) if one.state else name


def _links(incident: Incident, links: Links, words: Words) -> Iterator[tuple[str, str]]:
    """The address to acknowledge first: what is cut is cut from the end."""
    open_still = incident.state is IncidentState.FIRING
    found = (
        (words.acknowledge, links.acknowledge if open_still else None),
        (words.alert, links.alert),
        (words.wall, links.wall),
        (words.runbook, incident.runbook),
    )
    for label, address in (*found, *((words.task, one.url) for one in incident.tasks)):
        if address is not None:
            yield label, address


def _facts(key: NoticeKey, incident: Incident, context: MessageContext) -> dict[str, object]:
    """The same for machines."""
    subject = incident.subject
    return {
        "incident": incident.id,
        "kind": str(key.kind),
        "step": key.step,
        "tenant": subject.tenant,
        "rule": subject.rule,
        "rule_version": incident.rule_version,
        "queue": subject.queue or None,
        "channel": subject.channel or None,
        "key": subject.key or None,
        "severity": str(incident.severity),
        "state": str(incident.state),
        "level": incident.level,
        "opened_at": numbers.timestamp(incident.opened_at, context.zone),
        "resolved_at": _timestamp_or_none(incident.resolved_at, context.zone),
        "figure": msgspec.to_builtins(incident.figure),
        "owner": incident.owner,
        "labels": dict(incident.labels),
        "runbook": incident.runbook,
        "tasks": [msgspec.to_builtins(one) for one in incident.tasks],
    }


def _timestamp_or_none(at: int | None, zone: ZoneInfo) -> str | None:
    return None if at is None else numbers.timestamp(at, zone)
