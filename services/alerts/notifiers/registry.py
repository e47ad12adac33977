"""From a receiver's definition and its secrets to what reaches it, by target: `zhang/sms`.

A target whose secret or account is missing has a notifier too: it says so, permanently, and
`problems` says it at the start.
"""

import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.domain.targets import Way, target_of, ways_of
from floorpulse.alerts.notifiers.alibaba_sms import Alibaba
from floorpulse.alerts.notifiers.apprise_urls import AppriseAddress, installed
from floorpulse.alerts.notifiers.dingtalk import DingTalkRobot
from floorpulse.alerts.notifiers.feishu import FeishuRobot
from floorpulse.alerts.notifiers.mail import Mailer
from floorpulse.alerts.notifiers.pagerduty import PagerDutyService
from floorpulse.alerts.notifiers.screen import Screen
from floorpulse.alerts.notifiers.secret_store import NoSecret, SecretStore
from floorpulse.alerts.notifiers.settings import ChannelSettings
from floorpulse.alerts.notifiers.slack import SlackWebhook
from floorpulse.alerts.notifiers.sms import SmsVendor, TakenNumbers, TextMessages
from floorpulse.alerts.notifiers.task import Secrets, Tracker
from floorpulse.alerts.notifiers.teams import TeamsWorkflow
from floorpulse.alerts.notifiers.tencent_sms import Tencent
from floorpulse.alerts.notifiers.transport import StillOurs, Transport
from floorpulse.alerts.notifiers.twilio import Twilio
from floorpulse.alerts.notifiers.webhook import SignedWebhook
from floorpulse.alerts.notifiers.wecom_app import WeComApp
from floorpulse.alerts.notifiers.wecom_robot import WeComRobot
from floorpulse.alerts.ports import Notifier
from floorpulse.definitions.domain.receiver_terms import (
    AppriseChannel,
    EmailChannel,
    PagerDutyChannel,
    ReceiverBody,
    RobotChannel,
    SmsChannel,
    TaskChannel,
    WebhookChannel,
    WeComAppChannel,
)

ACCOUNTS = {
    "twilio": "FLOORPULSE_ALERTS__TWILIO_ACCOUNT and FLOORPULSE_ALERTS__TWILIO_TOKEN",
    "alibaba": "FLOORPULSE_ALERTS__ALIBABA_KEY_ID and FLOORPULSE_ALERTS__ALIBABA_KEY_SECRET",
    "tencent": "FLOORPULSE_ALERTS__TENCENT_SECRET_ID and FLOORPULSE_ALERTS__TENCENT_SECRET_KEY",
}
NO_MAIL = "there is no mail server: set FLOORPULSE_ALERTS__SMTP_HOST"


class NoAccount(LookupError):  # noqa: N818  it says what happened
    """A vendor without an account; the message says which settings make one."""


@dataclass(frozen=True)
class Unusable:
    """A way that cannot be used as things are; the operator has to do something."""

    why: str

    async def send(self, _message: Message, _still_ours: StillOurs) -> Delivery:
        """Say why not."""
        return Delivery(Verdict.PERMANENT, self.why)


@dataclass(frozen=True)
class Outside:
    """What channels need of the world: the transport, the wall clock (epoch milliseconds), a text
    that never was used, certificates that are trusted.
    """

    transport: Transport
    now_ms: Callable[[], int]
    nonce: Callable[[], str]
    trusted: ssl.SSLContext


