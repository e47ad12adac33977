"""The oracle: all panes recomputed from the events' JSON in one go, written from the definitions
and from nothing of the engine.

    events ─► by visit ─► first, last and all of what was told ─► counts by pane

Only the integer codes of counts are shared. Duplicates and order cannot matter: every fact is a
minimum, a maximum or a set over all that was told. Ties between different events of one instant go
to the smaller content where the earliest wins and to the larger where the latest wins; what was not
told is smaller than anything told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import log
from typing import Any, NamedTuple

from floorpulse.contracts.cells import Cell, Histogram

Told = Mapping[str, Any]
"""One event as its JSON says it."""

PaneKey = tuple[str, str, str, int]
"""(tenant, queue, channel, start)"""

Panes = dict[PaneKey, Counter[int]]

MINUTE = 60_000
HOUR = 3_600_000
NO_VISIT = 0
AMENDED = ("queue", "agent", "wait_ms", "talk_ms", "hold_ms", "wrap_ms")
BEGINS_OR_ENDS_THE_WAIT = ("offered", "answered", "abandoned", "left")
OF_ITS_OWN = (("survey.", "survey"), ("qa.", "evaluation"), ("complaint.", "complaint"))
OFFER = ("queue", "channel", "priority", "customer", "attributes")
EVALUATION = ("score", "fatal", "calibration", "passed", "queue", "agent", "form", "evaluator")
STATEMENT = ("severity", "category", "origin", "valid", "liable", "queue", "agent")
SCORES: dict[str, tuple[Cell, Cell, Histogram | None]] = {
    "csat": (Cell.CSAT_COUNT, Cell.CSAT_SUM, Histogram.CSAT),
    "nps": (Cell.NPS_COUNT, Cell.NPS_SUM, Histogram.NPS),
    "fcr": (Cell.FCR_COUNT, Cell.FCR_SUM, None),
    "ces": (Cell.CES_COUNT, Cell.CES_SUM, None),
}
OF_THE_CONTACT = {
    Histogram.CSAT: Histogram.CONTACT_CSAT,
    Histogram.NPS: Histogram.CONTACT_NPS,
    Histogram.QA_SCORE: Histogram.CONTACT_QA_SCORE,
}


def recomputed(events: Iterable[Told], length: int = MINUTE) -> dict[PaneKey, dict[int, int]]:
    """Every pane of `length` milliseconds that counts anything: its cells by code, zeros left
    out.
    """
    panes: Panes = defaultdict(Counter)
    stays = {
        key: Recount(key[0], put_right(story), length, panes)
        for key, story in by_visit(events).items()
    }
    contacts: dict[tuple[str, str], list[Recount]] = defaultdict(list)
    for key in sorted(key for key in stays if key[2] != NO_VISIT):
        contacts[key[:2]].append(stays[key])
    for key, stay in stays.items():
        if key[2] == NO_VISIT and key[:2] in contacts:
            stay.hand_over(contacts[key[:2]])
    for stay in stays.values():
        stay.everything()
    for (tenant, _), visits in contacts.items():
        known = [one for number, visit in enumerate(visits) for one in visit.stay(number)]
        for one, cells in beyond_stays(sorted(known)):
            panes[tenant, one.queue, one.channel, one.at // length * length].update(cells)
    filled = {
        key: {code: amount for code, amount in cells.items() if amount}
        for key, cells in panes.items()
    }
    return {key: cells for key, cells in filled.items() if cells}


def by_visit(events: Iterable[Told]) -> dict[tuple[str, str, int], dict[str, list[Told]]]:
    """Events by (tenant, contact, visit) and then by type; what knows no contact stands by itself.
    Agents' states are left out.
    """
    stories: dict[tuple[str, str, int], dict[str, list[Told]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for event in events:
        if event["type"] == "agent.state":
            continue
        contact = event.get("contact")
        if event["type"] == "agent.missed" and (contact is None or event.get("visit") is None):
            event = {**event, "visit": 1}  # noqa: PLW2901  a miss of no visit stands by itself
            contact = f"missed:{event['agent']}:{event['at']}"
        unnumbered = not event["type"].startswith("contact.")
        visit = event.get("visit", NO_VISIT if unnumbered else 1)
        if contact is None:
            [name] = [name for prefix, name in OF_ITS_OWN if event["type"].startswith(prefix)]
            contact = f"{name}:{event[name]}"
            visit = NO_VISIT
        stories[event["tenant"], contact, visit][event["type"]].append(event)
    return stories


def order(event: Told, *fields: str) -> tuple[Any, ...]:
    """The event's instant, then the named fields; absent below all."""
    values = [event.get(name) for name in fields]
    comparable = [sorted(value.items()) if isinstance(value, dict) else value for value in values]
    return event["at"], *(
        (value is not None, value if value is not None else 0) for value in comparable
    )


