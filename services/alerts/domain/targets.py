"""The targets of a receiver: one for each way to reach it, `zhang/sms`."""

from enum import StrEnum

from floorpulse.definitions.domain.receiver_terms import ReceiverBody


class Way(StrEnum):
    """A way to reach a receiver: the field of its definition, and the second half of a target."""

    SCREEN = "screen"
    WECOM_ROBOT = "wecom_robot"
    WECOM_APP = "wecom_app"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    SLACK = "slack"
    TEAMS = "teams"
    PAGERDUTY = "pagerduty"
    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"
    TASK = "task"
    APPRISE = "apprise"


def ways_of(receiver: ReceiverBody) -> tuple[Way, ...]:
    """The ways that a receiver's definition names, in their fixed order."""
    return tuple(way for way in Way if getattr(receiver, way))


def target_of(receiver: str, way: Way) -> str:
    """The name of a target: what stands in a notice's key."""
    return f"{receiver}/{way}"


def targets_of(receiver: ReceiverBody) -> tuple[str, ...]:
    """Every target of a receiver: each gets a notice of its own."""
    return tuple(target_of(receiver.id, way) for way in ways_of(receiver))
