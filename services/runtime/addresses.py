"""Addresses of servers as operators write them; ValueError tells what is wrong, no passwords."""

import re
from urllib.parse import parse_qsl, quote, quote_plus, unquote

URL = re.compile(
    r"""(?P<scheme>[^:/\s]+)://
    (?:(?P<user>[^:/]*)(?P<password>:[^@]*)?@)?
    (?P<host>\[(?P<ipv6>[^\]/?]+)\]|[^/:?\s]*)
    (?::(?P<port>[^/?]*))?
    (?P<name>/[^?]*)?(?:\?(?P<options>.*))?""",
    re.VERBOSE,
)
"""The parts as SQLAlchemy cuts them: a password may hold anything but @"""
SCHEME = re.compile(r"postgres(ql(\+[a-z0-9_]+)?)?")
HOST_AND_PORT = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^\s:/\[\]@,]+)(?::(?P<port>[^:]*))?")
PORT = re.compile(r"[0-9]{1,5}")
LAST_PORT = 65_535


def postgresql_url(text: str) -> str:
    """The URL of a PostgreSQL database."""
    _parts(text)
    return text


def _parts(text: str) -> re.Match[str]:
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
    return found


def libpq_url(text: str, *, mask: bool = False) -> str:
    """The URL of a PostgreSQL database as its own clients read it: parts quoted, options in order;
    where it is to `mask` the password, three asterisks. ValueError where it is no such URL.
    """
    found = _parts(text)
    port = f":{int(found['port'])}" if found["port"] else ""
    name = "" if found["name"] is None else _requoted(found["name"], "/")
    return f"postgresql://{_login(found, mask=mask)}{found['host']}{port}{name}{_options(found)}"


def _login(found: re.Match[str], *, mask: bool) -> str:
    if found["user"] is None:
        return ""
    if found["password"] is None:
        return f"{_requoted(found['user'])}@"
    password = "***" if mask else _requoted(found["password"][1:])
    return f"{_requoted(found['user'])}:{password}@"


def _options(found: re.Match[str]) -> str:
    known = sorted(parse_qsl(found["options"] or ""), key=lambda one: one[0])
    told = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in known)
    return f"?{told}" if told else ""


def _requoted(part: str, safe: str = "") -> str:
    """A part of a URL with everything quoted that may mean something else."""
    return quote(unquote(part), safe=f" +{safe}")


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
