"""A report as a message: what is said of it, with its file for mail and for machines."""

from base64 import b64encode
from hashlib import sha256

from floorpulse.alerts.domain.notices import Attachment, Message
from floorpulse.alerts.incidents.ports import ClaimedNotice, ReportToSend

MOST_MAILED = 8 * 1024 * 1024
"""Bytes of a file that goes out with a mail; a larger one is left behind its link"""
MOST_POSTED = 1024 * 1024
"""Bytes of a file that a webhook carries, in base64"""


def report_message(claim: ClaimedNotice, report: ReportToSend) -> Message:
    """The message of a report; its file goes along where it is not too large."""
    letter = report.letter
    file = report.file
    size = len(file.content)
    return Message(
        key=str(claim.key),
        incident=claim.key.incident,
        kind=claim.key.kind,
        severity="info",
        language=letter.language,
        title=letter.title,
        lines=tuple(letter.lines),
        links=tuple(letter.links),
        facts=_facts(claim, report),
        attachments=(file,) if size <= MOST_MAILED else (),
    )


def _facts(claim: ClaimedNotice, report: ReportToSend) -> dict[str, object]:
    letter = report.letter
    return {
        "tenant": claim.tenant,
        "report": letter.report,
        "issued": claim.key.incident,
        "period": letter.period,
        "begin": letter.begin,
        "end": letter.end,
        "file": _file(report.file),
    }


def _file(file: Attachment) -> dict[str, object]:
    size = len(file.content)
    told: dict[str, object] = {
        "name": file.name,
        "media_type": file.media_type,
        "bytes": size,
        "sha256": sha256(file.content).hexdigest(),
    }
    if size <= MOST_POSTED:
        told["base64"] = b64encode(file.content).decode()
    return told
