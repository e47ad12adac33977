"""A stand-in for Asterisk's manager interface: it tells calls whose truth is known, cuts its
packets anywhere, tells some twice, and hangs up in the middle of others.
"""

import asyncio
from collections.abc import Iterator

from tests.integration.call_stories import AGENTS, QUEUES, CallStory, ToldStay
from tests.integration.cut_stand_in import CutStandIn

SECRET = "right"  # noqa: S105  a stand-in's
Packet = dict[str, str]


def packets(stories: list[CallStory]) -> list[Packet]:
    """The events of the calls in the order of their stamps."""
    told = [one for story in stories for one in _of(story)]
    return [
        {"Event": name, "Timestamp": f"{at / 1000:.6f}", **said}
        for at, name, said in sorted(told, key=lambda one: one[0])
    ]


def _of(story: CallStory) -> Iterator[tuple[float, str, Packet]]:
    for stay in story.stays:
        yield from _waits(story.contact, stay)
        yield from _goes(story.contact, stay)
    yield (stay.ended or stay.over) + 0.9, "Hangup", {"Uniqueid": story.contact}


def _waits(contact: str, stay: ToldStay) -> Iterator[tuple[float, str, Packet]]:
    call = {"Uniqueid": contact, "Queue": stay.queue}
    yield stay.offered, "QueueCallerJoin", {**call, "CallerIDNum": "5550100", "Position": "1"}
    if stay.missed_by:
        rung = {**call, "MemberName": stay.missed_by, "Interface": stay.missed_by}
        yield stay.offered + 100, "AgentCalled", rung
        yield stay.offered + 15_100, "AgentRingNoAnswer", {**rung, "RingTime": "15000"}
    yield stay.over - 0.2, "QueueCallerLeave", {**call, "Count": "0"}


def _goes(contact: str, stay: ToldStay) -> Iterator[tuple[float, str, Packet]]:
    call = {"Uniqueid": contact, "Queue": stay.queue}
    if stay.outcome != "answered":
        yield stay.over, "QueueCallerAbandon", {**call, "HoldTime": "1"}
        if stay.outcome == "left":
            value = {"Uniqueid": contact, "Variable": "QUEUESTATUS", "Value": "TIMEOUT"}
            yield stay.over + 0.1, "VarSet", value
        return
    channel = f"d-{contact}-{stay.offered}"
    talk = {**call, "MemberName": stay.agent, "Interface": stay.agent, "DestUniqueid": channel}
    yield stay.over - 900, "AgentCalled", talk
    yield stay.over, "AgentConnect", {**talk, "HoldTime": "1", "RingTime": "1"}
    if stay.hold is not None:
        yield stay.hold[0], "Hold", {"Uniqueid": channel}
        yield stay.hold[1], "Unhold", {"Uniqueid": channel}
    reason = "transfer" if stay.transferred else "caller"
    ends = {**talk, "HoldTime": "1", "TalkTime": "1", "Reason": reason}
    yield stay.ended or 0, "AgentComplete", ends


class AmiStandIn(CutStandIn):
    """Tells its packets to whoever logs in."""

    greeting = b"Asterisk Call Manager/9.0.0\r\n"
    asked_until = b"\r\n\r\n"

    async def _asked(self, text: bytes, writer: asyncio.StreamWriter) -> None:
        asked = _packet(text)
        match asked["Action"]:
            case "Login" if asked["Secret"] != SECRET:
                refusal = {"Response": "Error", "Message": "Authentication failed"}
                writer.write(_written(refusal))
            case "Login":
                writer.write(_written({"Response": "Success", "Message": "Welcome"}))
                writer.write(_written({"Event": "FullyBooted", "Status": "Fully Booted"}))
            case "Ping":
                answer = {"Response": "Success", "Ping": "Pong", "Timestamp": self._clock()}
                writer.write(_written(answer))
            case _:
                writer.writelines(_written(one) for one in self._list(asked["ActionID"]))
                await self._tell(writer)

    def _written(self, event: Packet) -> bytes:
        return _written(event)

    def _clock(self) -> str:
        return self._last()["Timestamp"]

    def _list(self, action: str) -> Iterator[Packet]:
        """Who waits and who talks, by what was told so far."""
        waiting: dict[str, Packet] = {}
        talks: set[tuple[str, str]] = set()
        for one in self._told[: self._next]:
            match one["Event"]:
                case "QueueCallerJoin":
                    waiting[one["Uniqueid"]] = one
                case "QueueCallerLeave":
                    waiting.pop(one["Uniqueid"], None)
                case "AgentConnect":
                    talks.add((one["Queue"], one["MemberName"]))
                case _:
                    pass
        yield {"Response": "Success", "ActionID": action, "EventList": "start"}
        known = {"ActionID": action, "Status": "1", "Paused": "0"}
        for queue in QUEUES:
            yield {"Event": "QueueParams", "ActionID": action, "Queue": queue}
            for agent in AGENTS:
                who = {"Queue": queue, "Name": agent, "Location": agent}
                in_call = str(int((queue, agent) in talks))
                yield {"Event": "QueueMember", **known, **who, "InCall": in_call}
        for one in waiting.values():
            said = {name: one[name] for name in ("Queue", "Uniqueid", "CallerIDNum")}
            yield {"Event": "QueueEntry", "ActionID": action, **said, "Wait": "0"}
        yield {"Event": "QueueStatusComplete", "ActionID": action}


def _packet(text: bytes) -> Packet:
    pairs = (line.partition(": ") for line in text.decode().strip().split("\r\n"))
    return {name: value for name, _, value in pairs}


def _written(packet: Packet) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in packet.items()).encode() + b"\r\n"
