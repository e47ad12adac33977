"""What a report is sent with: a title, its headline figures, the link to its file."""

from floorpulse.contracts.report_letters import ReportLetter
from floorpulse.reports.domain.report import Report
from floorpulse.reports.domain.report_blocks import TilesBlock
from floorpulse.reports.domain.report_document import document


def letter_of(report: Report, schedule: str, issue: str, language: str) -> ReportLetter:
    """The letter in the language of the report; without a public address it has no link."""
    told = document(report, language)
    tiles = next(block for block in told.blocks if isinstance(block, TilesBlock))
    link = f"{report.link}/v1/reports/issued/{issue}"
    return ReportLetter(
        title=f"{told.title} · {told.subtitle}",
        language=language,
        lines=[
            *told.facts,
            *((one.label, f"{one.value.text} ({one.note.text})") for one in tiles.tiles),
        ],
        links=[(told.title, link)] if report.link else [],
        report=schedule,
        period=report.period.label,
        begin=report.period.begin,
        end=report.period.end,
    )
