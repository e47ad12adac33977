"""The dashboard of the analyst: one queue, or a few, in all detail."""

from floorpulse.kpis.policies import Formula
from grafana.expressions import (
    ABANDONMENT,
    CHANNELS,
    HANDLE,
    LEVEL,
    LONGEST,
    QUEUES,
    TARGET,
    WAITING,
    WINDOWED,
    of_each,
)
from grafana.links import ABANDONED, VISITS, WALL
from grafana.panels import (
    GREY,
    Bars,
    Board,
    Course,
    Heat,
    Line,
    Measure,
    Panel,
    Query,
    Section,
    course,
)
from grafana.texts import Text, same
from grafana.trust import checked, states

NAMED = same("{{queue}} {{channel}}")
SPEED = of_each("contactcenter_average_speed_of_answer_seconds", WINDOWED)


def a_minute(metric: str, labels: str = CHANNELS) -> str:
    """How many a minute, of all that is chosen; the larger where two processes tell it."""
    return (
        f"60 * sum(max by (queue, channel) (rate(contactcenter_contacts_{metric}_total"
        f"{{{labels}}}[$__rate_interval])))"
    )


def _level() -> Panel:
    return course(
        Text("Service level and its target", "服务水平与目标"),
        Text(
            "Of the window, under each queue's own definition; dashed: the target.",
            "所选窗口、按队列自身定义；虚线为目标。",
        ),
        Text(
            "Below the dashed line: the contacts behind it say why each was missed.",
            "低于虚线时，查看未达标联络的原因。",
        ),
        Measure.RATIO,
        Query(LEVEL, NAMED),
        Query(TARGET, Text("target of {{queue}}", "{{queue}} 目标"), GREY, dashed=True),
        link=VISITS,
    )


def _formulas() -> Panel:
    names = "|".join(f"service_level:{formula}" for formula in Formula)
    return Panel(
        title=Text("Formulas V1 to V6 side by side", "公式 V1 至 V6 对比"),
        means=Text(
            "The service level of the whole floor in the last 15 minutes under each formula, all "
            "else as each queue's definition has it.",
            "全场最近 15 分钟在各公式下的服务水平，其余按各队列定义。",
        ),
        act=Text(
            "Far apart: name the formula wherever the figure is told. For one queue: "
            "GET /v1/kpis?kpi=service_level&formula=V3&queue=….",
            "差距大时，报数须注明公式。单个队列：GET "
            "/v1/kpis?kpi=service_level&formula=V3&queue=…。",
        ),
        form=Bars(1),
        measure=Measure.RATIO,
        queries=(
            Query(
                f'max by (kpi) (contactcenter_kpi{{tenant="$tenant",kpi=~"{names}"}})',
                same("{{kpi}}"),
            ),
        ),
        links=(VISITS,),
    )


def _volume() -> Panel:
    return course(
        Text("Contacts a minute", "每分钟联络量"),
        Text(
            "Offered, answered and abandoned a minute, all chosen queues together.",
            "所选队列合计的每分钟进线、接通与放弃。",
        ),
        Text(
            "Offered above answered for long: the queue grows.",
            "进线长期高于接通：队列在增长。",
        ),
        Measure.A_MINUTE,
        Query(a_minute("offered"), Text("offered", "进线"), "blue"),
        Query(a_minute("answered"), Text("answered", "接通"), "green"),
        Query(a_minute("abandoned"), Text("abandoned", "放弃"), "red"),
        link=ABANDONED,
    )


def _left() -> Panel:
    return course(
        Text("Left by another door", "其他离开方式"),
        Text(
            "Contacts a minute that left the queue neither answered nor given up, by reason.",
            "每分钟既未接通也未放弃而离开队列的联络，按原因。",
        ),
        Text("Overflow that rises: the queue cannot cope.", "溢出上升：队列不堪负荷。"),
        Measure.A_MINUTE,
        Query(
            "60 * sum by (reason) (max by (queue, channel, reason) (rate("
            f"contactcenter_contacts_left_total{{{CHANNELS}}}[$__rate_interval])))",
            same("{{reason}}"),
        ),
        link=WALL,
    )


def _heat() -> Panel:
    return Panel(
        title=Text("Waits of answered contacts", "接通等待分布"),
        means=Text(
            "How many contacts were answered after which wait; brighter is more.",
            "各等待时长的接通量；越亮越多。",
        ),
        act=Text(
            "A bright band high up beside one below: two groups are served differently.",
            "高处与低处各有亮带：两类客户的服务不同。",
        ),
        form=Heat(),
        measure=Measure.CONTACTS,
        queries=(
            Query(
                "sum by (le) (max by (queue, channel, le) (increase("
                f"contactcenter_wait_seconds_bucket{{{CHANNELS}}}[$__rate_interval])))",
                same("{{le}}"),
            ),
        ),
        links=(VISITS,),
        step="1m",
    )


