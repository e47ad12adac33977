"""The dashboard that hangs on the wall and is read from five metres."""

from grafana.expressions import (
    ABANDONMENT,
    AVAILABLE,
    BELOW,
    LONGEST,
    MET,
    MISSED,
    NEARLY,
    STALE,
    STATE,
    UNDEFINED,
    WAITING,
)
from grafana.links import ABANDONED, DESK, VISITS, WALL
from grafana.panels import GREY, Board, Line, Measure, Number, Panel, Query, Section
from grafana.texts import Text, same
from grafana.trust import OF_QUEUE, TRUST, clock, light

QUEUE_HEIGHT = 4


def service_level() -> Panel:
    """The service level in the colour of its target."""
    return Panel(
        title=Text("Service level", "服务水平"),
        means=Text(
            "Of the window, under the queue's own definition. The colour comes from the queue's "
            "target: ✓ green kept, ≈ yellow less than 5 points below it, ▼ red further below, grey "
            "without a contact or without fresh figures.",
            "所选窗口、按队列自身定义。颜色取自该队列目标：✓ 绿 达标，≈ 黄 低于目标不足 5 "
            "个百分点，▼ 红 更低，灰 "
            "无联络或数据中断。",
        ),
        act=Text(
            "Red: open the missed contacts, move agents from a queue that keeps its target with "
            "room to spare, or offer callbacks.",
            "红色：查看未达标联络，从有余量的队列调人，或提供回呼。",
        ),
        form=Number(filled=True, named=True),
        measure=Measure.RATIO,
        queries=(
            Query(MET, same("{{queue}} ✓"), "green"),
            Query(NEARLY, same("{{queue}} ≈"), "yellow"),
            Query(MISSED, same("{{queue}} ▼"), "red"),
            Query(UNDEFINED, same("{{queue}} –"), GREY),
            Query(STALE, Text("{{queue}} ✕ STALE", "{{queue}} ✕ 数据中断"), GREY),
        ),
        links=(DESK, VISITS, WALL),
        share=2,
    )


def waiting() -> Panel:
    """Who waits now."""
    return Panel(
        title=Text("Waiting", "当前排队"),
        means=Text("Contacts that wait now.", "此刻排队的联络数。"),
        act=Text(
            "Growing while agents are available: look at skills and routing.",
            "有空闲坐席却仍增长：检查技能与路由。",
        ),
        form=Number(),
        measure=Measure.CONTACTS,
        queries=(Query(WAITING, same("{{channel}}")),),
        links=(WALL,),
    )


def longest_wait() -> Panel:
    """How long the first of them has waited."""
    return Panel(
        title=Text("Longest wait", "最长等待"),
        means=Text(
            "How long the contact that waits longest has waited; 0 where nobody waits.",
            "等待最久的联络已等待的时间；无人排队为 0。",
        ),
        act=Text("Take this contact first.", "优先接听该联络。"),
        form=Number(),
        measure=Measure.SECONDS,
        queries=(Query(LONGEST, same("{{channel}}")),),
        links=(WALL,),
    )


def available() -> Panel:
    """Who could take the next contact."""
    return Panel(
        title=Text("Agents available", "空闲坐席"),
        means=Text(
            "Agents who serve the queue and could take a contact now; one who serves two queues is "
            "in both. Red: nobody.",
            "可立即接听的坐席；服务两个队列者两处都计。红色：无人。",
        ),
        act=Text(
            "Red for minutes: call people back from breaks and other work.",
            "持续数分钟为红：召回小休与其他工作中的坐席。",
        ),
        form=Number(filled=True, steps=((None, "red"), (1, "green"))),
        queries=(Query(AVAILABLE),),
        links=(WALL,),
    )


def abandonment() -> Panel:
    """Who gave up."""
    return Panel(
        title=Text("Abandonment", "放弃率"),
        means=Text(
            "Contacts of the window that gave up waiting, of those offered.",
            "窗口内放弃的联络占进线的比例。",
        ),
        act=Text(
            "Rising with the longest wait: people are missing. Rising without it: listen to the "
            "announcement.",
            "与最长等待同升：缺人。单独上升：检查语音提示。",
        ),
        form=Number(),
        measure=Measure.RATIO,
        queries=(Query(ABANDONMENT, same("{{channel}}")),),
        links=(ABANDONED,),
    )


def figures() -> Panel:
    """How far the queue's figures can be believed."""
    return Panel(
        title=Text("Figures", "数据状态"),
        means=Text(
            "Whether the queue's figures are right: ok, few contacts (under 10 in half an hour), "
            "closed, STALE.",
            "该队列数字是否可信：正常、样本少（半小时不足 10 个）、非营业、数据中断。",
        ),
        act=Text(
            "STALE: the queue's source is silent, or counting is behind; ask GET /v1/sources.",
            "数据中断：数据源静默或计数落后；查询 GET /v1/sources。",
        ),
        form=Number(filled=True),
        queries=(Query(STATE, same("{{channel}}")),),
        words=OF_QUEUE,
        links=(WALL,),
    )


def below_target() -> Panel:
    """How many queues are below their target."""
    return Panel(
        title=Text("Queues below target", "未达标队列"),
        means=Text(
            "Queues and channels whose service level of the window is below their own target.",
            "窗口服务水平低于自身目标的队列与渠道数。",
        ),
        act=Text("They are the red and yellow rows below.", "即下方红、黄各行。"),
        form=Number(filled=True, steps=((None, "green"), (1, "red"))),
        queries=(Query(BELOW),),
        links=(WALL,),
    )


WALLBOARD = Board(
    slug="wallboard",
    title=Text("Wallboard", "大屏"),
    reader=Text("the wall, five metres away", "五米外的大屏"),
    about=Text(
        "Six numbers a queue, with the colour of its target. The built-in wall at /wallboard shows "
        "the same and needs no Grafana.",
        "每个队列六个数字，颜色取自目标。内置大屏 /wallboard 显示相同内容，无需 Grafana。",
    ),
    variables=("datasource", "tenant", "queue", "channel", "window", "floorpulse", "docs"),
    sections=[
        Section(TRUST, [Line(4, [light(2), clock(), below_target()])]),
        Section(
            same("$queue"),
            [
                Line(
                    QUEUE_HEIGHT,
                    [
                        service_level(),
                        waiting(),
                        longest_wait(),
                        available(),
                        abandonment(),
                        figures(),
                    ],
                )
            ],
            each="queue",
        ),
    ],
)
