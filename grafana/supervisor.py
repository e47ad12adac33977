"""The dashboard of the floor lead: every queue in a line, what is open, what was planned."""

from grafana.expressions import (
    ABANDONMENT,
    AVAILABLE,
    BELOW,
    CHANNELS,
    HANDLE,
    LEVEL,
    LONGEST,
    NEAR,
    STATE,
    TARGET,
    WAITING,
    of_floor,
)
from grafana.links import DESK_OF_ROW, INCIDENTS, VISITS, WALL
from grafana.panels import (
    GREY,
    Board,
    Cell,
    Column,
    Course,
    Line,
    Measure,
    Number,
    Panel,
    Query,
    Rows,
    Section,
)
from grafana.texts import Text, same
from grafana.trust import OF_QUEUE, TRUST, clock, light

OF_TARGET = ((None, "red"), (-NEAR, "yellow"), (0, "green"))
"""Colours of a ratio minus its target"""
FORECAST = of_floor("forecast_variance", "contactcenter_kpi_sample_size")
CAME = f"{FORECAST} * (1 + {of_floor('forecast_variance')})"
OPEN = "max by (severity, state) (floorpulse_alerts_open_incidents)"


def _number(title: Text, means: Text, act: Text, expr: str, *, alarming: bool = False) -> Panel:
    steps: tuple[tuple[float | None, str], ...] = (
        ((None, "green"), (1, "red")) if alarming else ((None, "blue"),)
    )
    return Panel(
        title=title,
        means=means,
        act=act,
        form=Number(filled=alarming, steps=steps),
        queries=(Query(expr),),
        links=(WALL,),
    )


def _incidents(title: Text, means: Text, act: Text, state: str, colour: str) -> Panel:
    return Panel(
        title=title,
        means=means,
        act=act,
        form=Number(filled=True, steps=((None, "green"), (1, colour))),
        queries=(
            Query(
                f"sum by (severity) (max by (severity, state) "
                f'(floorpulse_alerts_open_incidents{{state="{state}"}}))',
                same("{{severity}}"),
            ),
        ),
        links=(INCIDENTS,),
    )


def _queues() -> Panel:
    """A row a queue; agents have no channel, so each of a queue's channels shows them."""
    agents = f"{WAITING} * 0 + on (queue) group_left () {AVAILABLE}"
    return Panel(
        title=Text("Queues", "队列"),
        means=Text(
            "A row a queue and channel. Against target is service level minus the queue's own "
            "target: green kept, yellow less than 5 points below, red further below.",
            "每行一个队列与渠道。“与目标差”为服务水平减自身目标：绿 达标，黄 低不足 5 "
            "个百分点，红 更低。",
        ),
        act=Text(
            "Sort by against target: the first rows need people, the last ones can lend them.",
            "按“与目标差”排序：最前者缺人，最后者可借人。",
        ),
        form=Rows(
            labels=(("queue", Text("Queue", "队列")), ("channel", Text("Channel", "渠道"))),
            columns=(
                Column(Text("Service level", "服务水平"), LEVEL, Measure.RATIO),
                Column(
                    Text("Against target", "与目标差"),
                    f"{LEVEL} - {TARGET}",
                    Measure.RATIO,
                    Cell.FILLED,
                    OF_TARGET,
                ),
                Column(Text("Waiting", "当前排队"), WAITING, Measure.CONTACTS, Cell.BAR),
                Column(Text("Longest wait", "最长等待"), LONGEST, Measure.SECONDS, Cell.BAR),
                Column(Text("Agents available", "空闲坐席"), agents, Measure.COUNT),
                Column(Text("Abandonment", "放弃率"), ABANDONMENT, Measure.RATIO),
                Column(Text("Handle time", "处理时长"), HANDLE, Measure.SECONDS),
                Column(Text("Figures", "数据状态"), STATE, Measure.COUNT, words=OF_QUEUE),
            ),
            link=DESK_OF_ROW,
        ),
        links=(WALL, VISITS),
    )


def _sparklines(title: Text, means: Text, expr: str, measure: Measure) -> Panel:
    return Panel(
        title=title,
        means=means,
        act=Text("The slope says more than the number.", "看走势胜过看数字。"),
        form=Number(sparkline=True, named=True, stacked=True),
        measure=measure,
        queries=(Query(expr, same("{{queue}} {{channel}}")),),
        links=(WALL,),
    )


def _forecast() -> Panel:
    return Panel(
        title=Text("Forecast against actual", "预测与实际"),
        means=Text(
            "Contacts of the last 15 minutes over the whole floor: those that came, and those that "
            "the forecast in force had for the same time. Empty without a forecast.",
            "全场最近 15 分钟：实际进线与同时段预测进线；未上传预测则为空。",
        ),
        act=Text(
            "More than forecast for half an hour: the plan of the day no longer holds, ask for "
            "people now.",
            "连续半小时高于预测：当日排班已不适用，立即加人。",
        ),
        form=Course(),
        measure=Measure.CONTACTS,
        queries=(
            Query(CAME, Text("came", "实际"), "blue"),
            Query(FORECAST, Text("forecast", "预测"), GREY, dashed=True),
        ),
    )


