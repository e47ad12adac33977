"""From a report's content to what is drawn."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.reports.documents.formats import Format, name_of, rendered
from floorpulse.reports.documents.html import page, policy, style
from floorpulse.reports.domain.report import Verdict
from floorpulse.reports.domain.report_blocks import (
    ChartBlock,
    ParagraphBlock,
    ReportDocument,
    Section,
    TableBlock,
    Text,
    TilesBlock,
    Tone,
)
from floorpulse.reports.domain.report_document import document
from floorpulse.reports.domain.report_letters import letter_of
from floorpulse.reports.domain.report_words import WORDS, Words
from tests.fakes.reports import a_report, nothing_happened, of_contract, of_queue


def texts(told: ReportDocument) -> Iterator[Text]:
    for block in told.blocks:
        match block:
            case ParagraphBlock(texts=some):
                yield from some
            case TilesBlock(tiles=tiles):
                yield from (text for one in tiles for text in (one.value, one.note))
            case TableBlock(rows=rows):
                for row in rows:
                    yield from (row.text,) if isinstance(row, Section) else row
            case _:
                pass


def said(told: ReportDocument) -> set[str]:
    return {one.text for one in texts(told)}


def table(told: ReportDocument, caption: str) -> list[list[str]]:
    (found,) = [
        one for one in told.blocks if isinstance(one, TableBlock) and one.caption == caption
    ]
    return [[one.text for one in row] for row in found.rows if not isinstance(row, Section)]


def test_a_report_ends_with_the_place_of_the_audit_log_where_one_is_known() -> None:
    anchor = "17:" + "3f" * 32
    told = document(replace(a_report(), audit_anchor=anchor), "en")

    last = told.blocks[-1]
    assert isinstance(last, ParagraphBlock)
    assert [one.text for one in last.texts] == [
        f"Audit log at this report: {anchor} (floorpulse audit verify --anchor)"
    ]
    assert not any("Audit log" in one for one in said(document(a_report(), "en")))


def test_a_contracts_figures_lead_to_their_questions_where_there_are_any() -> None:
    told = document(of_contract(replace(a_report(), link="https://floor.example")), "en")

    links = {one.text: one.href for one in texts(told) if one.href}
    assert links["79.9 %"] == (
        "https://floor.example/v1/kpis/history?kpi=service_level&interval=1d"
    )
    assert links["1"] == "https://floor.example/v1/visits?missed=true"
    assert not any(one.href == "https://floor.example" for one in texts(told))


def test_title_and_facts_say_whose_report_of_when_it_is() -> None:
    told = document(a_report(), "zh")

    assert told.title == "演示呼叫中心 · 周报"
    assert told.subtitle == "全部队列 · 2026-W48"
    assert told.facts[0] == ("周期", "2026-11-23 00:00 – 2026-11-30 00:00 (Asia/Shanghai)")
    assert told.facts[1] == ("对比周期", "2026-W47")
    assert told.facts[3] == ("数据状态", "已定稿（后续到达的评价、质检和投诉除外）")


def test_a_report_of_a_queue_names_it() -> None:
    assert document(of_queue(a_report()), "en").subtitle == "Queue Orders · 2026-W48"


def test_a_day_of_23_hours_says_so_and_is_told_by_hours() -> None:
    report = a_report()
    day = replace(report.period, kind=PeriodKind.DAY, label="2026-03-29", hours=23)
    told = document(replace(report, period=day), "en")

    assert "23 hours, as the clocks were changed" in told.facts[0][1]
    assert [row[0] for row in table(told, "By hour")] == ["00:00", "00:00"]
    usual = document(replace(report, period=replace(day, hours=24)), "en")
    assert "hours" not in usual.facts[0][1]


def test_each_kpi_stands_beside_the_period_before_with_its_parts() -> None:
    rows = table(document(a_report(), "en"), "KPIs and the period before")

    assert ["Service level", "81.9 %", "860 / 1,050", "84.0 %", "-2.1 pp ▼", "default@1"] in rows
    assert ["Offered", "1,060", "", "1,000", "+6.0 %", "default@1"] in rows
    assert ["Abandoned", "60", "", "60", "0.0 % ＝", "default@1"] in rows
    assert ["Average speed of answer", "–", "0 / 0", "12.5 s", "–", ""] in rows


def test_every_figure_leads_to_its_question() -> None:
    report = replace(a_report(), link="https://floor.example.org")
    found = {one.text: one.href for one in texts(document(report, "en"))}

    assert found["81.9 %"] == "https://floor.example.org/v1/kpis/history?interval=all"
    assert found["c-1"] == "https://floor.example.org/v1/contacts/c-1"


def test_targets_tell_how_often_they_were_met_and_the_worst_of_them() -> None:
    (row,) = table(document(a_report(), "en"), "Targets")

    assert row[3:] == ["≥ 80.0 %", "days", "6", "1", "0", "74.9 % (11-25 00:00)"]


def test_a_target_that_was_met_and_has_no_figure_has_no_link_to_misses() -> None:
    report = a_report()
    kept = replace(
        report.promises[0],
        missed=0,
        worst=None,
        worst_begin=None,
        comparison="at_most",
        scope="vip",
    )
    (row,) = table(document(replace(report, promises=(kept,)), "en"), "Targets")

    assert row[2:4] == ["vip", "≤ 80.0 %"]
    assert row[6:] == ["0", "0", "–"]


def test_misses_stand_below_their_half_hour() -> None:
    told = document(a_report(), "en")

    assert "190 contacts lowered the service level." in said(told)
    assert "2026-11-25 09:30–10:00 · 62.5 % (25 / 40)" in said(told)
    rows = table(told, "What lowered the service level")
    assert rows[0] == ["2026-11-25 09:31", "Orders", "voice", "1:35", "answered late", "c-1"]
    assert rows[1][1:5] == ["unknown", "voice", "–", "still waiting"]


def test_incidents_are_told_with_their_response_times() -> None:
    told = document(a_report(), "en")

    assert "2 incidents: 1 acknowledged, after 1:15 on average; 1 resolved, after 1:02:05." in said(
        told
    )
    rows = table(told, "Incidents and response")
    assert rows[0][2:] == ["Orders", "critical", "1:15", "1:02:05"]
    assert rows[1][2:] == ["All", "critical", "–", "–"]


def test_response_times_that_nobody_knows_are_dashes() -> None:
    report = a_report()
    unseen = replace(report.incidents, mean_to_acknowledge=None, mean_to_resolve=None)

    told = document(replace(report, incidents=unseen), "en")

    assert "2 incidents: 1 acknowledged, after – on average; 1 resolved, after –." in said(told)


def test_corrections_and_notes_are_told() -> None:
    told = document(a_report(), "zh")

    assert "还有更多，查看全部" in said(told)
    assert table(told, "更正")[0][3:5] == ["12", "13"]
    assert [row[1] for row in table(told, "处理记录")] == ["全部", "订单<热线>"]


def test_a_contract_is_told_with_what_settling_would_come_to() -> None:
    told = document(of_contract(a_report()), "en")
    rows = table(told, "What the contract comes to")

    assert told.subtitle == "Contract Acme care · 2026-W48"
    assert {"12,480.00", "12,360.00", "CNY"} <= said(told)
    assert rows[0] == [
        "in-time · Service level", "days", "≥ 80.0 %", "79.9 %", "5", "1", "1", "120.00", "0.00",
    ]  # fmt: skip
    assert rows[1][2:4] == ["≤ 80.0 %", "–"]


def test_a_contract_that_is_settled_by_another_period_says_so() -> None:
    told = document(replace(of_contract(a_report()), contract=None), "en")

    assert "The contract is settled by another period than this report tells of." in said(told)


def test_of_very_many_queues_those_with_the_most_contacts_are_told() -> None:
    report = a_report()
    small = replace(report.queues[0], queue="small", names={"en": "Small"}, figures={})
    told = document(replace(report, queues=(small,) * 101 + report.queues), "en")
    rows = table(told, "By queue")

    assert len(rows) == 100
    assert rows[0][:2] == ["Orders", "1,060"]
    assert "2 more queues with fewer contacts; the JSON of this report has them all." in said(told)


def test_the_text_of_each_definition_is_told() -> None:
    rows = table(document(a_report(), "en"), "Definitions")

    assert rows == [["default@1", "formula: V5; flow_outs: false; csat.satisfied: 0.75"]]


def test_a_change_too_small_to_be_written_is_none() -> None:
    report = a_report()
    level = replace(report.groups[1].lines[0], change=0.0001, verdict=Verdict.BETTER)
    told = replace(report, groups=(replace(report.groups[1], lines=(level,)),))
    (row,) = table(document(told, "en"), "KPIs and the period before")

    assert row[4] == "0.0 pp ＝"


def test_the_chart_promises_what_the_only_target_does() -> None:
    report = a_report()
    (volume, forecast) = [
        one for one in document(report, "en").blocks if isinstance(one, ChartBlock)
    ]

    assert "Promised" in volume.svg
    assert "Forecast" in forecast.svg
    two = (report.promises[0], replace(report.promises[0], promised=0.9))
    (other, _) = [
        one
        for one in document(replace(report, promises=two), "en").blocks
        if isinstance(one, ChartBlock)
    ]
    assert "Promised" not in other.svg


def test_a_kpi_that_the_report_has_not_is_called_by_its_id() -> None:
    told = document(replace(a_report(), groups=()), "en")
    (volume, _) = [one for one in told.blocks if isinstance(one, ChartBlock)]

    assert ">answered</text>" in volume.svg


def test_where_nothing_happened_sentences_say_so() -> None:
    told = document(nothing_happened(a_report()), "en")

    assert told.facts[3][1].startswith("not final yet")
    assert {
        "No target binds them.",
        "No contact lowered the service level.",
        "No queue had a contact.",
        "No incident opened.",
        "No final figure of this period was corrected.",
        "Nothing was noted.",
    } <= said(told)


def test_a_change_for_the_worse_is_told_by_a_sign_and_not_by_colour_alone() -> None:
    worse = [one for one in texts(document(a_report(), "en")) if one.tone is Tone.BAD]

    assert any("▼" in one.text for one in worse)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_is_there_in_both_languages(language: str) -> None:
    say = Words(language)

    assert all(say(word, 1, 2, 3, 4, 5) for word in WORDS)
    assert say.known("no such word") == "no such word"
    assert say.name({"fr": "Commandes"}) == "Commandes"
    assert say.name({}) == ""


# ------------------------------------------------------------- files


class Outline(HTMLParser):
    """The tags of a page, and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_html_is_one_file_without_scripts_under_a_policy_of_its_own_style() -> None:
    text = page(document(a_report(), "zh")).decode()
    outline = Outline(text)

    assert '<html lang="zh-CN">' in text
    assert "script" not in outline.tags
    assert not {"src", "style", "onclick"} & {name for name, _ in outline.attributes}
    (told,) = re.findall(r'content="(default-src[^"]*)"', text)
    assert told.replace("&#x27;", "'") == policy(style())


