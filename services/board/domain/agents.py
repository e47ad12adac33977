"""The agents of the floor, of all tenants: their states and contacts as they are told."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence

from floorpulse.board.domain.folded_team import FoldedTeam, Heads, Skills
from floorpulse.contracts.agents import AgentNow, Entered
from floorpulse.contracts.updates import Talk
from floorpulse.counting.agent_record import CONVERSATION, AgentContact

TalkKey = tuple[str, str, int]
"""(tenant, contact, visit number)"""
_NOBODY: Heads = {}


class BoardAgents:
    """The states and contacts of every agent heard of lately; the later word stays, whatever order
    they come in.

    Of a tenant at most `most` agents, those known first, are listed by name. Further ones count
    like all others. A contact is believed to go on for `conversation` milliseconds.
    """

    def __init__(self, most: int = 20_000, conversation: int = CONVERSATION) -> None:
        self._most = most
        self._conversation = conversation
        self._teams: dict[str, FoldedTeam] = {}
        self._talks: dict[int, dict[TalkKey, str]] = {}
        self._attended = 0

    def take(self, now: AgentNow) -> bool:
        """Keep the state unless a later one is known; whether it was kept."""
        return self._team(now.tenant).take(now)

    def _team(self, tenant: str) -> FoldedTeam:
        team = self._teams.get(tenant)
        if team is None:
            team = self._teams[tenant] = FoldedTeam(self._most, self._conversation)
        return team

    def take_talks(
        self, partition: int, talks: Iterable[Talk], at: int, *, everything: bool
    ) -> bool:
        """Keep what a source partition tells of visits in progress, all of its visits where it
        tells `everything`, as of `at` (epoch milliseconds); whether it said anything new.
        """
        known = self._talks.setdefault(partition, {})
        told = {(talk.tenant, talk.contact, talk.visit): talk for talk in talks}
        gone = known.keys() - told.keys() if everything else ()
        changed = bool(gone)
        for key in list(gone):
            self._hang_up(partition, key, at)
        for key, talk in told.items():
            if known.get(key, "") != talk.agent:
                changed = True
                self._hang_up(partition, key, at)
                if talk.agent:
                    known[key] = talk.agent
                    self._team(talk.tenant).talk((partition, key), talk)
        return changed

    def attend(self, tenant: str, taken: Iterable[tuple[str, AgentContact]], at: int) -> None:
        """Keep contacts that agents took by `at`, all of which is known."""
        team = self._team(tenant)
        for agent, contact in taken:
            self._attended += 1
            team.attend(self._attended, agent, contact, at)

    def _hang_up(self, partition: int, key: TalkKey, at: int) -> None:
        agent = self._talks[partition].pop(key, None)
        if agent is not None:
            self._team(key[0]).hang_up((partition, key), agent, at)

    def queues(self, tenant: str) -> set[str]:
        """The queues that any of a tenant's agents serves or served last."""
        team = self._teams.get(tenant)
        return {queue for skills in team.skills for queue in skills} if team else set()

    def of(self, tenant: str, now: int) -> dict[str, Entered]:
        """The agents of a tenant and their states, as far as they are believed."""
        team = self._teams.get(tenant)
        shown = ((agent, team.shown(agent, now)) for agent in team.records) if team else ()
        return {agent: entered for agent, entered in shown if entered is not None}

    def stateless(self, tenant: str, now: int) -> dict[str, str]:
        """The agents of a tenant who are believed to be there and never told a state, each with the
        queue of the last contact.
        """
        team = self._teams.get(tenant)
        return {
            agent: record.queue
            for agent, record in (team.records.items() if team else ())
            if record.told is None and record.shown(now) is not None
        }

    def state(self, tenant: str, agent: str, now: int) -> Entered | None:
        """The state of one agent; None where nothing that is believed is known."""
        team = self._teams.get(tenant)
        return team.shown(agent, now) if team else None

    def listed(self, tenant: str, after: str | None = None) -> Sequence[str]:
        """The names of the agents that are listed, sorted, behind one of them."""
        team = self._teams.get(tenant)
        if team is None:
            return ()
        return team.listed[0 if after is None else bisect_right(team.listed, after) :]

    def heads(self, tenant: str, now: int) -> tuple[int, Heads]:
        """How many agents are in which state by the queues they serve; and a number that changes
        with it.
        """
        team = self._teams.get(tenant)
        if team is None:
            return 0, _NOBODY
        team.settle(now)
        return team.changes, team.heads

    def touched(self, tenant: str, since: int) -> Collection[Skills] | None:
        """The skills whose numbers of agents may differ from those told with the number `since`;
        None where that is too long ago to tell.
        """
        team = self._teams.get(tenant)
        return team.touched(since) if team else None

    def settle(self, now: int) -> None:
        """Forget those of whom nothing is believed any more."""
        for team in self._teams.values():
            team.settle(now)

    def folded(self, tenant: str) -> int:
        """How many agents of a tenant are not listed by name."""
        team = self._teams.get(tenant)
        return len(team.records) - len(team.listed) if team else 0
