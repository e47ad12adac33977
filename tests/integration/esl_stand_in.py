"""A stand-in for FreeSWITCH's event socket: it tells calls whose truth is known, cuts its frames
anywhere, tells some twice, and hangs up in the middle of others.
"""

import asyncio
import json
from collections.abc import Iterator

from tests.integration.call_stories import AGENTS, CallStory, ToldStay
from tests.integration.cut_stand_in import CutStandIn

PASSWORD = "ClueCon"  # noqa: S105  FreeSWITCH's own default
Body = dict[str, str]
Told = tuple[float, Body]


def events(stories: list[CallStory]) -> list[Body]:
    """The events of the calls in the order of their stamps."""
    told = [one for story in stories for one in _of(story)]
    return [
        {
            "Event-Name": "CUSTOM",
            "Core-UUID": "core",
            "Event-Sequence": str(number),
            "Event-Date-Timestamp": str(round(at * 1000)),
            **said,
        }
        for number, (at, said) in enumerate(sorted(told, key=lambda one: one[0]))
    ]


def leg_of(contact: str, stay: ToldStay) -> str:
    """The id of a stay."""
    return f"{contact}-{stay.offered}"


def _of(story: CallStory) -> Iterator[Told]:
    for stay in story.stays:
        call = {
            "CC-Queue": stay.queue,
            "CC-Member-Session-UUID": story.contact,
            "CC-Member-UUID": leg_of(story.contact, stay),
        }
        yield stay.offered, {**call, "CC-Action": "member-queue-start"}
        if stay.missed_by:
            rung = {**call, "CC-Agent": stay.missed_by}
            yield stay.offered + 100, {**rung, "CC-Action": "agent-offering"}
            fails = {"CC-Action": "bridge-agent-fail", "CC-Hangup-Cause": "NO_ANSWER"}
            yield stay.offered + 15_100, {**rung, **fails}
        yield from _talks(call, stay) if stay.outcome == "answered" else _goes(call, stay)


def _goes(call: Body, stay: ToldStay) -> Iterator[Told]:
    reason = "TIMEOUT" if stay.outcome == "left" else "BREAK_OUT"
    state = "answered" if stay.outcome == "left" else "hangup"
    cancel = {"CC-Cause": "Cancel", "CC-Cancel-Reason": reason, "Answer-State": state}
    yield stay.over, {**call, **cancel, "CC-Action": "member-queue-end"}


def _talks(call: Body, stay: ToldStay) -> Iterator[Told]:
    channel = f"a-{call['CC-Member-UUID']}"
    agent = {**call, "CC-Agent": stay.agent, "CC-Agent-UUID": channel}
    state = {"CC-Agent": stay.agent, "CC-Action": "agent-state-change"}
    yield stay.over, {**agent, "CC-Action": "bridge-agent-start"}
    yield stay.over + 0.1, {**state, "CC-Agent-State": "In a queue call"}
    for at, name in zip(stay.hold or (), ("CHANNEL_HOLD", "CHANNEL_UNHOLD"), strict=False):
        yield at, {"Event-Name": name, "Unique-ID": channel}
    ended = stay.ended or 0
    yield ended, {**agent, "CC-Action": "bridge-agent-end", "CC-Agent-Bridged": "true"}
    yield ended + 0.1, {**call, "CC-Action": "member-queue-end", "CC-Cause": "Terminated"}
    yield ended + 0.2, {**state, "CC-Agent-State": "Waiting"}


class EslStandIn(CutStandIn):
    """Tells its events to whoever knows the password."""

    greeting = b"Content-Type: auth/request\n\n"
    asked_until = b"\n\n"

    async def _asked(self, text: bytes, writer: asyncio.StreamWriter) -> None:
        asked = text.decode().strip()
        match asked.partition(" ")[0]:
            case "auth":
                is_right = asked == f"auth {PASSWORD}"
                writer.write(_reply("+OK accepted" if is_right else "-ERR invalid"))
            case "event":
                writer.write(_reply("+OK event listener enabled json"))
            case "api" if "strepoch" in asked:
                writer.write(_response(str(self._clock() // 1_000_000)))
            case _:
                rows = (f"{agent}|single_box|Available|Waiting" for agent in AGENTS)
                table = "\n".join(["name|instance_id|status|state", *rows, "+OK"])
                writer.write(_response(table))
                await self._tell(writer)

    def _written(self, event: Body) -> bytes:
        return _frame("text/event-json", json.dumps(event))

    def _clock(self) -> int:
        return int(self._last()["Event-Date-Timestamp"])


def _reply(text: str) -> bytes:
    return f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode()


def _response(text: str) -> bytes:
    return _frame("api/response", text)


def _frame(kind: str, body: str) -> bytes:
    return f"Content-Length: {len(body.encode())}\nContent-Type: {kind}\n\n{body}".encode()