def test_what_people_wrote_is_text_in_html() -> None:
    text = page(document(a_report(), "zh")).decode()

    assert "订单&lt;热线&gt;" in text
    assert "<热线>" not in text


def test_every_chart_in_html_stands_beside_a_table() -> None:
    outline = Outline(page(document(a_report(), "en")).decode())

    assert outline.tags.count("svg") == 2
    assert outline.tags.count("desc") == 2
    assert outline.tags.count("table") >= 2


def test_the_same_report_is_the_same_pdf_byte_for_byte() -> None:
    once, again = (rendered(a_report(), Format.PDF, "zh").content for _ in range(2))

    assert once.startswith(b"%PDF")
    assert once == again


def test_json_holds_the_same_content_in_all_languages() -> None:
    file = rendered(a_report(), Format.JSON, "en")

    assert file.media_type == "application/json"
    assert "演示呼叫中心".encode() in file.content
    assert b"Demo centre" in file.content


def test_the_name_of_a_file_says_whose_it_is() -> None:
    report = of_queue(replace(a_report()))
    odd = replace(report, subject=replace(report.subject, id="a/b 订"))

    assert name_of(a_report(), Format.PDF, "zh") == "floorpulse-demo-tenant-2026-W48-zh.pdf"
    assert name_of(odd, Format.HTML, "en") == "floorpulse-demo-a_b_订-queue-2026-W48-en.html"


def test_a_letter_has_the_headline_figures_and_the_link() -> None:
    report = replace(a_report(), link="https://floor.example.org")
    letter = letter_of(report, "mornings", "9f1c", "en")

    assert letter.title == "Demo centre · Weekly report · All queues · 2026-W48"
    assert ("Service level", "81.9 % (-2.1 pp ▼)") in letter.lines
    assert letter.links == [
        ("Demo centre · Weekly report", "https://floor.example.org/v1/reports/issued/9f1c")
    ]
    assert letter_of(a_report(), "mornings", "9f1c", "en").links == []
