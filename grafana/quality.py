"""The dashboard of the QA lead: what customers say, what evaluators find, what is complained of."""

from floorpulse.board.domain.windows import Window
from floorpulse.kpis.catalogue import CATALOGUE
from grafana.every_kpi import panel
from grafana.expressions import CHANNELS, WINDOWED, of_each
from grafana.panels import Bars, Board, Course, Line, Measure, Panel, Query, Section
from grafana.texts import Text, same
from grafana.trust import checked

NAMED = same("{{queue}} {{channel}}")


def _of_floor(*kpis: str) -> Line:
    """KPIs of the catalogue over the whole floor."""
    return Line(5, [panel(CATALOGUE[kpi]) for kpi in kpis])


def _hourly(counter: str, label: str) -> str:
    return (
        f"sum by ({label}) (max by (queue, channel, {label}) "
        f"(increase({counter}{{{CHANNELS}}}[1h])))"
    )


def _satisfied() -> Panel:
    return Panel(
        title=Text("Satisfaction by queue", "各队列满意度"),
        means=Text(
            "Satisfied answers of all answers in the window; which answers are satisfied is the "
            "queue's own definition.",
            "窗口内满意答复占全部答复的比例；何为满意由队列定义。",
        ),
        act=Text(
            "Read it with the number of answers: a handful is chance.",
            "结合答复数阅读：寥寥数个只是偶然。",
        ),
        form=Course(),
        measure=Measure.RATIO,
        queries=(Query(of_each("contactcenter_satisfaction_ratio", WINDOWED), NAMED),),
    )


def _answers() -> Panel:
    return Panel(
        title=Text("Surveys answered in the last hour", "最近一小时答卷"),
        means=Text("Answers of the chosen queues, by kind.", "所选队列的答卷数，按类型。"),
        act=Text("None for hours: the survey is not sent any more.", "数小时为零：问卷已停发。"),
        form=Bars(),
        measure=Measure.CONTACTS,
        queries=(Query(_hourly("contactcenter_survey_responses_total", "kind"), same("{{kind}}")),),
    )


def _score() -> Panel:
    return Panel(
        title=Text("QA score by queue", "各队列质检得分"),
        means=Text(
            "Mean score of the window's evaluations, 100 % is full marks.",
            "窗口内评估的平均得分，100 % 为满分。",
        ),
        act=Text(
            "One queue far below the others: calibrate its evaluators before its agents.",
            "某队列远低于其他：先校准评估人，再看坐席。",
        ),
        form=Bars(1),
        measure=Measure.RATIO,
        queries=(Query(of_each("contactcenter_qa_score_ratio", WINDOWED), NAMED),),
    )


def _complained() -> Panel:
    return Panel(
        title=Text("Complaints in the last hour", "最近一小时投诉"),
        means=Text("Received complaints of the chosen queues, by severity.", "按级别的投诉数。"),
        act=Text(
            "The worst severity first; then see which queue they come from.",
            "先处理最严重者，再看来自哪个队列。",
        ),
        form=Bars(),
        measure=Measure.CONTACTS,
        queries=(
            Query(_hourly("contactcenter_complaints_total", "severity"), same("{{severity}}")),
        ),
    )


def _per_10k() -> Panel:
    return Panel(
        title=Text("Complaints per 10,000 by queue", "各队列万投比"),
        means=Text(
            "Complaints of the window for 10,000 handled contacts.", "窗口内每万次处理的投诉数。"
        ),
        act=Text(
            "Choose the window today: short ones have too few contacts.",
            "选“今日”窗口：短窗口联络太少。",
        ),
        form=Course(),
        measure=Measure.POINTS,
        queries=(Query(of_each("contactcenter_complaints_per_10k_handled", WINDOWED), NAMED),),
    )


QUALITY = Board(
    slug="quality",
    title=Text("Quality and satisfaction", "质检与满意度"),
    reader=Text("the QA lead", "质检主管"),
    about=Text(
        "What customers answer and of how many, what evaluators find, what is complained of. "
        "Queue by queue of the chosen window, today at first; of the whole floor the last 15 "
        "minutes, which are often without an evaluation.",
        "客户如何评价及参评率，质检结果，投诉情况。各队列按所选窗口（默认今日）；"
        "全场为最近 15 分钟，常无评估。",
    ),
    variables=("datasource", "tenant", "queue", "channel", "window", "floorpulse", "docs"),
    window=Window.TODAY,
    windows=(Window.M60, Window.TODAY),
    sections=[
        checked(),
        Section(
            Text("Satisfaction", "客户满意"),
            [
                _of_floor("csat", "survey_response_rate", "csat_mean", "nps", "fcr"),
                Line(8, [_satisfied(), _answers()]),
            ],
        ),
        Section(
            Text("Quality", "质检"),
            [
                _of_floor("qa_mean", "qa_pass_rate", "qa_fatal_rate", "qa_coverage"),
                Line(8, [_score()]),
            ],
        ),
        Section(
            Text("Complaints", "投诉"),
            [
                _of_floor(
                    "complaints_per_10k",
                    "complaints_open",
                    "complaint_liable_rate",
                    "complaints_closed_in_time",
                ),
                Line(8, [_per_10k(), _complained()]),
            ],
        ),
    ],
)
