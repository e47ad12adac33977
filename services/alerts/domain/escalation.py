"""Escalation: an incident opens, climbs step by step while nobody acknowledges it, and ends.

    opens      wait of step 1       wait of step 2
    ●──────────────┬────────────────────┬─────── … exhausted
    step 1         step 2               step 1 of the next round …

The policy is the one that was in force when it opened. A step outside its calendar, or with nobody
on call, is passed over at once. Where a whole round has nobody to tell, the ladder waits and looks
again every minute; it is not used up by nights. While a silence matches, the ladder stands still,
and when the silence ends the step that it stood before is told at once.
"""

from dataclasses import dataclass

from floorpulse.alerts.domain.damping import damped
from floorpulse.alerts.domain.decisions import (
    Circumstances,
    Decision,
    EventDetails,
    IncidentEvent,
    OwedNotice,
    changed,
    entry,
)
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.ladder import Ladder
from floorpulse.alerts.domain.notices import NoticeKind
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.on_call import EscalationBody

LOOK_AGAIN = 60_000
"""Milliseconds until a ladder on which nobody could be told is looked at again"""


def opened(incident: Incident, reason: Reason, circumstances: Circumstances, now: int) -> Decision:
    """A new incident: its first step is told at once, unless it is silenced or flaps."""
    first = entry(incident, reason, now, details=EventDetails(figure=incident.figure))
    after = on_timer(incident, circumstances, now)
    return Decision(after.incident, (first, *after.events), after.notices)


def climbed(incident: Incident, circumstances: Circumstances, now: int) -> Decision:
    """The ladder's next step is told, or why it is not."""
    policy = incident.policy
    if policy is None:
        return Decision(changed(incident, next_at=None))
    until = circumstances.silenced_until
    if until is not None:
        return _silenced(incident, until, now)
    spoken = changed(incident, silenced=False)
    ended = (entry(spoken, Reason.SILENCE_ENDED, now),) if incident.silenced else ()
    after = _Climb(spoken, policy, circumstances, now).next_step()
    return Decision(after.incident, (*ended, *after.events), after.notices)


def _silenced(incident: Incident, until: int, now: int) -> Decision:
    after = changed(incident, silenced=True, next_at=until)
    said = entry(after, Reason.SILENCED, now, details=EventDetails(until=until))
    return Decision(after, () if incident.silenced else (said,))


@dataclass(frozen=True)
class _Climb:
    """One look up the ladder from where the incident stands."""

    incident: Incident
    policy: EscalationBody
    circumstances: Circumstances
    now: int

    def next_step(self) -> Decision:
        """The first step above that is open and has somebody; at most a round is looked through."""
        ladder = Ladder(self.policy)
        start = ladder.position(self.incident)
        end = max(ladder.end, ladder.length * (self.incident.round + 1))
        passed: list[IncidentEvent] = []
        for position in range(start + 1, min(end, start + ladder.length) + 1):
            why = self._passed_over(ladder, position)
            if why is None:
                return self._told(ladder, position, passed)
            passed.append(self._event(ladder, position, why))
        if start + ladder.length < end or start == 0:
            return self._look_again(passed)
        after = changed(self.incident, next_at=None, passed_over=False, exhausted=True)
        return Decision(after, (*passed, entry(after, Reason.EXHAUSTED, self.now)))

    def _passed_over(self, ladder: Ladder, position: int) -> Reason | None:
        step = ladder.step(position)
        on_call = self.circumstances.on_call
        if step.only_during is not None and not on_call.is_open(step.only_during):
            return Reason.STEP_OUTSIDE
        if step.skip_if_empty and not on_call.targets(step):
            return Reason.STEP_EMPTY
        return None

    def _told(self, ladder: Ladder, position: int, passed: list[IncidentEvent]) -> Decision:
        step = ladder.step(position)
        targets = self.circumstances.on_call.targets(step)
        turn, level = ladder.place(position)
        after = changed(
            self.incident,
            round=turn,
            level=level,
            next_at=self.now + step.wait * 1000,
            passed_over=False,
            exhausted=False,
        )
        reason = Reason.STEP_DUE if targets else Reason.STEP_EMPTY
        details = EventDetails(step=position, targets=targets, until=after.next_at)
        said = () if self.incident.passed_over else tuple(passed)
        return Decision(
            after,
            (*said, entry(after, reason, self.now, details=details)),
            tuple(OwedNotice(NoticeKind.OPENED, position, target) for target in targets),
        )

    def _look_again(self, passed: list[IncidentEvent]) -> Decision:
        """Nobody can be told now: said once, tried again and again."""
        said = () if self.incident.passed_over else tuple(passed)
        after = changed(self.incident, next_at=self.now + LOOK_AGAIN, passed_over=True)
        return Decision(after, said)

    def _event(self, ladder: Ladder, position: int, why: Reason) -> IncidentEvent:
        _, level = ladder.place(position)
        details = EventDetails(step=position)
        return IncidentEvent(self.now, why, self.incident.state, level, None, details)


