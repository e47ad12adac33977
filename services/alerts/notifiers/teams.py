"""Microsoft Teams: a workflow that posts what its webhook receives, an Adaptive Card.

The workflow answers 202 when it has begun; whether its post succeeds stands in its own run history
only. Connectors of old answer 200 with `1`, or 200 with an error in words. 28 KB of body, four
messages a second. https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/
how-to/add-incoming-webhook
"""

import re
from dataclasses import dataclass

from floorpulse.alerts.domain.messages.cut import Layout, fitted
from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.answers import Answer, by_status
from floorpulse.alerts.notifiers.delivering import deliver, robot_call
from floorpulse.alerts.notifiers.rates import Rate
from floorpulse.alerts.notifiers.transport import StillOurs, Transport

LAYOUT = Layout(20_000)
"""Below 28 KB by what the structure of the card takes"""
RATES = (Rate(4, 1),)
OK = 200
COLOURS = {"critical": "Attention", "warning": "Warning", "info": "Accent"}
IN_WORDS = re.compile(r"HTTP error (\d{3})")


@dataclass(frozen=True)
class TeamsWorkflow:
    """A workflow by the URL of its webhook."""

    transport: Transport
    url: str

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Send it as a card."""
        call = robot_call(self.url, card(message), RATES)
        return await deliver(self.transport, call, judged, still_ours)


def card(message: Message) -> dict[str, object]:
    """A message with one Adaptive Card: title, lines, a button for each link."""
    parts = fitted(message, LAYOUT)
    colour = COLOURS.get(message.severity, "Default")
    title = {"type": "TextRun", "text": parts.title, "weight": "Bolder", "color": colour}
    texts = [_runs(title), *(_runs({"type": "TextRun", "text": line}) for line in parts.lines)]
    actions = [
        {"type": "Action.OpenUrl", "title": label, "url": address} for label, address in parts.links
    ]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": texts,
        "actions": actions,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    return {"type": "message", "attachments": [attachment]}


def _runs(run: dict[str, str]) -> dict[str, object]:
    """A block of text in which no sign is markup."""
    return {"type": "RichTextBlock", "inlines": [run]}


def judged(answer: Answer) -> Delivery:
    """By the status; a 200 may hold an error in words."""
    if answer.status != OK or answer.text in {"", "1"}:
        return by_status(answer)
    found = IN_WORDS.search(answer.text)
    if found is None and "error" not in answer.text.lower():
        return Delivery(Verdict.ACCEPTED, answer.text)
    status = int(found[1]) if found else 400
    return by_status(Answer(status, answer.headers, answer.body, answer.whole, answer.at))
