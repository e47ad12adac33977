"""What is known of one agent, and what comes of it: the state to show at any instant.

told         available ├──────────────────────────────────────────────────┤ believed so long
contacts            answered ├─────┤ ended ├───┤ wrapped
shown        available ├─────┤ busy ├──────┤ wrap-up ├────┤ available ├───┤ unknown ├──┤

Sources tell agents' states in three ways, and the rule is one:

* An agent who told a state of work (ringing, busy, wrap-up) within the last day tells what it does:
  its states are shown as they were told.
* Of any other agent its contacts tell the work: it is busy from an answer to its end, and in
  wrap-up from there to when that was told to be over; before and after it is in the state that was
  told last. So it is where a source tells only who comes, goes and pauses.
* An agent who told no state, or none that is still believed, is `unknown` between its contacts:
  it is there, and nobody tells what it does.

Who is in two contacts at once is busy once. All instants are epoch milliseconds.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from floorpulse.contracts.agents import LONGEST, Entered
from floorpulse.contracts.events import AgentState

WORK: frozenset[str] = frozenset[AgentState](("ringing", "busy", "wrap_up"))
"""States that only a source tells that tells what agents do"""
AWHILE = LONGEST // 6
"""How long an answer shows that its agent is there: four hours"""
CONVERSATION = 4 * 3_600_000
"""Milliseconds after which nobody believes that a contact goes on, where nothing else is said"""
LEFT_OPEN = LONGEST
"""How long an agent is unknown whose last state is no longer believed; then it is forgotten"""
NO_END = 1 << 62
NEVER = -NO_END


class AgentContact(NamedTuple):
    """A contact that an agent took: in `queue`, from `since` to `until`, with work after it to
    `wrapped`.
    """

    queue: str
    since: int
    until: int = NO_END
    wrapped: int = NO_END


@dataclass(eq=False, slots=True)
class AgentRecord:
    """The last state an agent told, when it last told one of work, and its contacts that are not
    over, by any name; `answered` and `free` are when it last took a contact and when one last
    ended.
    """

    told: Entered | None = None
    worked: int = NEVER
    contacts: dict[Hashable, AgentContact] = field(default_factory=dict)
    answered: int = NEVER
    free: int = NEVER
    queue: str = ""

    # ------------------------------------------------------------- what is heard

    def tell(self, told: Entered) -> None:
        """The agent entered a state, later than all others that are known."""
        self.told = told
        if told.state in WORK:
            self.worked = max(self.worked, told.at)

    def take(self, name: Hashable, contact: AgentContact) -> None:
        """The agent took a contact, or more is known of one."""
        self.contacts[name] = contact
        if contact.since >= self.answered:
            self.answered = contact.since
            self.queue = contact.queue

    def finish(self, name: Hashable, at: int) -> None:
        """A contact is over, its work too."""
        if self.contacts.pop(name, None) is not None:
            self.free = max(self.free, at)

    # ------------------------------------------------------------- what is shown

    def shown(self, now: int) -> Entered | None:
        """The state at an instant; None where nobody believes any more that the agent is there."""
        told = self.told
        if self.contacts and self.worked <= now - LONGEST:
            working = self._working(now)
            if working is not None:
                return working
        if told is not None and now < self._believed_until(told):
            return told
        return self._unknown(now)

    def _working(self, now: int) -> Entered | None:
        """The state that the contacts make; None where they make none."""
        busy = [one for one in self.contacts.values() if one.since <= now < one.until]
        if busy:
            return self._entered("busy", min(one.since for one in busy), busy)
        after = [one for one in self.contacts.values() if one.until <= now < one.wrapped]
        told_after = self.told is not None and any(one.until < self.told.at for one in after)
        if not after or told_after:
            return None
        return self._entered("wrap_up", min(one.until for one in after), after)

    def _entered(self, state: AgentState, at: int, contacts: list[AgentContact]) -> Entered:
        queues = {one.queue for one in contacts}
        if self.told is None:
            return Entered(at, state, tuple(sorted(queues)))
        told = self.told
        return Entered(
            at, state, tuple(sorted(queues.union(told.queues))), "", told.team, told.site
        )

    def _believed_until(self, told: Entered) -> int:
        until = told.at + told.lasts
        return max(until, self.answered + AWHILE) if self._renews(told) else until

    def _renews(self, told: Entered) -> bool:
        """Whether the last answer shows that the agent is there still, who told no work by then."""
        return self.answered >= told.at and self.worked <= self.answered - LONGEST

    def _unknown(self, now: int) -> Entered | None:
        told = self.told
        if told is not None and (told.state != "offline" or self._renews(told)):
            since = self._believed_until(told)
            return (
                Entered(since, "unknown", told.queues, "", told.team, told.site)
                if since <= now < since + LEFT_OPEN
                else None
            )
        if told is None and self.answered <= now < self.answered + AWHILE:
            queues = (self.queue,) if self.queue else ()
            return Entered(max(self.answered, self.free), "unknown", queues)
        return None

    def due(self, now: int) -> int:
        """The next instant after `now` at which the shown state may change by itself."""
        instants = [self.answered + AWHILE]
        if self.told is not None:
            until = self._believed_until(self.told)
            instants += (until, until + LEFT_OPEN)
        if self.contacts:
            instants.append(self.worked + LONGEST)
            for one in self.contacts.values():
                instants += (one.since, one.until, one.wrapped)
        return min((at for at in instants if at > now), default=NO_END)
