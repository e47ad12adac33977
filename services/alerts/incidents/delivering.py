"""From a claimed notice to its receiver: a message in the receiver's language, on the channel that
its target names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.messages.compose import MessageContext, compose
from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.incidents.ports import ClaimedNotice, ReportToSend
from floorpulse.alerts.incidents.report_messages import report_message
from floorpulse.alerts.notifiers.message_links import links_of
from floorpulse.alerts.notifiers.registry import Channels
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.names import name_in
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.definitions.domain.receiver_terms import ReceiverBody


@dataclass(frozen=True)
class ReceiverChannels:
    """The channels of all receivers; `zone` is that of tenants that name none."""

    channels: Channels
    definitions: Callable[[], Definitions]
    zone: ZoneInfo
    now: Callable[[], int]

    async def deliver(self, claim: ClaimedNotice, still_ours: Callable[[], bool]) -> Delivery:
        """Write the message and send it once."""
        mine = self.definitions().of(claim.tenant)
        now = self.now()
        in_force = mine.at(now)
        receivers = OnCallInForce(in_force).receivers
        found = receivers.get(claim.key.target.partition("/")[0])
        ways = {} if found is None else self.channels.notifiers(found.body)
        notifier = ways.get(claim.key.target)
        if found is None or notifier is None:
            said = f"{claim.key.target} is no longer among the definitions"
            return Delivery(Verdict.PERMANENT, said)
        about = claim.about
        message = (
            report_message(claim, about)
            if isinstance(about, ReportToSend)
            else self._message(claim, about, found.body, (in_force, mine.zone or self.zone, now))
        )
        return await notifier.send(message, still_ours)

    def _message(
        self,
        claim: ClaimedNotice,
        incident: Incident,
        receiver: ReceiverBody,
        there: tuple[InForce, ZoneInfo, int],
    ) -> Message:
        in_force, zone, now = there
        language = receiver.language
        queue = in_force.queue(incident.subject.queue)
        names = queue.names if queue is not None and queue.names else {}
        owner = incident.owner
        context = MessageContext(
            language=language,
            zone=zone,
            now=now,
            queue=name_in(language, names, incident.subject.queue),
            owner=None if owner is None else _called(in_force, owner, language),
            told=tuple(_called(in_force, one, language) for one in claim.told),
            links=links_of(self.channels.settings, claim.key, claim.tenant, claim.created_at),
        )
        return compose(claim.key, incident, context)


def _called(in_force: InForce, receiver: str, language: str) -> str:
    """What a receiver is called; a user that is none by the own name."""
    found = OnCallInForce(in_force).receivers.get(receiver)
    return receiver if found is None else name_in(language, found.body.names, receiver)
