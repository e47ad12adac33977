"""Addresses of servers as operators write them; ValueError tells what is wrong, no passwords."""

import re

URL = re.compile(
    r"""(?P<scheme>[^:/\s]+)://
    (?:[^:/]*(?::[^@]*)?@)?
    (?:\[(?P<ipv6>[^\]/?]+)\]|[^/:?\s]*)
    (?::(?P<port>[^/?]*))?
    (?:/[^?]*)?(?:\?.*)?""",
    re.VERBOSE,
)
"""The parts as SQLAlchemy cuts them: a password may hold anything but @"""
SCHEME = re.compile(r"postgres(ql(\+[a-z0-9_]+)?)?")
HOST_AND_PORT = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^\s:/\[\]@,]+)(?::(?P<port>[^:]*))?")
PORT = re.compile(r"[0-9]{1,5}")
LAST_PORT = 65_535


def postgresql_url(text: str) -> str:
    """The URL of a PostgreSQL database."""
    found = URL.fullmatch(text)
    if found is None:
        message = "it is no URL: write postgresql://user:password@host:port/name"
        raise ValueError(message)
    if not SCHEME.fullmatch(found["scheme"]):
        message = f"it begins with {found['scheme']}://, not with postgresql://"
        raise ValueError(message)
    if found["port"] is not None and not _is_port(found["port"]):
        message = (
            f"its port is no number from 1 to {LAST_PORT}; an @ in the password is written %40"
        )
        raise ValueError(message)
    return text


def bootstrap_servers(text: str) -> str:
    """The comma-separated addresses of brokers: each a host, and a port unless it is 9092."""
    for address in text.split(","):
        found = HOST_AND_PORT.fullmatch(address.strip())
        if found is None:
            message = f"{address.strip()!r} is no host:port"
            raise ValueError(message)
        if found["port"] is not None and not _is_port(found["port"]):
            message = f"{address.strip()!r} has no port from 1 to {LAST_PORT}"
            raise ValueError(message)
    return text


def _is_port(text: str) -> bool:
    return PORT.fullmatch(text) is not None and 0 < int(text) <= LAST_PORT
