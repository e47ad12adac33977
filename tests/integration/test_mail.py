"""Mail over a real SMTP server: STARTTLS, login, refusals, and the lease."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from floorpulse.alerts.domain.notices import Delivery, Verdict
from floorpulse.alerts.notifiers.mail import Mailer
from floorpulse.alerts.notifiers.settings import MailSettings
from tests.fakes.alerts import message
from tests.integration.answering import Said, answering, certificates

TO = ("zhang@example.org", "li@example.org")
PASSWORD = "secret-of-the-mail-server"  # noqa: S105  of a server on loopback


@dataclass
class Mailbox:
    """What the server answers to recipients and mails, and what it took."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)
    after_data: str = "250 OK: queued as 7"

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        return self.after_data


def signed_in(
    _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object
) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def served(
    box: Mailbox, context: ssl.SSLContext | None = None, *, login: bool = False
) -> AsyncIterator[int]:
    """The port of a server that offers STARTTLS where a context is given."""

    def protocol() -> SMTP:
        return SMTP(
            box,
            hostname="mail.example",
            tls_context=context,
            require_starttls=context is not None,
            auth_required=login,
            authenticator=signed_in if login else None,
        )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def mailer(port: int, trusted: ssl.SSLContext | None = None, **said: object) -> Mailer:
    fields: dict[str, object] = {
        "host": "localhost",
        "port": port,
        "sender": "floor@example.org",
        "tls": "none",
        "user": None,
        "password": None,
    }
    settings = MailSettings.model_validate(fields | said)
    return Mailer(settings, 1.5, trusted or ssl.create_default_context(), TO)


def read(envelope: Envelope) -> EmailMessage:
    """The mail as a reader's program sees it."""
    assert isinstance(envelope.content, bytes)
    found = message_from_bytes(envelope.content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


async def sent(one: Mailer, ours: Callable[[], bool] = lambda: True) -> Delivery:
    return await one.send(message(), ours)


async def test_a_mail_goes_out_by_starttls_with_a_login(tmp_path: Path) -> None:
    made = certificates(tmp_path)
    trusted = ssl.create_default_context(cafile=made.authority)
    box = Mailbox()
    async with served(box, made.server, login=True) as port:
        one = mailer(port, trusted, tls="starttls", user="floor", password=SecretStr(PASSWORD))
        delivery = await sent(one)
    assert delivery == Delivery(Verdict.ACCEPTED, "250 OK: queued as 7")
    (envelope,) = box.taken
    assert envelope.rcpt_tos == list(TO)
    assert envelope.mail_from == "floor@example.org"
    mail = read(envelope)
    assert mail["Subject"] == "Critical: Service level low, Orders (voice): 72.4%"
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_body()
    assert body is not None
    assert "Acknowledge: https://floor.example.org/alerts/act/abc" in body.as_string()


async def test_a_chinese_mail_arrives_as_it_was_written() -> None:
    box = Mailbox()
    chinese = message(
        title="严重：服务水平过低，订单（语音）：72.4%",
        lines=(("程度", "阈值 80.0%"),),
        language="zh",
    )
    async with served(box) as port:
        await mailer(port).send(chinese, lambda: True)
    mail = read(box.taken[0])
    assert mail["Subject"] == chinese.title
    body = mail.get_body()
    assert body is not None
    assert "程度：阈值 80.0%" in body.get_content()


async def test_a_mail_that_comes_twice_is_one_mail_and_those_of_an_incident_one_thread() -> None:
    box = Mailbox()
    async with served(box) as port:
        for key in ("i1.opened.1.a/email", "i1.opened.1.a/email", "i1.resolved.0.a/email"):
            await mailer(port).send(message(key=key), lambda: True)
    mails = [read(one) for one in box.taken]
    first, again, over = (mail["Message-ID"] for mail in mails)
    assert first == again != over
    assert len({mail["References"] for mail in mails}) == 1


async def test_a_title_with_line_breaks_adds_no_header() -> None:
    box = Mailbox()
    evil = message(title="Low\r\nBcc: everybody@example.org")
    async with served(box) as port:
        assert (await mailer(port).send(evil, lambda: True)).verdict is Verdict.ACCEPTED
    mail = read(box.taken[0])
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Low Bcc: everybody@example.org"


async def test_a_server_without_starttls_is_refused_and_no_password_is_told_to_it() -> None:
    box = Mailbox()
    async with served(box) as port:
        one = mailer(port, tls="starttls", user="floor", password=SecretStr(PASSWORD))
        delivery = await sent(one)
    assert delivery.verdict is Verdict.PERMANENT
    assert "STARTTLS" in delivery.said
    assert box.taken == []


async def test_a_certificate_that_nobody_trusts_is_refused(tmp_path: Path) -> None:
    made = certificates(tmp_path)
    box = Mailbox()
    async with served(box, made.server) as port:
        delivery = await sent(mailer(port, tls="starttls"))
    assert delivery.verdict is Verdict.TRANSIENT
    assert box.taken == []


async def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    made = certificates(tmp_path)
    trusted = ssl.create_default_context(cafile=made.authority)
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(box, hostname="mail.example"), "127.0.0.1", 0, ssl=made.server
    )
    try:
        port = server.sockets[0].getsockname()[1]
        delivery = await sent(mailer(port, trusted, tls="immediate"))
    finally:
        server.close()
    assert delivery.verdict is Verdict.ACCEPTED