@dataclass(frozen=True)
class Channels:
    """Makes the notifiers of receivers; secrets are read anew each time."""

    settings: ChannelSettings
    secrets: SecretStore
    outside: Outside
    _taken: TakenNumbers = field(default_factory=TakenNumbers)
    _tokens: dict[str, str] = field(default_factory=dict)

    def notifiers(self, receiver: ReceiverBody) -> dict[str, Notifier]:
        """What reaches a receiver, by target."""
        return {
            target_of(receiver.id, way): self._usable(receiver, way) for way in ways_of(receiver)
        }

    def problems(self, receivers: Iterable[ReceiverBody]) -> Iterator[str]:
        """One sentence for each target that cannot be used as things are."""
        for receiver in receivers:
            for target, notifier in self.notifiers(receiver).items():
                if isinstance(notifier, Unusable):
                    yield f"{target} cannot be told anything: {notifier.why}"

    def _usable(self, receiver: ReceiverBody, way: Way) -> Notifier:
        try:
            if way is Way.TASK and receiver.task is not None:
                return self._tracker(receiver.id, receiver.task)
            return self._notifier(way, getattr(receiver, way))
        except (NoSecret, NoAccount) as missing:
            return Unusable(str(missing))

    def _notifier(self, way: Way, part: object) -> Notifier:
        transport = self.outside.transport
        secret = self.secrets.secret
        match part:
            case RobotChannel():
                return self._robot(way, part)
            case WeComAppChannel():
                return self._wecom_app(part)
            case PagerDutyChannel(routing_key=key):
                return PagerDutyService(transport, self.settings.pagerduty_url, secret(key))
            case WebhookChannel(url=url, signing=signing):
                return SignedWebhook(transport, self.outside.now_ms, url, secret(signing))
            case _:
                return self._of_the_installation(part)

    def _tracker(self, receiver: str, task: TaskChannel) -> Tracker:
        token = "" if task.token is None else self.secrets.secret(task.token)
        secrets = Secrets(self.secrets.secret(task.signing), token)
        outside = self.outside
        return Tracker(outside.transport, outside.now_ms, receiver, task, secrets)

    def _of_the_installation(self, part: object) -> Notifier:
        """What goes by an account or a library of the installation."""
        match part:
            case EmailChannel(to=to):
                return self._mailer(tuple(to))
            case SmsChannel(vendor=vendor, to=to):
                return TextMessages(self._vendor(vendor), tuple(to), self._taken)
            case AppriseChannel(url=name):
                url = self.secrets.secret(name)
                return AppriseAddress(url, installed, self.settings.send_seconds)
            case _:
                return Screen()

    def _robot(self, way: Way, robot: RobotChannel) -> Notifier:
        transport = self.outside.transport
        now_ms = self.outside.now_ms
        url = self.secrets.secret(robot.url)
        signing = None if robot.signing is None else self.secrets.secret(robot.signing)
        match way:
            case Way.DINGTALK:
                return DingTalkRobot(transport, now_ms, url, signing)
            case Way.FEISHU:
                return FeishuRobot(transport, now_ms, url, signing)
            case Way.SLACK:
                return SlackWebhook(transport, url)
            case Way.TEAMS:
                return TeamsWorkflow(transport, url)
            case _:
                return WeComRobot(transport, url)

    def _wecom_app(self, app: WeComAppChannel) -> Notifier:
        return WeComApp(
            transport=self.outside.transport,
            origin=self.settings.wecom_url,
            corporation=app.corporation,
            agent=app.agent,
            secret=self.secrets.secret(app.secret),
            to=tuple(app.to),
            tokens=self._tokens,
        )

    def _mailer(self, to: tuple[str, ...]) -> Notifier:
        mail = self.settings.mail()
        if mail is None:
            raise NoAccount(NO_MAIL)
        return Mailer(mail, self.settings.send_seconds, self.outside.trusted, to)

    def _vendor(self, vendor: str) -> SmsVendor:
        transport = self.outside.transport
        now_ms = self.outside.now_ms
        if vendor == "twilio" and (twilio := self.settings.twilio()) is not None:
            return Twilio(transport, twilio)
        if vendor == "alibaba" and (alibaba := self.settings.alibaba()) is not None:
            return Alibaba(transport, now_ms, self.outside.nonce, alibaba)
        if vendor == "tencent" and (tencent := self.settings.tencent()) is not None:
            return Tencent(transport, now_ms, tencent)
        message = f"there is no account of {vendor}: set {ACCOUNTS[vendor]}"
        raise NoAccount(message)
