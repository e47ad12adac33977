"""Tencent's payloads as canonical events.

    {"SdkAppId": …, "SessionId": …, …}                      a call, pushed (`action=cdr`)
    {"Response": {"TelCdrs": […]}}                          calls, DescribeTelCdr
    {"Response": {"Data": [{"Status": …, "StaffEmail": …}]}}  DescribeStaffStatusHistory
    {"Response": {"Events": […]}, "SessionId": …}           one call's events, DescribeSessionDetail

What is pushed of recordings and voice mails is known and tells nothing that is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import Ignored, PayloadSource, Told, each, missing
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.ingest.sources.tencent_ccc import calls, details, staff
from floorpulse.ingest.sources.tencent_ccc.known_calls import KnownCalls

SILENT = ("RecordURL", "RecordId", "VoicemailId", "OfflineRecordURL")
"""Fields of pushes that are no calls"""


class TencentCcc(PayloadSource):
    """A `Source`: remembers which visit of a transferred call was whose, and each agent's last
    state, within its stream.
    """

    def __init__(self, settings: SourceSettings) -> None:
        super().__init__(partial(events, known=Known()), settings)


@dataclass
class Known:
    """What one stream told before: transferred calls, and each agent's latest row."""

    calls: KnownCalls = field(default_factory=KnownCalls)
    rows: dict[str, staff.Row] = field(default_factory=dict)


def events(payload: Mapping[str, object], settings: SourceSettings, known: Known) -> Told:
    """The events of one payload of any of the four forms."""
    outer = Fields(payload)
    answer = outer.part("Response") or outer
    for name in ("TelCdrs", "TelCdrList"):
        if answer.raw(name) is not None:
            told = each(answer.parts(name), lambda record: calls.call(record, settings))
            return _learnt(told, known.calls)
    if answer.raw("Events") is not None:
        return details.events(outer, answer, known.calls)
    if answer.raw("Data") is not None:
        return staff.states(answer.parts("Data"), settings, known.calls, known.rows)
    if outer.text("SessionId") is None:
        is_empty_page = answer.number("TotalCount") == 0
        return () if is_empty_page else missing("SessionId, TelCdrs or Data")
    if outer.raw("EndStatus") is None and outer.text("EndStatusString") is None:
        silent = any(outer.raw(name) is not None for name in SILENT)
        return () if silent else Ignored("no call's record")
    return _learnt(calls.call(outer, settings), known.calls)


def _learnt(told: Told, known_calls: KnownCalls) -> Told:
    if not isinstance(told, Ignored | Refusal):
        known_calls.learn(told)
    return told
