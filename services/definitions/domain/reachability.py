"""Rules that cannot fire, targets and contracts that count nothing and steps that cannot be told,
for what is defined around them.

rule's hours       ├───────────┤
its queues' hours                  ├────────┤      never both: the rule cannot fire
a step's hours     ┤                        ├      never while the rule holds: nobody is told

Call it on definitions whose meaning is right. Where a name has several dated versions, one that
will do is enough.
"""

from collections.abc import Iterator

from floorpulse.definitions.domain.bodies import TargetBody
from floorpulse.definitions.domain.contract_reach import unreached
from floorpulse.definitions.domain.floor import Floor
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.on_call import EscalationBody
from floorpulse.definitions.domain.openings import longest, meet
from floorpulse.definitions.domain.rule_terms import RuleBody
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.surroundings import Hours, Surroundings, entries_of
from floorpulse.definitions.domain.terms import Grouping
from floorpulse.kpis.policies import Formula

HALF_HOUR = 1800
MINUTE = 60
WINDOWS = {"5m": 300, "15m": 900, "30m": 1800, "60m": 3600}
_ON_TIME_IF_QUICK = (Formula.V1, Formula.V2, Formula.V4)
"""Formulas by which a contact that ended within T is never a miss, however it ended"""


def unreachable(floor: Floor) -> Iterator[DefinitionMistake]:
    """Rules that cannot fire, targets of channels that nobody uses, contracts that reach nobody or
    the same contacts, steps that cannot be told.
    """
    around = Surroundings(floor)
    rules = list(entries_of(floor, RuleBody))
    for entry, rule in rules:
        wrong = list(_nowhere(around, entry, rule))
        yield from wrong or _never_fires(around, entry, rule)
    for entry, target in entries_of(floor, TargetBody):
        yield from _uncounted(around, entry, target)
    yield from unreached(around, floor)
    for entry, policy in entries_of(floor, EscalationBody):
        yield from _never_told(around, entry, policy)
    for entry, rule in rules:
        yield from _tells_nobody(around, entry, rule)


# ------------------------------------------------------------- which queues


def _nowhere(around: Surroundings, entry: Entry, rule: RuleBody) -> Iterator[DefinitionMistake]:
    """Queues that are not where the scope looks for them."""
    scope = rule.scope
    for name in scope.queues:
        for grouping in Grouping:
            wanted = scope.groups(grouping)
            found = around.groups(grouping, name)
            if wanted and found.isdisjoint(wanted):
                where = ", ".join(sorted(found)) or "none"
                named = f"{grouping.plural} named here"
                problem = f"{name!r} is in none of the {named}; its {grouping}: {where}"
                remedy = f"leave the queue or the {grouping.plural} out"
                yield entry.mistake(f"scope.{grouping.plural}", problem, remedy)
    watched = around.watched(scope)
    groups = [grouping.plural for grouping in Grouping if scope.groups(grouping)]
    if not scope.queues and not watched and groups:
        problem = f"no queue is of these {' and '.join(groups)}"
        remedy = f"name {' and '.join(groups)} that have queues together"
        yield entry.mistake("scope", problem, remedy)
    for number, channel in enumerate(scope.channels):
        if watched and not any(channel in queue.channels for queue in watched):
            yield _no_such_channel(entry, number, channel)


def _uncounted(
    around: Surroundings, entry: Entry, target: TargetBody
) -> Iterator[DefinitionMistake]:
    """Channels by which nothing comes to the queues that a target binds."""
    scope = target.scope
    known = {channel for queue in around.bound(scope) for channel in queue.channels}
    for number, channel in enumerate(scope.channels):
        if known and channel not in known:
            yield _no_such_channel(entry, number, channel)


def _no_such_channel(entry: Entry, number: int, channel: str) -> DefinitionMistake:
    problem = f"none of its queues has the channel {channel}"
    return entry.mistake(f"scope.channels[{number}]", problem, "leave it out")


# ------------------------------------------------------------- when