def resumed(
    incident: Incident,
    reason: Reason,
    circumstances: Circumstances,
    now: int,
    actor: str | None = None,
) -> Decision:
    """Nobody has it any longer: the climb goes on from where it stood, at once.

    Where the ladder was exhausted, its last step is told once more.
    """
    firing = changed(
        _before_its_last_step(incident),
        state=IncidentState.FIRING,
        owner=None,
        exhausted=False,
        acknowledged_until=None,
        snoozed_until=None,
    )
    after = climbed(firing, circumstances, now)
    said = entry(changed(firing, level=incident.level), reason, now, actor)
    return Decision(after.incident, (said, *after.events), after.notices)


def _before_its_last_step(incident: Incident) -> Incident:
    """Where nothing is left to climb: the place below the last step of one more round."""
    if incident.policy is None:
        return incident
    ladder = Ladder(incident.policy)
    position = ladder.position(incident)
    if position < ladder.end:
        return incident
    turn, _ = ladder.place(position)
    return changed(incident, round=turn + 1, level=ladder.length - 1)


def on_timer(incident: Incident, circumstances: Circumstances, now: int) -> Decision:
    """What happens when an open incident's timer is due."""
    if incident.state is IncidentState.ACKNOWLEDGED:
        snoozed = incident.snoozed_until is not None
        reason = Reason.SNOOZE_ENDED if snoozed else Reason.ACKNOWLEDGEMENT_EXPIRED
        return resumed(incident, reason, circumstances, now)
    if incident.flapping:
        return damped(incident, circumstances, now)
    return climbed(incident, circumstances, now)


def steadied(incident: Incident, circumstances: Circumstances, now: int) -> Decision:
    """It flaps no more and still fires: the ladder is climbed from its foot, unless somebody has
    it.
    """
    calm = changed(incident, flapping=False)
    said = entry(calm, Reason.STEADY, now)
    if calm.state is not IncidentState.FIRING:
        return Decision(calm, (said,))
    after = climbed(calm, circumstances, now)
    return Decision(after.incident, (said, *after.events), after.notices)


def refused(incident: Incident, target: str, answer: str, now: int, *, alone: bool) -> Decision:
    """A channel refused a notice for good; `alone`: so did all others of the step.

    The ladder does not wait for those who cannot be reached: its next step comes at once.
    """
    at_once = alone and incident.state is IncidentState.FIRING and not incident.flapping
    waiting = incident.next_at is not None and not incident.silenced
    after = changed(incident, next_at=now) if at_once and waiting else incident
    details = EventDetails(targets=(target,), comment=answer)
    return Decision(after, (entry(after, Reason.REFUSED, now, details=details),))


def worsened(incident: Incident, figure: Figure) -> Decision:
    """The figure changed for the worse: stored, nobody is told."""
    return Decision(changed(incident, figure=figure))


def resolved(
    incident: Incident,
    reason: Reason,
    circumstances: Circumstances,
    now: int,
    figure: Figure | None = None,
    actor: str | None = None,
) -> Decision:
    """It is over: whoever was told is told so, silence or not; nobody else."""
    after = changed(
        incident,
        state=IncidentState.RESOLVED,
        resolved_at=now,
        next_at=None,
        figure=figure or incident.figure,
        acknowledged_until=None,
        snoozed_until=None,
    )
    tell = incident.policy is not None and incident.policy.tell_resolved
    targets = circumstances.told if tell else ()
    return Decision(
        after,
        (entry(after, reason, now, actor, EventDetails(figure=figure, targets=targets)),),
        tuple(OwedNotice(NoticeKind.RESOLVED, 0, target) for target in targets),
        withdraw=True,
    )
