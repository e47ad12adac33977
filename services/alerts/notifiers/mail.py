"""E-mail over the installation's SMTP server.

    connect ► STARTTLS ► login ► MAIL, RCPT … ► still ours? ► DATA ► 250: accepted

A server that offers no STARTTLS is refused unless a setting says otherwise. 4xx is transient, 5xx
permanent (RFC 5321, 4.2.1); where some recipients are refused and others not, the mail goes to the
others and the answer names the rest. The Message-ID is the notice's key, so a mail that comes twice
is one mail to mailboxes that know it.
"""

import asyncio
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as LINES
from hashlib import sha256

import aiosmtplib
from aiosmtplib import errors

from floorpulse.alerts.domain.messages.cut import Layout, as_text, shortened
from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.delivering import without
from floorpulse.alerts.notifiers.settings import MailSettings
from floorpulse.alerts.notifiers.transport import Relinquished, StillOurs

LAYOUT = Layout(50_000)
MOST_SUBJECT = 200
PERMANENT_FROM = 500
NO_STARTTLS = (
    "the mail server offers no STARTTLS; an operator who means it sets "
    "FLOORPULSE_ALERTS__SMTP_TLS=none"
)


@dataclass(frozen=True)
class Mailer:
    """The mails of one receiver; `within` is seconds for one of them."""

    settings: MailSettings
    within: float
    trusted: ssl.SSLContext
    to: tuple[str, ...]

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Send one mail to all addresses of the receiver."""
        try:
            async with asyncio.timeout(self.within):
                return self._told(await self._sent(message, still_ours))
        except Relinquished:
            return Delivery(Verdict.GIVEN_UP, "another replica acts now; nothing was sent")
        except (TimeoutError, errors.SMTPTimeoutError):
            return Delivery(Verdict.TRANSIENT, f"no answer within {self.within:g} s")
        except errors.SMTPRecipientsRefused as wrong:
            return self._told(_refused(wrong.recipients))
        except errors.SMTPResponseException as wrong:
            return self._told(_judged(wrong.code, wrong.message))
        except (errors.SMTPException, OSError) as wrong:
            return self._told(Delivery(Verdict.TRANSIENT, f"{type(wrong).__name__}: {wrong}"))

    async def _sent(self, message: Message, still_ours: StillOurs) -> Delivery:
        settings = self.settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            local_hostname=settings.sender.rpartition("@")[2],
            port=settings.port,
            timeout=self.within,
            use_tls=settings.tls == "immediate",
            start_tls=False,
            tls_context=self.trusted,
        )
        try:
            await client.connect()
            if settings.tls == "starttls" and not await _encrypted(client):
                return Delivery(Verdict.PERMANENT, NO_STARTTLS)
            if settings.user is not None and settings.password is not None:
                await client.login(settings.user, settings.password.get_secret_value())
            return await self._handed_over(client, message, still_ours)
        finally:
            client.close()  # no QUIT: its answer could be late, and the mail is taken

    async def _handed_over(
        self, client: aiosmtplib.SMTP, message: Message, still_ours: StillOurs
    ) -> Delivery:
        await client.mail(self.settings.sender)
        refused = []
        for address in self.to:
            try:
                await client.rcpt(address)
            except errors.SMTPRecipientRefused as wrong:
                refused.append(wrong)
        if len(refused) == len(self.to):
            raise errors.SMTPRecipientsRefused(refused)
        if not still_ours():
            raise Relinquished
        answer = await client.data(written(message, self.settings.sender, self.to))
        rest = ", ".join(f"{one.recipient} ({one.code})" for one in refused)
        said = f"{answer.code} {answer.message}"
        return Delivery(Verdict.ACCEPTED, f"{said}; refused: {rest}" if rest else said)

    def _told(self, delivery: Delivery) -> Delivery:
        password = self.settings.password
        hidden = (password.get_secret_value(),) if password else ()
        return Delivery(delivery.verdict, without(" ".join(delivery.said.split()), hidden)[:300])


async def _encrypted(client: aiosmtplib.SMTP) -> bool:
    """Whether the connection is encrypted now; False where the server offers no STARTTLS."""
    await client.ehlo()
    if not client.supports_extension("starttls"):
        return False
    await client.starttls()
    return True


def written(message: Message, sender: str, to: tuple[str, ...]) -> bytes:
    """The mail: plain text with attachments; mails of one incident are one thread."""
    host = sender.rpartition("@")[2]
    mail = EmailMessage(policy=LINES)
    mail["Subject"] = shortened(" ".join(message.title.split()), MOST_SUBJECT, len)
    mail["From"] = Address("Floorpulse", addr_spec=sender)
    mail["To"] = ", ".join(to)
    mail["Message-ID"] = f"<{_identity(message.key)}@{host}>"
    mail["References"] = f"<{_identity(message.incident)}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    mail.set_content(as_text(message, LAYOUT) + "\n")
    for one in message.attachments:
        main, _, sub = one.media_type.partition(";")[0].partition("/")
        mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    return mail.as_bytes()


def _identity(key: str) -> str:
    """A key as the left half of a Message-ID, which takes few signs."""
    return sha256(key.encode()).hexdigest()[:32]


def _refused(recipients: list[errors.SMTPRecipientRefused]) -> Delivery:
    """All were refused: transient where one of them may be taken later."""
    said = ", ".join(f"{one.recipient} ({one.code} {one.message})" for one in recipients)
    passing = any(one.code < PERMANENT_FROM for one in recipients)
    return Delivery(Verdict.TRANSIENT if passing else Verdict.PERMANENT, f"refused: {said}")


def _judged(code: int, said: str) -> Delivery:
    verdict = Verdict.PERMANENT if code >= PERMANENT_FROM else Verdict.TRANSIENT
    return Delivery(verdict, f"{code} {said}")
