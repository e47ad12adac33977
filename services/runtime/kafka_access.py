"""How Kafka's brokers are reached: over TLS or not, and as whom.

aiokafka tells every failure of a start as one sentence, and why only to its log. So a client that
could not start asks once more, for the reason (aiokafka 0.14).
"""

import ssl
from asyncio import IncompleteReadError
from functools import cache
from typing import Any

from aiokafka.conn import AIOKafkaConnection, collect_hosts, create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from floorpulse.runtime.settings import KafkaSettings

ASK_WITHIN = 5
VARIABLE = "FLOORPULSE_KAFKA__"


class KafkaRefuses(KafkaConnectionError):  # type: ignore[misc]  # noqa: N818  aiokafka has no types; it says what happened
    """A broker is there and lets this process not in; the message says why and what to do."""


def access(settings: KafkaSettings) -> dict[str, Any]:
    """What every client of aiokafka is made with: addresses, protocol, certificates, credentials.

    Raises `ValueError` where certificates cannot be used.
    """
    return {"bootstrap_servers": settings.bootstrap_servers, **_secured(settings)}


def tls(settings: KafkaSettings) -> ssl.SSLContext | None:
    """Whom TLS trusts and what it shows; None without TLS. Files are read once a process.

    Raises `ValueError`, which names the setting, where a file holds nothing of use.
    """
    if not settings.is_encrypted:
        return None
    password = settings.ssl_key_password
    return _context(
        settings.ssl_ca_file,
        settings.ssl_cert_file,
        settings.ssl_key_file,
        None if password is None else password.get_secret_value(),
        settings.ssl_check_hostname,
    )


async def refusal(settings: KafkaSettings) -> KafkaRefuses | None:
    """Why a broker lets this process not in; None where none answers at all."""
    for host, port, _ in collect_hosts(settings.bootstrap_servers, randomize=False):
        why = await _asked(host, port, settings)
        if why is not None:
            return KafkaRefuses(f"Kafka at {host}:{port} {why}")
    return None


def _secured(settings: KafkaSettings) -> dict[str, Any]:
    secured: dict[str, Any] = {
        "security_protocol": settings.security_protocol,
        "ssl_context": tls(settings),
    }
    if settings.has_user:
        secured |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.password,
        }
    return secured


@cache
def _context(
    ca_file: str | None,
    cert_file: str | None,
    key_file: str | None,
    key_password: str | None,
    check_hostname: bool,  # noqa: FBT001  a setting
) -> ssl.SSLContext:
    context = _trusting(ca_file)
    context.check_hostname = check_hostname
    if cert_file is None:
        return context
    try:
        context.load_cert_chain(cert_file, key_file, key_password or _no_password)
    except OSError as wrong:
        message = (
            f"{VARIABLE}SSL_CERT_FILE {cert_file} and {VARIABLE}SSL_KEY_FILE "
            f"{key_file or cert_file} do not go together ({_said(wrong)}): both are PEM; a key "
            f"under a password needs {VARIABLE}SSL_KEY_PASSWORD"
        )
        raise ValueError(message) from wrong
    return context


def _no_password() -> str:
    """In the place of OpenSSL's question on the terminal."""
    return ""


def _trusting(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as wrong:
        message = f"{VARIABLE}SSL_CA_FILE {ca_file} holds no certificate in PEM ({_said(wrong)})"
        raise ValueError(message) from wrong


def _said(wrong: OSError) -> str:
    return str(getattr(wrong, "reason", None) or wrong.strerror or wrong)


async def _asked(host: str, port: int, settings: KafkaSettings) -> str | None:
    try:
        connection: AIOKafkaConnection = await create_conn(
            host, port, request_timeout_ms=ASK_WITHIN * 1000, **_secured(settings)
        )
    except (OSError, KafkaError) as wrong:
        return _why(wrong, settings)
    connection.close()
    if settings.has_user:
        return None
    return (
        f"takes the connection and answers nothing: does it want a user? See "
        f"{VARIABLE}SECURITY_PROTOCOL (it is {settings.security_protocol})"
    )


def _why(wrong: OSError | KafkaError, settings: KafkaSettings) -> str | None:
    protocol = settings.security_protocol
    match wrong:
        case SaslAuthenticationFailed():
            why = (
                f"refuses the user {settings.sasl_username} ({protocol}, "
                f"{settings.sasl_mechanism}): {_broker_said(wrong)}; see {VARIABLE}SASL_USERNAME, "
                f"{VARIABLE}SASL_PASSWORD and {VARIABLE}SASL_MECHANISM"
            )
        case UnsupportedSaslMechanismError():
            why = (
                f"does not know {settings.sasl_mechanism}: {_broker_said(wrong)}; see "
                f"{VARIABLE}SASL_MECHANISM"
            )
        case ssl.SSLCertVerificationError():
            why = (
                f"shows a certificate that is not trusted: {wrong.verify_message}; see "
                f"{VARIABLE}SSL_CA_FILE and {VARIABLE}SSL_CHECK_HOSTNAME"
            )
        case ssl.SSLError() | ConnectionResetError() if settings.is_encrypted:
            why = f"does not speak TLS; see {VARIABLE}SECURITY_PROTOCOL (it is {protocol})"
        case KafkaConnectionError(__cause__=ssl.SSLError()):
            why = (
                "wants a certificate of this process, or another one "
                f"({_said(wrong.__cause__)}); see {VARIABLE}SSL_CERT_FILE and "
                f"{VARIABLE}SSL_KEY_FILE"
            )
        case KafkaConnectionError(__cause__=IncompleteReadError()):
            why = (
                f"closes the connection at once: does it speak TLS? See "
                f"{VARIABLE}SECURITY_PROTOCOL (it is {protocol})"
            )
        case IllegalSaslStateError():
            why = f"asks for no user there; see {VARIABLE}SECURITY_PROTOCOL (it is {protocol})"
        case _:
            return None
    return why


def _broker_said(wrong: KafkaError) -> str:
    return str(wrong).rpartition(f"{type(wrong).__name__}: ")[2]
