"""Tencent's payloads as canonical events.

    {"SdkAppId": …, "SessionId": …, …}                      a call, pushed (`action=cdr`)
    {"Response": {"TelCdrs": […]}}                          calls, DescribeTelCdr
    {"Response": {"Data": [{"Status": …, "StaffEmail": …}]}}  DescribeStaffStatusHistory
    {"Response": {"Events": […]}, "SessionId": …}           one call's events, DescribeSessionDetail

What is pushed of recordings and voice mails is known and tells nothing that is counted.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Ignored, PayloadSource, missing
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.ingest.sources.tencent_ccc import calls, details, staff
from floorpulse.ingest.sources.tencent_ccc.known_calls import KnownCalls

SILENT = ("RecordURL", "RecordId", "VoicemailId", "OfflineRecordURL")
"""Fields of pushes that are no calls"""

Told = Sequence[EventBody] | Ignored | Refusal


class TencentCcc(PayloadSource):
    """A `Source`: remembers which visit of a transferred call was whose, within its stream."""

    def __init__(self, settings: SourceSettings) -> None:
        super().__init__(partial(events, known_calls=KnownCalls()), settings)


def events(
    payload: Mapping[str, object], settings: SourceSettings, known_calls: KnownCalls
) -> Told:
    """The events of one payload of any of the four forms."""
    outer = Fields(payload)
    answer = outer.part("Response") or outer
    for name in ("TelCdrs", "TelCdrList"):
        if answer.raw(name) is not None:
            return _learnt(_calls(answer.parts(name), settings), known_calls)
    if answer.raw("Events") is not None:
        return details.events(outer, answer, known_calls)
    if answer.raw("Data") is not None:
        return staff.states(answer.parts("Data"), settings, known_calls)
    if outer.text("SessionId") is None:
        return missing("SessionId, TelCdrs or Data")
    if outer.raw("EndStatus") is None and outer.text("EndStatusString") is None:
        silent = any(outer.raw(name) is not None for name in SILENT)
        return () if silent else Ignored("no call's record")
    return _learnt(calls.call(outer, settings), known_calls)


def _learnt(told: Sequence[EventBody] | Refusal, known_calls: KnownCalls) -> Told:
    if not isinstance(told, Refusal):
        known_calls.learn(told)
    return told


def _calls(records: Sequence[Fields], settings: SourceSettings) -> Sequence[EventBody] | Refusal:
    told: list[EventBody] = []
    for record in records:
        of_call = calls.call(record, settings)
        if isinstance(of_call, Refusal):
            return of_call
        told += of_call
    return told