async def test_a_wrong_password_is_permanent_and_not_told(tmp_path: Path) -> None:
    made = certificates(tmp_path)
    trusted = ssl.create_default_context(cafile=made.authority)
    async with served(Mailbox(), made.server, login=True) as port:
        wrong = SecretStr("another-password")
        delivery = await sent(mailer(port, trusted, tls="starttls", user="f", password=wrong))
    assert delivery.verdict is Verdict.PERMANENT
    assert delivery.said.startswith("535")
    assert "another-password" not in delivery.said


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({TO[0]: "550 No such user"}, Verdict.ACCEPTED),
        ({TO[0]: "550 No such user", TO[1]: "550 Neither"}, Verdict.PERMANENT),
        ({TO[0]: "450 Greylisted", TO[1]: "550 No such user"}, Verdict.TRANSIENT),
    ],
)
async def test_recipients_are_judged_together(answers: dict[str, str], verdict: Verdict) -> None:
    box = Mailbox(answers)
    async with served(box) as port:
        delivery = await sent(mailer(port))
    assert delivery.verdict is verdict
    assert TO[0] in delivery.said
    assert len(box.taken) == (verdict is Verdict.ACCEPTED)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [("451 Try later", Verdict.TRANSIENT), ("554 Spam", Verdict.PERMANENT)],
)
async def test_what_the_server_says_to_the_mail_decides(answer: str, verdict: Verdict) -> None:
    async with served(Mailbox(after_data=answer)) as port:
        assert await sent(mailer(port)) == Delivery(verdict, answer)


class HangsAtTheEnd(SMTP):
    async def smtp_QUIT(self, _: str) -> None:  # noqa: N802  aiosmtpd's name
        await asyncio.Event().wait()


async def test_a_mail_that_is_taken_is_not_tried_again_because_the_server_says_no_goodbye() -> None:
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: HangsAtTheEnd(box, hostname="mail.example"), "127.0.0.1", 0
    )
    try:
        delivery = await sent(mailer(server.sockets[0].getsockname()[1]))
    finally:
        server.close()
    assert delivery.verdict is Verdict.ACCEPTED


async def test_nothing_is_sent_when_the_lease_is_gone_just_before_the_mail() -> None:
    box = Mailbox()
    async with served(box) as port:
        assert (await sent(mailer(port), lambda: False)).verdict is Verdict.GIVEN_UP
    assert box.taken == []


@pytest.mark.parametrize("greeting", [b"", b"220 mail", b"421 Busy\r\n", b"garbage\r\n"])
async def test_a_server_that_breaks_off_is_tried_again(greeting: bytes) -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        assert (await sent(mailer(port))).verdict is Verdict.TRANSIENT
    finally:
        server.close()
    assert (await sent(mailer(port))).verdict is Verdict.TRANSIENT


async def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    async with answering(lambda _: Said()) as server:
        delivery = await sent(mailer(server.port))
    assert delivery == Delivery(Verdict.TRANSIENT, "no answer within 1.5 s")
