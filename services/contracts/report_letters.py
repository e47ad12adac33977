"""What a notice in the outbox of alerts holds where it carries a report: the column `body`, written
by reports, read by alerts.
"""

import msgspec

KIND = "report"
"""The kind of such notices; their `incident` is the id of the issued report"""


class ReportLetter(msgspec.Struct, frozen=True, kw_only=True):
    """The message that a report goes out with, in the receiver's language; its file is the row
    `issued_report` of the notice's `incident`.

    `lines` and `links` are (label, text) and (label, address) pairs; `begin` and `end` are RFC
    3339.
    """

    title: str
    language: str
    lines: list[tuple[str, str]]
    links: list[tuple[str, str]]
    report: str
    period: str
    begin: str
    end: str


class ReportNotice(msgspec.Struct, frozen=True):
    """The column `body` of a notice that carries a report."""

    letter: ReportLetter
