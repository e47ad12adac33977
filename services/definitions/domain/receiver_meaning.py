"""What a receiver means by itself: ways to be reached, addresses of the right form, and secrets by
name only.
"""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.on_call import (
    NOT_IN_FILES,
    ReceiverBody,
    RobotChannel,
    WebhookChannel,
)
from floorpulse.definitions.domain.shape import Entry

CHANNELS = (
    "wecom_robot",
    "wecom_app",
    "dingtalk",
    "feishu",
    "slack",
    "teams",
    "pagerduty",
    "email",
    "sms",
    "webhook",
    "apprise",
)
SECRETS = ("url", "signing", "secret", "routing_key")
"""Fields of channels that name secrets"""
_UNSIGNED = ("wecom_robot", "slack", "teams")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MAIL = re.compile(r"[^\s@<>,;\"]+@(?:[^\s@.<>,;\"]+\.)+[^\s@.<>,;\"]{2,}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}|(?=[a-z]*[0-9])[0-9a-z]{24,}")
"""What services give out as keys: identifiers, long runs of letters with digits among them"""


def impossible_receiver(entry: Entry, body: ReceiverBody) -> Iterator[DefinitionMistake]:
    """What a receiver cannot mean."""
    if not body.screen and not any(getattr(body, one) for one in CHANNELS):
        remedy = "write one of " + ", ".join(CHANNELS) + ", or `screen: true`"
        yield entry.mistake("", "cannot be reached", remedy)
    yield from _addresses(entry, body)
    yield from _secrets(entry, body)
    if body.webhook is not None:
        yield from _webhook(entry, body.webhook)
    for name in _UNSIGNED:
        robot: RobotChannel | None = getattr(body, name)
        if robot is not None and robot.signing is not None:
            problem = "this service signs nothing"
            yield entry.mistake(f"{name}.signing", problem, "leave it out")


def _addresses(entry: Entry, body: ReceiverBody) -> Iterator[DefinitionMistake]:
    mail = ("an e-mail address", "ops@example.org")
    number = ("a number of E.164", "+8613800138000")
    for name, form, (what, example) in (("email", _MAIL, mail), ("sms", _E164, number)):
        channel = getattr(body, name)
        for place, text in enumerate(channel.to if channel else ()):
            if not form.fullmatch(text):
                path = f"{name}.to[{place}]"
                yield entry.mistake(path, f"{text!r} is not {what}", f"write one such as {example}")
    for name in ("email", "sms", "wecom_app"):
        channel = getattr(body, name)
        if channel is not None and len(set(channel.to)) < len(channel.to):
            yield entry.mistake(f"{name}.to", "names one twice", "write each once")


def _secrets(entry: Entry, body: ReceiverBody) -> Iterator[DefinitionMistake]:
    for name in CHANNELS:
        fields = SECRETS if name != "webhook" else ("signing",)
        given = {field: getattr(getattr(body, name), field, None) for field in fields}
        for field, secret in given.items():
            if secret is not None and _KEY.fullmatch(secret):
                yield entry.mistake(
                    f"{name}.{field}", "is a secret, not the name of one", NOT_IN_FILES
                )
        if given.get("url") is not None and given["url"] == given.get("signing"):
            problem = "is the same secret as `url`"
            yield entry.mistake(f"{name}.signing", problem, "name the secret that signs")


def _webhook(entry: Entry, webhook: WebhookChannel) -> Iterator[DefinitionMistake]:
    parts = _parts(webhook.url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or not parts.hostname:
        problem = "is no https:// address"
        yield entry.mistake("webhook.url", problem, "write one such as https://example.org/hook")
    elif parts.password is not None:
        problem = "has a password in it"
        yield entry.mistake("webhook.url", problem, "leave it out: `signing` proves who sends")


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