def _never_fires(around: Surroundings, entry: Entry, rule: RuleBody) -> Iterator[DefinitionMistake]:
    hours = around.hours(rule)
    if not hours:
        problem = f"its queues are never open within {rule.calendar!r}, so it never fires"
        yield entry.mistake("calendar", problem, "name another calendar, or leave it out")
        return
    most = max(min(longest(one) for one in together) for together in hours)
    repeated = MINUTE * (rule.min_breaches - 1)
    for field, seconds, limit in (
        ("for", rule.pending, most),
        ("min_breaches", repeated, most / MINUTE + 1),
    ):
        if seconds >= most:
            problem = f"it is never open for longer than {most:g} s, so it never fires"
            yield entry.mistake(field, problem, f"write less than {limit:g}")
    yield from _always_in_time(around, entry, rule)
    given_up = rule.abandons is not None and around.channels(rule.scope) == {"email"}
    if given_up:
        problem = "nobody gives up waiting for an answer to an e-mail, so it never fires"
        yield entry.mistake("abandons", problem, "name another channel, or watch `longest_wait`")


def _always_in_time(
    around: Surroundings, entry: Entry, rule: RuleBody
) -> Iterator[DefinitionMistake]:
    """Rules on the service level of spans in which nothing can be late yet."""
    if rule.recovery is not None:
        field = "recovery"
        seconds = HALF_HOUR
        span = "half hour"
    elif rule.threshold is not None and rule.threshold.kpi == "service_level":
        seconds = WINDOWS.get(rule.threshold.window, 0) + MINUTE
        field = "threshold.window"
        span = f"window of {rule.threshold.window}"
        if rule.threshold.fire_below is None or seconds == MINUTE:
            return
    else:
        return
    policies = around.policies(rule.scope)
    if all(
        one.threshold >= seconds and one.formula in _ON_TIME_IF_QUICK and not one.flow_outs
        for one in policies
    ):
        least = min(one.threshold for one in policies)
        problem = f"within a {span} nothing is later than {least} s yet, so it never fires"
        yield entry.mistake(field, problem, "watch `waiting` or `longest_wait`, or a longer window")


# ------------------------------------------------------------- who is told


def _never_told(
    around: Surroundings, entry: Entry, policy: EscalationBody
) -> Iterator[DefinitionMistake]:
    hours = around.hours_of_users(entry.id)
    for level, step in enumerate(policy.steps):
        during = around.calendars(step.only_during)
        if hours and not _ever(hours, [during]):
            problem = "none of the rules that use this policy ever holds then"
            remedy = "name a calendar that is open when they hold, or leave it out"
            yield entry.mistake(f"steps[{level}].only_during", problem, remedy)
        elif hours and not any(_ever(hours, who) for who in around.available(step)):
            problem = "nobody is on call in this step while the rules that use it hold"
            remedy = "name a rota that is on call then, or a receiver"
            yield entry.mistake(f"steps[{level}].targets", problem, remedy)


def _tells_nobody(
    around: Surroundings, entry: Entry, rule: RuleBody
) -> Iterator[DefinitionMistake]:
    """Rules all of whose steps are closed while they hold, though others can use them."""
    hours = around.hours(rule)
    policies = around.policies_of(rule)
    steps = [step for policy in policies for step in policy.steps]
    told = (_ever(hours, who) for step in steps for who in around.available(step))
    if hours and steps and not any(told) and rule.escalation is not None:
        others = around.hours_of_users(rule.escalation)
        if any(_ever(others, who) for step in steps for who in around.available(step)):
            problem = "none of its steps is open while this rule holds, so nobody is told"
            yield entry.mistake("escalation", problem, "name another policy, or add a step to it")


def _ever(hours: list[Hours], calendars: list[Hours]) -> bool:
    """Whether one of the hours meets a choice of one calendar each."""
    choices: list[Hours] = [()]
    for versions in calendars:
        choices = [(*chosen, one) for chosen in choices for one in versions]
    return any(meet([*together, *chosen]) for together in hours for chosen in choices)