def _quantiles() -> Panel:
    return course(
        Text("Percentiles of the wait", "等待分位"),
        Text(
            "Of answered contacts in the window, to the second; of several queues the longest.",
            "窗口内接通联络的等待分位，精确到秒；多个队列取最长者。",
        ),
        Text(
            "The 95th far above the median: a few wait very long while most do not.",
            "95 分位远高于中位：少数人等待极久。",
        ),
        Measure.SECONDS,
        Query(
            f"max by (quantile) (contactcenter_wait_quantile_seconds{{{WINDOWED}}})",
            Text("quantile {{quantile}}", "分位 {{quantile}}"),
        ),
        link=VISITS,
    )


def _agents() -> Panel:
    return Panel(
        title=Text("Agents by state", "坐席状态"),
        means=Text(
            "Agents who serve the chosen queues, by state; one who serves two of them counts "
            "twice.",
            "服务所选队列的坐席，按状态；服务两个队列者计两次。",
        ),
        act=Text(
            "Much after-contact work or breaks while contacts wait: ask why.",
            "有人排队却大量话后或小休：查明原因。",
        ),
        form=Course(piled=True),
        queries=(
            Query(
                f"sum by (state) (max by (queue, state) (contactcenter_agents{{{QUEUES}}}))",
                same("{{state}}"),
            ),
        ),
        links=(WALL,),
    )


def _occupancy() -> Panel:
    return course(
        Text("Occupancy", "占用率"),
        Text(
            "Of the last 15 minutes: the share of time in which the queue's agents had a contact "
            "or its after-work, of that and being available.",
            "最近 15 分钟坐席处理联络及话后占可用时间的比例。",
        ),
        Text("Above 85 % for hours: people tire.", "持续数小时高于 85 %：坐席疲劳。"),
        Measure.RATIO,
        Query(f"max by (queue) (contactcenter_occupancy_ratio{{{QUEUES}}})", same("{{queue}}")),
        link=WALL,
    )


def _speeds() -> list[Panel]:
    return [
        course(
            Text("Waiting", "当前排队"),
            Text("Contacts that wait, by queue.", "各队列排队数。"),
            Text("It should fall back between peaks.", "高峰之间应回落。"),
            Measure.CONTACTS,
            Query(WAITING, NAMED),
            link=WALL,
        ),
        course(
            Text("Longest wait", "最长等待"),
            Text("Of those who wait now.", "当前排队者的最长等待。"),
            Text(
                "A line that rises straight: one contact is not taken; look at its skill.",
                "直线上升：某个联络无人接，检查技能。",
            ),
            Measure.SECONDS,
            Query(LONGEST, NAMED),
            link=WALL,
        ),
        course(
            Text("Average speed of answer", "平均应答速度"),
            Text("Mean wait of the window's answered contacts.", "窗口内接通联络的平均等待。"),
            Text("Means hide: compare with the percentiles.", "均值有掩盖：对照分位。"),
            Measure.SECONDS,
            Query(SPEED, NAMED),
            link=VISITS,
        ),
    ]


def _efforts() -> list[Panel]:
    return [
        course(
            Text("Average handle time", "平均处理时长"),
            Text(
                "Talk, hold and after-contact work of the window's completed contacts.",
                "窗口内完成联络的通话、保持与话后。",
            ),
            Text(
                "A step up: a product, a process or a system changed.",
                "突然升高：产品、流程或系统有变。",
            ),
            Measure.SECONDS,
            Query(HANDLE, NAMED),
            link=WALL,
        ),
        course(
            Text("Abandonment", "放弃率"),
            Text("Of the window: abandoned of offered.", "窗口内放弃占进线的比例。"),
            Text("See who gave up, and after how long.", "查看谁放弃、等了多久。"),
            Measure.RATIO,
            Query(ABANDONMENT, NAMED),
            link=ABANDONED,
        ),
        _occupancy(),
    ]


QUEUE = Board(
    slug="queue",
    title=Text("Queue", "队列分析"),
    reader=Text("the analyst", "分析人员"),
    about=Text(
        "One queue in all detail, or a few beside one another: choose them above.",
        "单个队列的全部细节，或并列比较几个：在上方选择。",
    ),
    variables=("datasource", "tenant", "queue", "channel", "window", "floorpulse", "docs"),
    sections=[
        checked(),
        Section(Text("Service level", "服务水平"), [Line(9, [_level(), _formulas()])]),
        Section(Text("Waits", "等待"), [Line(9, [_heat(), _quantiles()]), Line(8, _speeds())]),
        Section(Text("Volume", "话务量"), [Line(8, [_volume(), _left()])]),
        Section(Text("Agents", "坐席"), [Line(8, [_agents()]), Line(8, _efforts())]),
        Section(Text("Trust", "可信度"), [Line(7, [states()])]),
    ],
)
