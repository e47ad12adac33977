"""What an operator of the channels may set: accounts, secrets, what may be reached.

`ChannelSettings` is a part of the group of the alerts service; the accounts are made from it.
"""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

import httpx
from pydantic import AfterValidator, BaseModel, Field, SecretStr

from floorpulse.alerts.notifiers.guard import Guard

Parameter = Literal["severity", "rule", "where", "value", "threshold", "since"]
"""A part of a message that a template's variable may have"""


def _network(value: str) -> str:
    ip_network(value)
    return value


def _origin(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        message = f"an address such as https://api.example.org is needed, not {value!r}"
        raise ValueError(message)
    return value.rstrip("/")


def _proxy(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not re.match(r"https?://[^/]", value.get_secret_value()):
        message = "an address such as http://proxy.example.org:3128 is needed"
        raise ValueError(message)
    return value


Origin = Annotated[str, AfterValidator(_origin)]


class MailSettings(BaseModel):
    """The mail server."""

    host: str
    port: int
    sender: str
    tls: Literal["starttls", "immediate", "none"]
    user: str | None
    password: SecretStr | None


class TwilioSettings(BaseModel):
    """An account of Twilio."""

    origin: str
    account: str
    token: SecretStr
    sender: str


class TemplateSettings(BaseModel):
    """What accounts of vendors with approved templates share."""

    origin: str
    key_id: str
    key_secret: SecretStr
    sign_name: str
    template: str
    parameters: tuple[Parameter, ...]
    characters: int


class AlibabaSettings(TemplateSettings):
    """An account of Alibaba Cloud."""


class TencentSettings(TemplateSettings):
    """An account of Tencent Cloud."""

    app: str
    region: str


class ChannelSettings(BaseModel):
    """How messages go out. `FLOORPULSE_ALERTS__…`"""

    secrets: dict[str, SecretStr] = Field(
        {},
        description="secrets by the names that receivers refer to, a JSON object; "
        "robots' addresses are secrets too",
    )
    secrets_dir: Path | None = Field(
        None, description="folder with one file a secret, named as receivers refer to it"
    )
    public_url: Annotated[str | None, AfterValidator(lambda url: url and _origin(url))] = Field(
        None,
        description="where people's browsers find this service, https://floor.example.org; unset: "
        "messages have no links to it",
    )
    link_secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="signs the links by which messages are acknowledged, 16 characters or more; "
        "unset: messages have no such link. Change it to end them all",
    )
    link_seconds: int = Field(86_400, ge=60, description="how long a link of a message can be used")
    connect_seconds: float = Field(
        2, gt=0, le=6, description="longest that a connection to a channel may take"
    )
    send_seconds: float = Field(
        6,
        gt=0,
        le=6,
        description="longest that sending one message may take; another replica sends it after 7 s",
    )
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="hosts on premises that receivers may be reached at although their addresses "
        "are not public",
    )
    allowed_networks: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(
        (), description="networks on premises that receivers may be in, such as 10.20.0.0/16"
    )
    allow_loopback: bool = Field(
        False,
        description="receivers may be on this machine, by http too: for tests and helpers beside "
        "the service",
    )
    proxy: Annotated[SecretStr | None, AfterValidator(_proxy)] = Field(
        None,
        description="HTTP proxy through which messages, feeds and the heartbeat leave by https, "
        "http://user:password@proxy.example.org:3128; hosts on premises are reached without it; "
        "unset: none",
    )
    ca_file: Path | None = Field(
        None, description="certificates of authorities that are trusted besides the usual ones, PEM"
    )
    smtp_host: str | None = Field(None, description="mail server; unset: no mail is sent")
    smtp_port: int = Field(587, ge=1, le=65_535, description="its port")
    smtp_tls: Literal["starttls", "immediate", "none"] = Field(
        "starttls",
        description="starttls: required, a server without it is refused; immediate: TLS from the "
        "first byte (port 465); none: in the clear",
    )
    smtp_user: str | None = Field(None, description="user at the mail server; unset: no login")
    smtp_password: SecretStr | None = Field(None, description="its password")
    smtp_sender: str = Field(
        "floorpulse@localhost.localdomain", description="address that mails come from"
    )
    pagerduty_url: Origin = Field(
        "https://events.pagerduty.com",
        description="PagerDuty; https://events.eu.pagerduty.com for accounts in the EU",
    )
    wecom_url: Origin = Field(
        "https://qyapi.weixin.qq.com", description="WeCom, or an installation of one's own"
    )
    twilio_url: Origin = Field("https://api.twilio.com", description="Twilio")
    twilio_account: str | None = Field(None, description="Account SID; unset: no Twilio")
    twilio_token: SecretStr | None = Field(None, description="its token")
    twilio_sender: str = Field("", description="number that messages come from, E.164")
    alibaba_url: Origin = Field(
        "https://dysmsapi.aliyuncs.com", description="Alibaba Cloud's text messages"
    )
    alibaba_key_id: str | None = Field(None, description="AccessKey ID; unset: no Alibaba")
    alibaba_key_secret: SecretStr | None = Field(None, description="its secret")
    alibaba_sign_name: str = Field("", description="approved signature")
    alibaba_template: str = Field("", description="approved template, SMS_…")
    alibaba_parameters: tuple[Parameter, ...] = Field(
        ("severity", "rule", "where", "value", "since"),
        description="variables of the template, by these names",
    )
    alibaba_characters: int = Field(35, ge=1, description="characters that a variable may have")
    tencent_url: Origin = Field(
        "https://sms.tencentcloudapi.com", description="Tencent Cloud's text messages"
    )
    tencent_secret_id: str | None = Field(None, description="SecretId; unset: no Tencent")
    tencent_secret_key: SecretStr | None = Field(None, description="its key")
    tencent_app: str = Field("", description="SdkAppId")
    tencent_region: str = Field("ap-guangzhou", description="region of the service")
    tencent_sign_name: str = Field("", description="approved signature")
    tencent_template: str = Field("", description="approved template")
    tencent_parameters: tuple[Parameter, ...] = Field(
        ("severity", "where", "value", "since"),
        description="variables of the template, in the order of their places",
    )
    tencent_characters: int = Field(6, ge=1, description="characters that a variable may have")

    def outward(self) -> httpx.Proxy | None:
        """The proxy, where there is one."""
        return None if self.proxy is None else httpx.Proxy(self.proxy.get_secret_value())

    def guard(self) -> Guard:
        """What may be reached."""
        return Guard(
            hosts=frozenset(host.rstrip(".").lower() for host in self.allowed_hosts),
            networks=tuple(ip_network(one) for one in self.allowed_networks),
            loopback=self.allow_loopback,
        )

    def mail(self) -> MailSettings | None:
        """The mail server, where there is one."""
        if self.smtp_host is None:
            return None
        return MailSettings(
            host=self.smtp_host,
            port=self.smtp_port,
            sender=self.smtp_sender,
            tls=self.smtp_tls,
            user=self.smtp_user,
            password=self.smtp_password,
        )

    def twilio(self) -> TwilioSettings | None:
        """The account of Twilio, where there is one."""
        if self.twilio_account is None or self.twilio_token is None:
            return None
        return TwilioSettings(
            origin=self.twilio_url,
            account=self.twilio_account,
            token=self.twilio_token,
            sender=self.twilio_sender,
        )

    def alibaba(self) -> AlibabaSettings | None:
        """The account of Alibaba Cloud, where there is one."""
        if self.alibaba_key_id is None or self.alibaba_key_secret is None:
            return None
        return AlibabaSettings(
            origin=self.alibaba_url,
            key_id=self.alibaba_key_id,
            key_secret=self.alibaba_key_secret,
            sign_name=self.alibaba_sign_name,
            template=self.alibaba_template,
            parameters=self.alibaba_parameters,
            characters=self.alibaba_characters,
        )

    def tencent(self) -> TencentSettings | None:
        """The account of Tencent Cloud, where there is one."""
        if self.tencent_secret_id is None or self.tencent_secret_key is None:
            return None
        return TencentSettings(
            origin=self.tencent_url,
            key_id=self.tencent_secret_id,
            key_secret=self.tencent_secret_key,
            sign_name=self.tencent_sign_name,
            template=self.tencent_template,
            parameters=self.tencent_parameters,
            characters=self.tencent_characters,
            app=self.tencent_app,
            region=self.tencent_region,
        )
