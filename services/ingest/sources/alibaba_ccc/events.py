"""Alibaba's payloads as canonical events.

    {"eventType": …, "eventTime": …, "instanceId": …}   pushed, by webhook or RocketMQ
    {"Data": {"List": [{"ContactId": …}]}}              ListCallDetailRecordsV2
    {"Data": {"ContactId": …, "QueueEvents": […]}}      GetCallDetailRecord

A push carries no signature: the address has a secret, and `instance` of the source's settings says
whose pushes these are.
"""

from collections.abc import Mapping, Sequence

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.sources.alibaba_ccc import agents, details, pushes, records
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Told, each, missing
from floorpulse.ingest.sources.source import SourceSettings


def events(payload: Mapping[str, object], settings: SourceSettings) -> Told:
    """The events of one payload of any of the three forms."""
    outer = Fields(payload)
    if outer.text("eventType") is not None:
        return _pushed(outer, settings)
    answer = outer.part("body") or outer
    data = answer.part("Data") or answer
    if data.raw("List") is not None:
        return each(data.parts("List"), lambda record: _recorded(record, settings))
    if data.number("TotalCount") == 0:
        return ()
    if data.text("ContactId") is None:
        return missing("eventType or ContactId")
    return _recorded(data, settings)


def _pushed(push: Fields, settings: SourceSettings) -> Told:
    foreign = _foreign(push, settings)
    if foreign is not None:
        return foreign
    kind = (push.text("eventType") or "").lower()
    if kind in agents.KINDS:
        return agents.state(push, settings)
    return pushes.event(push, settings)


def _recorded(record: Fields, settings: SourceSettings) -> Sequence[EventBody] | Refusal:
    foreign = _foreign(record, settings)
    if foreign is not None:
        return foreign
    if record.raw("QueueEvents") is not None:
        return details.call(record, settings)
    return records.call(record, settings)


def _foreign(body: Fields, settings: SourceSettings) -> Refusal | None:
    """The refusal of another instance's payload, where the settings name one."""
    said = body.text("instanceId")
    if settings.instance is None or said == settings.instance:
        return None
    return Refusal(
        Reason.TENANT_MISMATCH, f"instanceId is {said!r}, and this source is {settings.instance!r}"
    )
