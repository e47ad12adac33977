"""Every word of a message in English and Chinese.

English stays within the letters of GSM-7 where it can: one sign beyond them halves the room of a
text message.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from floorpulse.alerts.domain.notices import NoticeKind


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one language; those with braces are filled in."""

    severities: Mapping[str, str]
    kinds: Mapping[NoticeKind, str]
    """What stands before the title; empty: the severity"""
    channels: Mapping[str, str]
    windows: Mapping[str, str]
    details: Mapping[str, str]
    """Names of what a condition adds to its figure"""
    detail: str
    title: str
    titled_value: str
    outlook: str
    """What stands in the title of a half hour at risk"""
    bracketed: str
    comma: str
    all_queues: str
    # labels of lines
    what: str
    where: str
    how_bad: str
    since: str
    doing: str
    owner: str
    task: str
    # labels of links
    acknowledge: str
    alert: str
    wall: str
    runbook: str
    # texts of lines
    threshold: str
    parts: str
    sample: str
    interval: str
    lasting: str
    ended: str
    step: str
    told: str
    next_step: str
    no_next: str
    silenced: str
    flapping: str
    nobody: str
    owned_until: str
    # spans
    minutes: str
    hours: str
    days: str


ENGLISH = Words(
    severities={"critical": "Critical", "warning": "Warning", "info": "Notice"},
    kinds={
        NoticeKind.RESOLVED: "Resolved",
        NoticeKind.FLAPPING: "Flapping",
        NoticeKind.REASSIGNED: "Yours now",
    },
    channels={
        "voice": "voice",
        "chat": "chat",
        "email": "e-mail",
        "social": "social media",
        "callback": "callback",
        "task": "task",
    },
    windows={
        "5m": "last 5 min",
        "15m": "last 15 min",
        "30m": "last 30 min",
        "60m": "last 60 min",
        "today": "today",
        "interval": "this half hour",
        "day": "this day",
        "week": "this week",
        "month": "this month",
    },
    details={
        "agents_missing": "agents missing",
        "agents_required": "agents required",
        "agents": "agents at work",
        "required": "needed of the rest",
        "achievable": "expected of the rest",
        "rest": "contacts to come",
        "pace": "of what was forecast",
        "usual": "usual",
        "days": "days",
        "so_far": "so far",
        "tier": "penalty tier",
        "contract": "contract",
        "description": "description",
    },
    detail="{name}: {value}",
    title="{badge}: {what}{value}",
    titled_value=": {value}",
    outlook="rest of half hour needs {required}, expects {achievable}",
    bracketed="{text} ({more})",
    comma=", ",
    all_queues="all queues",
    what="What",
    where="Where",
    how_bad="How bad",
    since="Since",
    doing="Now",
    owner="Owner",
    task="Task",
    acknowledge="Acknowledge",
    alert="Details",
    wall="Wall",
    runbook="Runbook",
    threshold="threshold {bound}",
    parts="{part} of {whole}",
    sample="n = {whole}",
    interval="95% interval {low} to {high}",
    lasting="{since} (for {span})",
    ended="{since} to {until} ({span})",
    step="step {level} of {steps}",
    told="told: {names}",
    next_step="next step at {at} unless somebody acknowledges",
    no_next="nobody else is told",
    silenced="silenced",
    flapping="fires and resolves again and again; told once, then hourly",
    nobody="nobody yet",
    owned_until="{owner}, until {until}",
    minutes="{count} min",
    hours="{count} h",
    days="{count} d",
)

CHINESE = Words(
    severities={"critical": "严重", "warning": "警告", "info": "提示"},
    kinds={
        NoticeKind.RESOLVED: "已恢复",
        NoticeKind.FLAPPING: "反复告警",
        NoticeKind.REASSIGNED: "已转交给您",
    },
    channels={
        "voice": "语音",
        "chat": "在线客服",
        "email": "邮件",
        "social": "社交媒体",
        "callback": "回呼",
        "task": "任务",
    },
    windows={
        "5m": "近5分钟",
        "15m": "近15分钟",
        "30m": "近30分钟",
        "60m": "近60分钟",
        "today": "今日",
        "interval": "本半小时",
        "day": "本日",
        "week": "本周",
        "month": "本月",
    },
    details={
        "agents_missing": "缺少座席",
        "agents_required": "所需座席",
        "agents": "在岗座席",
        "required": "剩余联络须达",
        "achievable": "剩余联络预计",
        "rest": "预计还有联络",
        "pace": "为预测的",
        "usual": "平时",
        "days": "各日",
        "so_far": "目前",
        "tier": "违约金档位",
        "contract": "合同",
        "description": "说明",
    },
    detail="{name}：{value}",
    title="{badge}：{what}{value}",
    titled_value="：{value}",
    outlook="本半小时剩余须达 {required}，预计 {achievable}",
    bracketed="{text}（{more}）",
    comma="，",
    all_queues="全部队列",
    what="告警",
    where="队列",
    how_bad="程度",
    since="开始",
    doing="进展",
    owner="负责人",
    task="任务",
    acknowledge="确认",
    alert="详情",
    wall="看板",
    runbook="处理手册",
    threshold="阈值 {bound}",
    parts="{whole} 中的 {part}",
    sample="样本 {whole}",
    interval="95% 置信区间 {low} 至 {high}",
    lasting="{since}（已持续 {span}）",
    ended="{since} 至 {until}（{span}）",
    step="第 {level} 级，共 {steps} 级",
    told="已通知：{names}",
    next_step="如无人确认，{at} 升级",
    no_next="不再通知其他人",
    silenced="已静默",
    flapping="反复触发与恢复；先通知一次，之后每小时一次",
    nobody="暂无",
    owned_until="{owner}，至 {until}",
    minutes="{count} 分钟",
    hours="{count} 小时",
    days="{count} 天",
)

LANGUAGES: Mapping[str, Words] = {"en": ENGLISH, "zh": CHINESE}
