"""What a receiver means by itself: ways to be reached, addresses of the right form, and secrets by
name only.
"""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant
from floorpulse.definitions.domain.receiver_terms import (
    NOT_IN_FILES,
    ReceiverBody,
    RobotChannel,
    TaskChannel,
)
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.task_templates import TOKEN, TOLD, texts, words

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
    "task",
    "apprise",
)
SECRETS = ("url", "signing", "secret", "routing_key", "token")
"""Fields of channels that name secrets"""
_OF_THEIR_OWN = ("webhook", "task")
"""Ways whose address is no secret"""
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
    for name, channel in (("webhook", body.webhook), ("task", body.task)):
        if channel is not None:
            yield from _own_address(entry, name, channel.url)
    if body.task is not None:
        yield from _task(entry, body.task)
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
        fields = SECRETS if name not in _OF_THEIR_OWN else ("signing", "token")
        given = {field: getattr(getattr(body, name), field, None) for field in fields}
        for field, secret in given.items():
            if secret is not None and _KEY.fullmatch(secret):
                yield entry.mistake(
                    f"{name}.{field}", "is a secret, not the name of one", NOT_IN_FILES
                )
        if given.get("url") is not None and given["url"] == given.get("signing"):
            problem = "is the same secret as `url`"
            yield entry.mistake(f"{name}.signing", problem, "name the secret that signs")


def _own_address(entry: Entry, way: str, url: str) -> Iterator[DefinitionMistake]:
    parts = _parts(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or not parts.hostname:
        problem = "is no https:// address"
        yield entry.mistake(f"{way}.url", problem, "write one such as https://example.org/hook")
    elif parts.password is not None:
        problem = "has a password in it"
        yield entry.mistake(f"{way}.url", problem, "leave it out: `signing` proves who sends")


def _task(entry: Entry, task: TaskChannel) -> Iterator[DefinitionMistake]:
    for path, text in texts(task.body, "task.body"):
        yield from _strangers(entry, path, text, TOLD)
    for name, text in task.headers.items():
        path = f"task.headers.{name}"
        yield from _strangers(entry, path, text, TOLD | {TOKEN})
        if TOKEN in words(text) and task.token is None:
            problem = "names {token}, and there is none"
            yield entry.mistake(path, problem, "name its secret as `task.token`")
        elif name.lower() == "authorization" and TOKEN not in words(text):
            yield entry.mistake(
                path, "is a secret, not the name of one", f"write {{token}}: {NOT_IN_FILES}"
            )


def _strangers(
    entry: Entry, path: str, text: str, known: frozenset[str]
) -> Iterator[DefinitionMistake]:
    for word in words(text):
        if word not in known:
            yield entry.mistake(path, f"{{{word}}} stands for nothing", meant(word, known, ""))


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