def _staffing() -> Panel:
    return Panel(
        title=Text("Agents required and there", "所需与在线坐席"),
        means=Text(
            "The fewest agents that would keep the target with the contacts that come now (Erlang "
            "A, over the whole floor), and those who are logged in.",
            "按当前进线维持目标所需的最少坐席（Erlang A，全场），以及在线坐席。",
        ),
        act=Text(
            "Fewer there than required: the service level falls within the half hour. "
            "GET /v1/staffing/lendable says who could lend how many.",
            "在线少于所需：半小时内服务水平会下降。GET /v1/staffing/lendable 给出可借调人数。",
        ),
        form=Course(),
        measure=Measure.COUNT,
        queries=(
            Query(of_floor("agents"), Text("logged in", "在线"), "green"),
            Query(of_floor("agents_required"), Text("required", "所需"), "red", dashed=True),
        ),
    )


SUPERVISOR = Board(
    slug="supervisor",
    title=Text("Supervisor", "现场主管"),
    reader=Text("the floor lead", "现场主管"),
    about=Text(
        "Where people are missing now, what is open and whether somebody has it, and whether the "
        "day goes as planned.",
        "此刻哪里缺人，哪些事件未结及是否有人处理，当日是否按计划进行。",
    ),
    variables=("datasource", "tenant", "queue", "channel", "window", "floorpulse", "docs"),
    sections=[
        Section(
            TRUST,
            [
                Line(
                    4,
                    [
                        light(2),
                        clock(),
                        _number(
                            Text("Queues below target", "未达标队列"),
                            Text(
                                "Queues and channels below their own target.",
                                "低于自身目标的队列与渠道数。",
                            ),
                            Text("They are the first rows of the table.", "见下表最前几行。"),
                            BELOW,
                            alarming=True,
                        ),
                        _number(
                            Text("Waiting", "当前排队"),
                            Text("Contacts that wait in the chosen queues.", "所选队列排队总数。"),
                            Text(
                                "More than agents available: somebody waits longer every second.",
                                "多于空闲坐席：等待持续增加。",
                            ),
                            f"sum({WAITING})",
                        ),
                        _number(
                            Text("Agents available", "空闲坐席"),
                            Text(
                                "Distinct agents of the floor who could take a contact now.",
                                "全场可立即接听的坐席（去重）。",
                            ),
                            Text(
                                "Many, while a queue waits: move them there.",
                                "空闲多而有队列在等：调人过去。",
                            ),
                            'max(contactcenter_floor_agents{tenant="$tenant",state="available"})',
                        ),
                    ],
                )
            ],
        ),
        Section(
            Text("Open incidents", "未结事件"),
            [
                Line(
                    4,
                    [
                        _incidents(
                            Text("Nobody has them yet", "尚无人处理"),
                            Text(
                                "Open incidents that nobody acknowledged, by severity.",
                                "无人确认的未结事件，按级别。",
                            ),
                            Text("Take one: open it and acknowledge it.", "认领：打开事件并确认。"),
                            "firing",
                            "red",
                        ),
                        _incidents(
                            Text("Somebody has them", "已有人处理"),
                            Text(
                                "Open incidents that were acknowledged, by severity; the page "
                                "behind it says by whom.",
                                "已确认的未结事件，按级别；点击可见处理人。",
                            ),
                            Text("Ask how far they are.", "询问进展。"),
                            "acknowledged",
                            "yellow",
                        ),
                    ],
                ),
            ],
        ),
        Section(Text("Queue by queue", "各队列"), [Line(11, [_queues()])]),
        Section(
            Text("The last hour", "最近一小时"),
            [
                Line(
                    9,
                    [
                        _sparklines(
                            Text("Service level", "服务水平"),
                            Text(
                                "Of the window, queue by queue, and how it went.",
                                "各队列窗口服务水平及走势。",
                            ),
                            LEVEL,
                            Measure.RATIO,
                        ),
                        _sparklines(
                            Text("Waiting", "当前排队"),
                            Text(
                                "Contacts that wait, queue by queue, and how it went.",
                                "各队列排队数及走势。",
                            ),
                            WAITING,
                            Measure.CONTACTS,
                        ),
                        _sparklines(
                            Text("Answered a minute", "每分钟接通"),
                            Text(
                                "Contacts that agents took, queue by queue, and how it went.",
                                "各队列每分钟接通量及走势。",
                            ),
                            "60 * max by (queue, channel) (rate("
                            f"contactcenter_contacts_answered_total{{{CHANNELS}}}[5m]))",
                            Measure.A_MINUTE,
                        ),
                    ],
                )
            ],
        ),
        Section(Text("As planned?", "是否按计划"), [Line(8, [_forecast(), _staffing()])]),
    ],
)