def earliest(events: list[Told], *fields: str) -> Told | None:
    """The first that was told."""
    return min(events, key=lambda event: order(event, *fields), default=None)


def latest(events: list[Told], *fields: str) -> Told | None:
    """The last that was told."""
    return max(events, key=lambda event: order(event, *fields), default=None)


def bucket(span: int) -> int:
    """2·s for exactly s seconds, 2·s + 1 between s and s + 1, up to an hour; then steps of 1 %."""
    if span <= HOUR:
        return span // 1000 * 2 + (span % 1000 > 0)
    return 7201 + int(log(span / HOUR) / log(1.01))


def hours(span: int) -> int:
    """2·h for exactly h hours, 2·h + 1 between h and h + 1, up to 150 days; whatever is longer is
    7201.
    """
    return min(span // HOUR * 2 + (span % HOUR > 0), 7201)


def on_hold(held: list[int], resumed: list[int], ended: int | None) -> int:
    """Milliseconds on hold: each hold lasts to the next resume, else to the end; a hold during a
    hold is none.
    """
    total = 0
    free_again = 0
    for since in sorted(set(held)):
        if since < free_again:
            continue
        until = min((at for at in resumed if at > since), default=None)
        if until is None:
            return total + (max(0, ended - since) if ended is not None else 0)
        total = total + until - since
        free_again = until
    return total


class Stay(NamedTuple):
    """A visit whose offer and queue are known: how it ended (`left` for a callback is `callback`),
    how long it waited, and when it was over for a contact that was passed on.
    """

    at: int
    number: int
    queue: str
    channel: str
    how: str | None
    wait: int
    passed_on: int | None


def beyond_stays(stays: list[Stay]) -> Iterable[tuple[Stay, Mapping[int, int]]]:
    """What a contact of several stays counts as a whole, and less what each of them would have
    counted alone.
    """
    if len(stays) > 1:
        yield stays[0], as_one(stays)
        for stay in stays:
            yield stay, {code: -amount for code, amount in as_one([stay]).items()}


def as_one(stays: list[Stay]) -> dict[int, int]:
    """The counts of a contact of these stays."""
    last = stays[-1].how
    gaps = [
        max(0, after.at - before.passed_on)
        for before, after in pairwise(stays)
        if before.passed_on is not None
    ]
    called = [place + 1 for place, stay in enumerate(stays) if stay.how == "callback"]
    called += [place for place, stay in enumerate(stays) if place and stay.channel == "callback"]
    first = min(called, default=len(stays))
    return {
        Cell.WHOLE_OFFERED: 1,
        Cell.WHOLE_ANSWERED: int(last == "answered"),
        Cell.WHOLE_LOST: int(last in ("abandoned", "left")),
        Cell.WHOLE_WAIT: (sum(gaps) + sum(stay.wait for stay in stays)) * (last == "answered"),
        Cell.WHOLE_CALLBACKS: int(bool(called)),
        Cell.CALLBACKS_KEPT: int(any(stay.how == "answered" for stay in stays[first:])),
    }


class Righted(NamedTuple):
    """What was told of a visit and not taken back, and what was put right of it."""

    told: Mapping[str, list[Told]]
    amended: Mapping[str, Any]

    def over(self, event: Told | None, *fields: str) -> Told | None:
        """An event with the amendments of these fields."""
        right = {field: self.amended[field] for field in fields if field in self.amended}
        return None if event is None else {**event, **right}


def put_right(story: Mapping[str, list[Told]]) -> Righted:
    """Apply retractions: each takes back what was told up to its instant."""
    gone: dict[str, int] = defaultdict(lambda: -1)
    for event in story.get("contact.retracted", ()):
        gone[event["what"]] = max(gone[event["what"]], event["at"])
    told: dict[str, list[Told]] = {}
    for kind, events in story.items():
        part, _, what = kind.partition(".")
        limit = max(gone["visit"], gone[what]) if part == "contact" else -1
        told[kind] = [event for event in events if event["at"] > limit]
    stands = any(told.get(f"contact.{what}") for what in BEGINS_OR_ENDS_THE_WAIT)
    if gone["visit"] >= 0 and not stands:
        return Righted({}, {})
    amended: dict[str, Any] = {}
    for field in AMENDED:
        named = [one for one in told.get("contact.amended", ()) if one.get(field) is not None]
        if named:
            amended[field] = max(named, key=lambda one: (one["at"], one[field]))[field]
    return Righted(told, amended)


class Recount:
    """One visit's counts, added to `panes`."""

    def __init__(self, tenant: str, righted: Righted, length: int, panes: Panes) -> None:
        story, amended = righted
        self._tenant = tenant
        self._length = length
        self._panes = panes
        self._amended_wrap: int | None = amended.get("wrap_ms")
        self._told = {kind: list(story.get(kind, [])) for kind in KINDS}
        if "hold_ms" in amended:
            self._told["contact.held"] = []
        self._offered = earliest(
            [{"channel": "voice", **event} for event in self._told["contact.offered"]], *OFFER
        )
        self._answered = earliest(self._told["contact.answered"], "agent", "queue", "wait_ms")
        self._abandoned = earliest(self._told["contact.abandoned"], "queue", "wait_ms")
        self._left = earliest(self._told["contact.left"], "reason", "wait_ms")
        self._ended = latest(self._told["contact.ended"], "talk_ms", "hold_ms")
        self._wrapped = latest(self._told["contact.wrapped"], "wrap_ms")
        self._answered = righted.over(self._answered, "agent", "wait_ms")
        self._abandoned = righted.over(self._abandoned, "wait_ms")
        self._left = righted.over(self._left, "wait_ms")
        self._ended = righted.over(self._ended, "talk_ms", "hold_ms")
        self._outcome = self._answered or self._abandoned or self._left
        self._channel = self._offered["channel"] if self._offered else "voice"
        named = [
            event.get("queue")
            for event in (self._offered, self._answered, self._abandoned)
            if event
        ]
        self._queue = next((queue for queue in (amended.get("queue"), *named) if queue), None)
        self._offer_at = self._offer()

    def stay(self, number: int) -> list[Stay]:
        """The visit as one of its contact's stays; none where its offer or queue is not known."""
        if self._offer_at is None or self._queue is None:
            return []
        how = self._outcome["type"].removeprefix("contact.") if self._outcome else None
        wait = 0
        passed_on = None
        if self._outcome is not None:
            told = self._outcome.get("wait_ms")
            wait = told if told is not None else max(0, self._outcome["at"] - self._offer_at)
            passed_on = self._outcome["at"] if how == "left" else None
            if how == "left" and self._outcome["reason"] == "callback":
                how, passed_on = "callback", None
        if how == "answered" and self._told["contact.transferred"] and self._ended:
            passed_on = self._ended["at"]
        return [Stay(self._offer_at, number, self._queue, self._channel, how, wait, passed_on)]

    def hand_over(self, visits: list["Recount"]) -> None:
        """Give each piece of feedback to the last of these visits, in the order of their numbers,
        that was offered at or before it, or to the first offered later, of the agent and the
        queue that it names.
        """
        for name, kinds in SAID.items():
            for told in self._named(name, *kinds):
                at, agent, queue = sought(name, told)
                homes = sorted(
                    (one._offer_at, number, one)
                    for number, one in enumerate(visits)
                    if one._offer_at is not None and one.may_be_about(agent, queue)
                )
                before = [one for offered, _, one in homes if offered <= at]
                if homes:
                    home = before[-1] if before else homes[0][2]
                    for event in told:
                        self._told[event["type"]].remove(event)
                        home._told[event["type"]].append(event)

    def may_be_about(self, agent: str | None, queue: str | None) -> bool:
        """Whether feedback that names these can be about this visit."""
        mine = self._answered["agent"] if self._answered else None
        return agent in (None, mine) and queue in (None, self._queue)

    def everything(self) -> None:
        """All families."""
        self._stay()
        self._handling()
        self._surveys()
        self._evaluations()
        self._complaints()
        self._misses()

    def _misses(self) -> None:
        for at, _, queue in {
            (one["at"], one["agent"], one.get("queue")) for one in self._told["agent.missed"]
        }:
            self._put(queue or self._queue, at, {Cell.MISSED: 1})

    def _put(self, queue: str | None, at: int | None, cells: Mapping[int, int]) -> None:
        if queue is not None and at is not None:
            self._panes[
                self._tenant, queue, self._channel, at // self._length * self._length
            ].update(cells)

    def _offer(self) -> int | None:
        if self._offered:
            return int(self._offered["at"])
        if self._outcome and self._outcome.get("wait_ms") is not None:
            return int(self._outcome["at"] - self._outcome["wait_ms"])
        return None

    # ------------------------------------------------------------- the stay in the queue

    def _stay(self) -> None:
        self._put(self._queue, self._offer_at, {Cell.OFFERED: 1})
        if self._outcome is None or self._offer_at is None:
            return
        told = self._outcome.get("wait_ms")
        wait = told if told is not None else max(0, self._outcome["at"] - self._offer_at)
        match self._outcome["type"]:
            case "contact.answered":
                cells = {
                    Cell.ANSWERED: 1,
                    Cell.ANSWERED_WAIT: wait,
                    Histogram.ANSWERED_WAIT + bucket(wait): 1,
                }
            case "contact.abandoned":
                cells = {
                    Cell.ABANDONED: 1,
                    Cell.ABANDONED_WAIT: wait,
                    Histogram.ABANDONED_WAIT + bucket(wait): 1,
                }
            case _:
                cells = {Cell[f"LEFT_{self._outcome['reason'].upper()}"]: 1, Cell.LEFT_WAIT: wait}
        self._put(self._queue, self._offer_at, cells)

    # ------------------------------------------------------------- the conversation

    def _handling(self) -> None:
        if self._answered is None or self._ended is None:
            return
        answered = self._answered["at"]
        ended = self._ended["at"]
        holds = [event["at"] for event in self._told["contact.held"]]
        hold = self._ended.get("hold_ms")
        if hold is None:
            hold = on_hold(holds, [event["at"] for event in self._told["contact.resumed"]], ended)
        talk = self._ended.get("talk_ms")
        if talk is None:
            talk = max(0, ended - answered - hold)
        wrap = self._wrap(ended)
        cells: dict[int, int] = {Cell.HANDLED: 1, Cell.TALK: talk, Cell.HOLD: hold, Cell.WRAP: wrap}
        cells |= {
            Cell.HELD: int(bool(hold or holds)),
            Cell.TRANSFERRED: int(bool(self._told["contact.transferred"])),
            Cell.WRAP_TOLD: int(self._wrapped is not None or self._amended_wrap is not None),
        }
        completed = self._wrapped["at"] if self._wrapped else ended
        self._put(
            self._queue, completed, {**cells, Histogram.HANDLE_TIME + bucket(talk + hold + wrap): 1}
        )

    def _wrap(self, ended: int) -> int:
        if self._amended_wrap is not None:
            return self._amended_wrap
        if self._wrapped is None:
            return 0
        told: int | None = self._wrapped.get("wrap_ms")
        return told if told is not None else max(0, self._wrapped["at"] - ended)

    # ------------------------------------------------------------- what customers and judges say

    def _named(self, name: str, *kinds: str) -> list[list[Told]]:
        """The events of these types, those about one survey, evaluation or complaint together."""
        groups: dict[str, list[Told]] = defaultdict(list)
        for event in (event for kind in kinds for event in self._told[kind]):
            groups[event[name]].append(event)
        return list(groups.values())

    def _surveys(self) -> None:
        for told in self._named("survey", "survey.offered", "survey.answered"):
            answer = latest(
                [event for event in told if event["type"] == "survey.answered"],
                "score",
                "best",
                "worst",
            )
            answered_at = answer["at"] if answer else None
            asked = min(
                (event["at"] for event in told if event["type"] == "survey.offered"),
                default=answered_at,
            )
            queue = min(
                (event["queue"] for event in told if event.get("queue") is not None),
                default=self._queue,
            )
            cells = score(min(event["kind"] for event in told), answer) if answer else {}
            self._put(queue, asked, {Cell.SURVEY_OFFERED: 1})
            self._put(queue, answered_at, cells)
            self._put(queue, self._offer_at, of_the_contact({Cell.SURVEY_OFFERED: 1, **cells}))

    def _evaluations(self) -> None:
        for told in self._named("evaluation", "qa.scored", "qa.retracted"):
            version = max(told, key=version_order)
            cells = verdict(version)
            queue = version.get("queue") or self._queue
            self._put(queue, version["at"], cells)
            self._put(queue, self._offer_at, of_the_contact(cells))

    def _complaints(self) -> None:
        for told in self._named("complaint", "complaint.opened", "complaint.closed"):
            ordered = sorted(map(as_statement, told), key=statement_order)
            facts = {
                name: value for said in ordered for name, value in said.items() if value is not None
            }
            opened = min((said["at"] for said in ordered if not said["closing"]), default=None)
            again = max((said["at"] for said in ordered if not said["closing"]), default=None)
            closed = max((said["at"] for said in ordered if said["closing"]), default=None)
            cells: dict[int, int] = {
                Cell[f"COMPLAINTS_{facts.get('severity', 'normal').upper()}"]: 1,
                Cell.COMPLAINTS_JUDGED: int("liable" in facts),
                Cell.COMPLAINTS_LIABLE: int(facts.get("liable", False)),
                Cell.COMPLAINTS_CLOSED: int(any(said["closing"] for said in ordered)),
            }
            if opened is not None and closed is not None and again <= closed:
                cells[Histogram.COMPLAINT_CLOSING + hours(closed - opened)] = 1
            self._put(facts.get("queue", self._queue), opened, cells)


SAID = {
    "survey": ("survey.offered", "survey.answered"),
    "evaluation": ("qa.scored", "qa.retracted"),
    "complaint": ("complaint.opened", "complaint.closed"),
}
Sought = tuple[int, str | None, str | None]
"""The instant of a piece of feedback, and the agent and the queue that it names"""


def sought(name: str, told: list[Told]) -> Sought:
    """Which visit a piece of feedback looks for."""
    if name == "survey":
        asked = [event["at"] for event in told if event["type"] == "survey.offered"]
        at = min(asked) if asked else max(event["at"] for event in told)
        return at, least(told, "agent"), least(told, "queue")
    if name == "evaluation":
        version = max(told, key=version_order)
        return version["at"], version.get("agent"), version.get("queue")
    ordered = sorted(map(as_statement, told), key=statement_order)
    facts = {field: value for said in ordered for field, value in said.items() if value is not None}
    opened = [said["at"] for said in ordered if not said["closing"]]
    at = min(opened) if opened else max(said["at"] for said in ordered)
    return at, facts.get("agent"), facts.get("queue")


def least(told: list[Told], field: str) -> str | None:
    """The smallest that is named."""
    return min((event[field] for event in told if event.get(field) is not None), default=None)


def version_order(event: Told) -> tuple[Any, ...]:
    """Of two versions of an evaluation the greater counts."""
    retracted = event["type"] == "qa.retracted"
    return event["at"], retracted, order(with_defaults(event), *EVALUATION)


def statement_order(said: Told) -> tuple[Any, ...]:
    """What is said later of a complaint stands behind what was said before."""
    return said["at"], said["closing"], order(said, *STATEMENT)


KINDS = (
    *(
        f"contact.{word}"
        for word in (
            "offered",
            "answered",
            "abandoned",
            "left",
            "held",
            "resumed",
            "transferred",
            "ended",
            "wrapped",
        )
    ),
    *(
        "agent.missed",
        "qa.scored",
        "qa.retracted",
        "survey.offered",
        "survey.answered",
        "complaint.opened",
        "complaint.closed",
    ),
)


def score(kind: str, answer: Told) -> dict[int, int]:
    """One survey answer: thousandths of its score, thousandths of the way from worst to best."""
    count, total, histogram = SCORES[kind]
    way = (answer["score"] - answer["worst"]) / (answer["best"] - answer["worst"])
    thousandths = round(1000 * max(0.0, min(1.0, way)))
    cells = {int(count): 1, int(total): round(answer["score"] * 1000)}
    if histogram is not None:
        cells[histogram + thousandths] = 1
    if kind == "fcr" and thousandths >= 500:
        cells[Cell.FCR_RESOLVED] = 1
    return cells


def verdict(version: Told) -> dict[int, int]:
    """The latest version of one evaluation, in thousandths of a point."""
    if version["type"] == "qa.retracted":
        return {}
    points = round(version["score"] * 1000)
    if version.get("calibration"):
        return {Cell.QA_CALIBRATION_COUNT: 1, Cell.QA_CALIBRATION_SUM: points}
    passed = version.get("passed")
    return {
        Cell.QA_COUNT: 1,
        Cell.QA_SUM: points,
        Cell.QA_JUDGED: int(passed is not None),
        Cell.QA_PASSED: int(passed is True),
        Cell.QA_FATAL: int(version.get("fatal", False)),
        Histogram.QA_SCORE + (1001 if version.get("fatal") else points // 100): 1,
    }


def of_the_contact(cells: Mapping[int, int]) -> dict[int, int]:
    """The same counts by the contact's own time."""
    renamed: dict[int, int] = {}
    for code, amount in cells.items():
        histogram = next((one for one in OF_THE_CONTACT if one <= code <= one + 1001), None)
        name = f"CONTACT_{Cell(code).name}" if histogram is None else ""
        renamed[
            Cell[name] if histogram is None else OF_THE_CONTACT[histogram] + code - histogram
        ] = amount
    return renamed


def with_defaults(version: Told) -> dict[str, Any]:
    """A version of an evaluation with what leaving a field out means."""
    return {"score": 0.0, "fatal": False, "calibration": False, **version}


def as_statement(event: Told) -> dict[str, Any]:
    """What one event says of a complaint: an opening that names no severity or origin means the
    usual ones.
    """
    closing = event["type"] == "complaint.closed"
    usual = {} if closing else {"severity": "normal", "origin": "client"}
    return {
        "at": event["at"],
        "closing": closing,
        **usual,
        **{name: event[name] for name in STATEMENT if event.get(name) is not None},
    }
