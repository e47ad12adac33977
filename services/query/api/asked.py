"""What the parameters of a question mean on a tenant's floor."""

from collections.abc import Collection, Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from floorpulse.access.parameters import (
    bounds_of,
    names_of,
    refuse_strangers,
)
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.windows import MINUTE, Span
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.figures.by_policy import narrowed
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.catalogue import ASKED, CATALOGUE, Kpi
from floorpulse.runtime.problems import Problem


def kpis(text: str | None) -> tuple[Kpi, ...]:
    """The KPIs and variants named, in that order; all KPIs where none is."""
    names = names_of(text) or tuple(CATALOGUE)
    refuse_strangers("KPI", names, ASKED)
    return tuple(ASKED[name] for name in names)


def selection(view: TenantView, queue: str | None, channel: str | None, by: By) -> Selection:
    """The queues and channels named, each known to the tenant's floor."""
    queues = names_of(queue)
    channels = names_of(channel)
    refuse_strangers("channel", channels, view.channels)
    if OTHER in queues and not view.knows(OTHER):
        detail = (
            f"queue: `{OTHER}` is where live figures count folded queues; history has each "
            "of them by its own name"
        )
        raise Problem(422, "Unknown queue", detail)
    refuse_unknown_queues(view, queues)
    return view.select(queues, channels, by)


def refuse_unknown_queues(view: TenantView, queues: Iterable[str]) -> None:
    """Problem 422 where a queue never had a contact, and has neither agents, definition nor
    forecast.
    """
    strangers = [name for name in queues if not view.knows(name)]
    if strangers:
        refuse_strangers("queue", strangers, view.known_queues)


def live_selection(view: TenantView, queue: str | None, channel: str | None, by: By) -> Selection:
    """The same for live figures; problem 422 where they do not tell a queue apart: 0 would be
    wrong.
    """
    queues = names_of(queue)
    channels = names_of(channel)
    folded = view.board.names.folded(view.tenant)
    refuse_strangers("channel", channels, view.channels)
    chosen = view.select(queues, channels, by)
    named = queues if view.contract is None else chosen.queues
    hidden = [name for name in named if name in folded and name != OTHER]
    if hidden:
        detail = (
            f"queue: {', '.join(hidden)} is beyond the {view.board.rules.most_queues} queues "
            f"and channels that live figures of a tenant tell apart; {_instead(view, folded)}"
        )
        raise Problem(422, "Queue not kept apart", detail)
    is_there = bool(folded) and view.contract is None
    refuse_unknown_queues(view, [name for name in queues if name != OTHER or not is_there])
    return chosen


def _instead(view: TenantView, folded: Collection[str]) -> str:
    """What to ask for in the place of a queue that is not kept apart."""
    if view.contract is not None:
        return "ask for its history"
    return (
        f"ask for queue={OTHER}, in which {len(folded)} queues are counted, or for its history, "
        "or raise FLOORPULSE_API__MOST_QUEUES"
    )


def judged_apart(view: TenantView, chosen: Selection) -> list[tuple[str, str]]:
    """The selected queues and channels that may have different policies: those that are defined,
    and one for all that are not.
    """
    defined = {queue for state in view.known.states for queue in state.versions.get(Kind.QUEUE, {})}
    known = narrowed(chosen, view.known.states).queues or view.queues
    plain = next((queue for queue in known if queue not in defined), None)
    apart = defined.intersection(known) | ({plain} if plain is not None else set())
    return [
        (queue, channel)
        for queue in sorted(apart)
        for channel in sorted(view.board.channels(view.tenant, queue))
    ]


def span_of(since: str, until: str, zone: ZoneInfo) -> Span:
    """What lies between two parameters: instants, or plain days of a zone."""
    return Span(*bounds_of(since, until, zone))


def span_of_panes(since: str, until: str, zone: ZoneInfo, pane: int) -> Span:
    """The same of whole panes: counts are kept no finer."""
    span = span_of(since, until, zone)
    for name, at, text in (("from", span.begin, since), ("to", span.end, until)):
        if at % pane:
            unit = "minute" if pane == MINUTE else f"{pane // 1000} seconds"
            raise Problem(
                422,
                "Unaligned time",
                f"{name}={text} is not a whole {unit}; counts are kept per {unit}",
            )
    return span


def zone_of(name: str | None, view: TenantView) -> ZoneInfo:
    """The zone of an answer: the tenant's where none is named."""
    if name is None:
        return view.zone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise Problem(
            422, "Unknown time zone", f"tz={name} is no IANA zone, such as Asia/Shanghai"
        ) from wrong
