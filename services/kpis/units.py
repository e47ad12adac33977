"""What KPIs are measured in, which way is good, what they tell of."""

from enum import Enum, StrEnum


class Unit(StrEnum):
    """What a value is measured in."""

    CONTACTS = "contacts"
    SECONDS = "seconds"
    RATIO = "ratio"
    POINTS = "points"
    PER_10K = "per 10,000"
    AGENTS = "agents"


class Better(StrEnum):
    """Which direction is the good one."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Group(Enum):
    """What a KPI tells of; its value is the English and the Chinese name."""

    NOW = "Now", "当前"
    VOLUME = "Volume", "话务量"
    SPEED = "Speed", "应答速度"
    WHOLE_CONTACTS = "Whole contacts", "整体联络"
    HANDLING = "Handling", "处理"
    SATISFACTION = "Satisfaction", "客户满意"
    QUALITY = "Quality", "质检"
    COMPLAINTS = "Complaints", "投诉"
    PLAN = "Plan", "计划"
    CONTRACT = "Contract", "合同"
