"""The words of reports, in English and Chinese; figures take theirs from the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LANGUAGES = ("en", "zh")

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "title.day": ("Daily report", "日报"),
        "title.week": ("Weekly report", "周报"),
        "title.month": ("Monthly report", "月报"),
        "of.tenant": ("All queues", "全部队列"),
        "of.queue": ("Queue", "队列"),
        "of.contract": ("Contract", "合同"),
        "period": ("Period", "周期"),
        "compared": ("Compared with", "对比周期"),
        "hours": ("{} hours, as the clocks were changed", "{} 小时（时钟调整）"),
        "as_of": ("Written", "生成时间"),
        "state": ("Figures", "数据状态"),
        "complete": (
            "final, but for surveys, QA and complaints still to come",
            "已定稿（后续到达的评价、质检和投诉除外）",
        ),
        "incomplete": ("not final yet: contacts may still come in", "未定稿，仍可能有数据到达"),
        "before": ("Period before", "上一周期"),
        "change": ("Change", "变化"),
        "pp": ("pp", "个百分点"),
        "summary": ("Summary", "概览"),
        "kpis": ("KPIs and the period before", "指标与上一周期对比"),
        "kpi": ("KPI", "指标"),
        "value": ("Value", "数值"),
        "parts": ("Parts", "分子 / 分母"),
        "definition": ("Definition", "定义"),
        "by_day": ("By day", "按日"),
        "by_hour": ("By hour", "按小时"),
        "day": ("Day", "日期"),
        "hour": ("Hour", "小时"),
        "forecast": ("Forecast", "预测"),
        "variance": ("Variance", "偏差"),
        "chart.volume": ("Contacts and service level", "话务量与服务水平"),
        "chart.volume.says": (
            "Bars: contacts answered, abandoned, others; line: service level; below: the table.",
            "柱：接通、放弃及其他；线：服务水平。数值见下表。",
        ),
        "chart.forecast": ("What came beside the forecast", "实际进线与预测"),
        "chart.forecast.says": (
            "Bars: contacts offered; line: forecast. The table has the figures.",
            "柱：进线量；线：预测量。数值见表。",
        ),
        "other": ("Others", "其他"),
        "promised": ("Promised", "目标值"),
        "targets": ("Targets", "目标"),
        "target": ("Target", "目标"),
        "scope": ("Scope", "范围"),
        "whole": ("All", "全部"),
        "window": ("Over", "考核周期"),
        "window.interval": ("half hours", "半小时"),
        "window.day": ("days", "日"),
        "window.week": ("weeks", "周"),
        "window.month": ("months", "月"),
        "at_least": ("≥", "≥"),
        "at_most": ("≤", "≤"),
        "met": ("Met", "达成"),
        "missed": ("Missed", "未达成"),
        "without": ("Without contacts", "无进线"),
        "worst": ("Worst", "最差"),
        "no_targets": ("No target binds them.", "没有设定目标。"),
        "contract": ("What the contract comes to", "合同结算预览"),
        "contract.says": (
            "A preview from figures as they stand; the settlement is what counts.",
            "按当前数据预览，以正式结算单为准。",
        ),
        "contract.none": (
            "The contract is settled by another period than this report tells of.",
            "该合同按其他周期结算。",
        ),
        "metric": ("Metric", "考核项"),
        "kept": ("Kept", "达成"),
        "not_judged": ("Not judged", "不考核"),
        "penalties": ("Penalties", "违约金"),
        "bonuses": ("Bonuses", "奖励"),
        "fees": ("Fees", "计费"),
        "minimum": ("Minimum charge", "最低收费补足"),
        "total": ("Total", "合计"),
        "misses": ("What lowered the service level", "未达标明细"),
        "misses.total": (
            "{} contacts lowered the service level.",
            "共有 {} 个联络拉低了服务水平。",
        ),
        "misses.worst": (
            "The half hours with most of them, and the first contacts of each:",
            "以下为未达标最多的半小时及其首批联络：",
        ),
        "misses.none": ("No contact lowered the service level.", "没有联络拉低服务水平。"),
        "queue": ("Queue", "队列"),
        "channel": ("Channel", "渠道"),
        "offered_at": ("Offered", "进线时间"),
        "wait": ("Wait", "等待"),
        "why": ("Why", "原因"),
        "contact": ("Contact", "联络编号"),
        "answered_late": ("answered late", "超时接通"),
        "gave_up": ("gave up", "放弃"),
        "left": ("left", "转出"),
        "still_waiting": ("still waiting", "仍在等待"),
        "queues": ("By queue", "按队列"),
        "more_queues": (
            "{} more queues with fewer contacts; the JSON of this report has them all.",
            "另有 {} 个进线更少的队列，详见本报告的 JSON。",
        ),
        "no_queues": ("No queue had a contact.", "没有队列有进线。"),
        "staffing": ("Staffing", "人力配置"),
        "staffing.says": (
            "Agents on average over the half hours of which they are known.",
            "以已知的半小时为准的平均坐席数。",
        ),
        "scheduled": ("Scheduled", "排班"),
        "required": ("Required", "所需"),
        "present": ("Present", "在岗"),
        "half_hours": ("{} half hours", "{} 个半小时"),
        "incidents": ("Incidents and response", "告警与响应"),
        "incidents.sum": (
            "{} incidents: {} acknowledged, after {} on average; {} resolved, after {}.",
            "共 {} 起告警：{} 起已确认，平均 {}；{} 起已恢复，平均 {}。",
        ),
        "incidents.none": ("No incident opened.", "没有发生告警。"),
        "incident": ("Incident", "告警"),
        "severity": ("Severity", "级别"),
        "critical": ("critical", "严重"),
        "warning": ("warning", "警告"),
        "info": ("info", "提示"),
        "opened": ("Opened", "发生时间"),
        "acknowledged": ("Acknowledged after", "确认用时"),
        "resolved": ("Resolved after", "恢复用时"),
        "corrections": ("Corrections", "更正"),
        "corrections.none": (
            "No final figure of this period was corrected.",
            "本周期的定稿数据没有更正。",
        ),
        "corrections.more": ("There are more: all of them", "还有更多，查看全部"),
        "quarter": ("Quarter hour", "时段"),
        "old": ("Was", "原值"),
        "new": ("Is", "现值"),
        "by": ("Caused by", "起因"),
        "recorded": ("Recorded", "记录时间"),
        "annotations": ("What was done", "处理记录"),
        "annotations.none": ("Nothing was noted.", "没有记录。"),
        "when": ("When", "时间"),
        "note": ("Note", "内容"),
        "author": ("By", "记录人"),
        "definitions": ("Definitions", "定义"),
        "definitions.says": (
            "Every figure was computed with the version that was in force when its span began.",
            "每个数值均按其时段开始时生效的定义版本计算。",
        ),
        "version": ("Version", "版本"),
        "text": ("Text", "内容"),
        "audit_anchor": (
            "Audit log at this report: {} (floorpulse audit verify --anchor)",
            "本报告时的审计日志：{}（floorpulse audit verify --anchor）",
        ),
        "footer": (
            "Every figure leads to its question: numerator, denominator, definition, revision.",
            "每个数值均可追溯到其查询，含分子、分母、定义与版本。",
        ),
    }
)


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: str

    def __call__(self, word: str, *values: object) -> str:
        """A word or sentence, with values in its places."""
        return WORDS[word][LANGUAGES.index(self.language)].format(*values)

    def known(self, word: str) -> str:
        """The word where there is one, else itself: of what others may add to."""
        return self(word) if word in WORDS else word

    def name(self, names: Mapping[str, str]) -> str:
        """A name in the language."""
        return names.get(self.language) or next(iter(names.values()), "")
