"""Rules that ask the tables: streaks over days, spikes against the weeks before, concentration of
complaints. They are evaluated at their own pace, beside all others: a slow database delays none of
those.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace

from floorpulse.alerts.domain.alert import advance, withdrawn
from floorpulse.alerts.domain.alert_states import INACTIVE
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.judgement import Judgement, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.rules.before import Before
from floorpulse.alerts.rules.evaluation import Evaluation, Seen, States
from floorpulse.alerts.rules.watched import (
    Read,
    WatchedAlert,
    WatchedPlace,
    places_of,
    watched_rules,
)
from floorpulse.definitions.domain.calendars import is_open
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.turns import Turns

Judged = tuple[Subject, Judgement]
STALE = unknown(Reason.STALE)
AT_ONCE = 100
"""Alerts that advance in one turn of the loop"""


class TableRules:
    """The rules of one tenant that ask the tables; `states` is where its alerts stand, and is
    kept.
    """

    def __init__(self, tenant: str, before: Before, turns: Turns, states: States) -> None:
        self._tenant = tenant
        self._before = before
        self._turns = turns
        self._states = states

    async def evaluate(self, view: TenantView, seen: Seen | None = None) -> Evaluation:
        """Evaluate all of them once; `seen` hears of every judgement. Raises StoreUnavailable."""
        evaluation = Evaluation()
        in_force = view.known.at(view.now)
        rules = [one for one in watched_rules(in_force) if one.read is Read.TABLES]
        if not rules:
            return evaluation
        queue_channels = view.board.queue_channels(self._tenant, view.as_of)
        places = places_of(self._tenant, in_force, rules, queue_channels)
        ids = {rule.id for rule in rules}
        for subject in _unwatched(self._tenant, ids, places, self._states):
            rule = next(one.timing for one in rules if one.id == subject.rule)
            step = withdrawn(rule, subject, self._states[subject], view.now)
            evaluation.keep(self._states, subject, step)
        async for alert, judged in self._judged(view, places):
            self._advance(view, alert, judged, evaluation)
            if seen is not None:
                seen(replace(alert, subject=judged[0]), judged[1], view.now)
        return evaluation

    async def _judged(
        self, view: TenantView, places: Sequence[WatchedPlace]
    ) -> AsyncIterator[tuple[WatchedAlert, Judged]]:
        for place in places:
            frozen = view.stale or view.silent.touches(place.queues)
            for alert in place.alerts:
                judgements = (
                    [(one, STALE) for one in self._subjects(alert)]
                    if frozen
                    else await self._read(view, place, alert)
                )
                async for portion in self._turns.over(judgements, AT_ONCE):
                    for judged in portion:
                        yield alert, judged

    async def _read(
        self, view: TenantView, place: WatchedPlace, alert: WatchedAlert
    ) -> Sequence[Judged]:
        body = alert.rule.body
        if body.streak is not None:
            days = await self._before.streak(view, place, alert, body.streak)
            return [(alert.subject, days)]
        if body.spike is not None:
            return [(alert.subject, await self._before.spike(view, place, alert, body.spike))]
        known = [subject.key for subject in self._subjects(alert)]
        if body.tier is not None:
            tiers = await self._before.tiers(view, body.tier, known)
            return [(replace(alert.subject, key=key), one) for key, one in tiers.items()]
        shares = await self._before.concentration(view, place, alert, known)
        return [(replace(alert.subject, key=key), share) for key, share in shares.items()]

    def _subjects(self, alert: WatchedAlert) -> list[Subject]:
        """The subjects of a rule and queue that are not simply inactive."""
        return [one for one in self._states if replace(one, key="") == alert.subject]

    def _advance(
        self, view: TenantView, alert: WatchedAlert, judged: Judged, evaluation: Evaluation
    ) -> None:
        subject, judgement = judged
        evaluation.judgements.append(judgement)
        opened = alert.calendar is None or is_open(alert.calendar, view.now, view.zone)
        state = self._states.get(subject, INACTIVE)
        timing = alert.rule.timing
        step = advance(timing, subject, state, judgement, view.now, is_open=opened)
        evaluation.keep(self._states, subject, step)


def _unwatched(
    tenant: str, rules: set[str], places: Sequence[WatchedPlace], states: States
) -> Iterator[Subject]:
    """Subjects of rules that are in force and watch them no longer."""
    watched = {alert.subject for place in places for alert in place.alerts}
    for subject in list(states):
        mine = subject.tenant == tenant and subject.rule in rules
        if mine and replace(subject, key="") not in watched:
            yield subject
