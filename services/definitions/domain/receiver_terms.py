"""The ways in which somebody is reached: receivers and their channels."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from floorpulse.definitions.domain.on_call import Address, Part
from floorpulse.definitions.domain.terms import (
    Body,
    Id,
    Label,
    Names,
)

NOT_IN_FILES = (
    "give the secret to the operator for FLOORPULSE_ALERTS__SECRETS, change it at the service if "
    "others could read this file, and write its name here, such as ops-room-robot"
)
"""What to do about a secret that stands in a file; the secret itself is never repeated"""
SecretName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="the name of a secret that the operator keeps outside of the definitions",
        examples=["ops-room-robot"],
        extra={"secret": NOT_IN_FILES},
    ),
]
FieldPath = Annotated[
    str,
    Meta(
        pattern=r"^[^.\s]+(\.[^.\s]+)*$",
        max_length=200,
        description="steps through a JSON body, joined by dots",
        examples=["issue.fields.status.name"],
    ),
]


class RobotChannel(Part, frozen=True, kw_only=True):
    """A robot of a chat room: the secret is its webhook URL (or key), `signing` what signs."""

    url: SecretName
    signing: SecretName | None = None


class WeComAppChannel(Part, frozen=True, kw_only=True):
    """An application of WeCom that writes to people."""

    corporation: Address
    agent: Annotated[int, Meta(ge=1, description="AgentId of the application")]
    secret: SecretName
    to: Annotated[list[Address], Meta(min_length=1, description="user ids")]


class PagerDutyChannel(Part, frozen=True, kw_only=True):
    """A service of PagerDuty, by Events API v2."""

    routing_key: SecretName


class EmailChannel(Part, frozen=True, kw_only=True):
    """Mail over the installation's SMTP server."""

    to: Annotated[list[Address], Meta(min_length=1, description="addresses")]


class SmsChannel(Part, frozen=True, kw_only=True):
    """Text messages by a vendor whose account is the operator's setting."""

    vendor: Annotated[Literal["twilio", "alibaba", "tencent"], Meta(description="the vendor")]
    to: Annotated[list[Address], Meta(min_length=1, description="numbers, E.164")]


class WebhookChannel(Part, frozen=True, kw_only=True):
    """A signed POST after Standard Webhooks."""

    url: Address
    signing: SecretName


class TaskAnswer(Part, frozen=True, kw_only=True):
    """Where a tracker's answer has what it made: steps through its JSON, joined by dots."""

    id: FieldPath = "id"
    url: Annotated[FieldPath | None, Meta(description="of the page of the task")] = None
    state: Annotated[FieldPath | None, Meta(description="of the state it begins in")] = None


class TaskCallback(Part, frozen=True, kw_only=True):
    """How a tracker tells what became of a task: what proves that it is the tracker, and where its
    body has what.
    """

    proof: Annotated[
        Literal["standard", "hub", "jiandaoyun", "bearer"],
        Meta(
            description="standard: signed after Standard Webhooks; hub: `X-Hub-Signature` with "
            "HMAC-SHA256, as Jira signs; jiandaoyun: `X-JDY-Signature`; bearer: the secret itself "
            "in `Authorization`, for trackers that sign nothing"
        ),
    ] = "standard"
    secret: Annotated[
        SecretName | None, Meta(description="what proves it; `signing` unless given")
    ] = None
    incident: Annotated[
        FieldPath | None, Meta(description="of the incident, where the body names it")
    ] = None
    id: FieldPath = "id"
    url: FieldPath | None = None
    state: FieldPath = "state"
    done: Annotated[list[Label], Meta(description="states in which a task is over")] = []


class TaskChannel(Part, frozen=True, kw_only=True):
    """A tracker in which a breach opens one task: a signed POST of a filled template.

    In `body` and `headers` `{title}` and its like stand for what is told; `{token}`, in `headers`
    only, for the secret of that name.
    """

    url: Address
    signing: SecretName
    token: Annotated[
        SecretName | None, Meta(description="what `{token}` in the headers stands for")
    ] = None
    headers: Annotated[
        dict[str, Label], Meta(description="further headers, such as `Authorization`")
    ] = {}
    body: Annotated[
        dict[str, Any],
        Meta(min_length=1, description="the template, as the tracker wants it"),
    ]
    answer: TaskAnswer = TaskAnswer()
    callback: TaskCallback | None = None


class AppriseChannel(Part, frozen=True, kw_only=True):
    """Any of the services that the library apprise knows; delivery is not confirmed."""

    url: SecretName


class ReceiverBody(Body, frozen=True, kw_only=True):
    """Somebody who can be told: a person, a room or a machine; all the ways that are given are
    used.
    """

    id: Id
    names: Names
    language: Annotated[Literal["en", "zh"], Meta(description="en or zh")] = "en"
    user: Annotated[
        Id | None, Meta(description="id of the API key whose holder acts as this receiver")
    ] = None
    screen: Annotated[
        bool, Meta(description="shown on the messages page of the service itself")
    ] = False
    wecom_robot: RobotChannel | None = None
    wecom_app: WeComAppChannel | None = None
    dingtalk: RobotChannel | None = None
    feishu: RobotChannel | None = None
    slack: RobotChannel | None = None
    teams: RobotChannel | None = None
    pagerduty: PagerDutyChannel | None = None
    email: EmailChannel | None = None
    sms: SmsChannel | None = None
    webhook: WebhookChannel | None = None
    task: TaskChannel | None = None
    apprise: AppriseChannel | None = None
