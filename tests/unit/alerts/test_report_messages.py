"""A report as a message of the outbox: its file goes along as far as it is not too large."""

from base64 import b64decode
from hashlib import sha256
from typing import Any, cast

import pytest

from floorpulse.alerts.domain.notices import Attachment, NoticeKey, NoticeKind
from floorpulse.alerts.incidents.ports import ClaimedNotice, ReportToSend
from floorpulse.alerts.incidents.report_messages import MOST_MAILED, MOST_POSTED, report_message
from floorpulse.contracts.report_letters import ReportLetter

LETTER = ReportLetter(
    title="Demo · Daily report",
    language="en",
    lines=[("Offered", "22 (+1.0 %)")],
    links=[("Demo", "https://floor.example.org/v1/reports/issued/9f1c")],
    report="mornings",
    period="2026-11-10",
    begin="2026-11-10T00:00:00+08:00",
    end="2026-11-11T00:00:00+08:00",
)


def claim(content: bytes) -> tuple[ClaimedNotice, ReportToSend]:
    report = ReportToSend(LETTER, Attachment("day.pdf", "application/pdf", content))
    key = NoticeKey("9f1c", NoticeKind.REPORT, 0, "boss/email")
    return ClaimedNotice(key, "demo", 0, 1, 0, report), report


@pytest.mark.parametrize(
    ("size", "mailed", "posted"),
    [(1, True, True), (MOST_POSTED + 1, True, False), (MOST_MAILED + 1, False, False)],
)
def test_a_file_goes_along_up_to_its_bound(size: int, *, mailed: bool, posted: bool) -> None:
    message = report_message(*claim(b"x" * size))
    file = cast("dict[str, Any]", message.facts["file"])

    assert bool(message.attachments) is mailed
    assert ("base64" in file) is posted
    assert file["bytes"] == size


def test_a_machine_gets_the_very_file_and_its_digest() -> None:
    message = report_message(*claim(b"%PDF-1.7"))
    file = cast("dict[str, Any]", message.facts["file"])

    assert b64decode(file["base64"]) == b"%PDF-1.7"
    assert file["sha256"] == sha256(b"%PDF-1.7").hexdigest()
    assert message.facts["issued"] == "9f1c"
    assert message.key == "9f1c.report.0.boss/email"
    assert message.lines == (("Offered", "22 (+1.0 %)"),)
