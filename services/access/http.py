"""Who may call a route: an API key in `Authorization`, a browser session, or nobody in particular
on a demo.

    Authorization: Bearer fp_…     the key's tenant and scopes
    cookie floorpulse_session      the key's tenant, kpi:read, alerts:read and contracts:read
                                   while it has them; agents:read too where the session was
                                   opened at the desk
    neither, on loopback           app.state.open_tenant, the same, when the operator set one

A browser also gets alerts:write, to acknowledge from the page of alerts: by its session while the
key has it, on loopback where `app.state.open_acts` is set. It must show that a page of this very
origin asks (`asks_itself`), for a browser sends cookies, and reaches loopback, whoever's page asks.

Reads `app.state.keys` (a `Keys`), `app.state.agent_reads` (an `AgentReads`; where there is none,
nobody is told who reads about agents), `app.state.open_tenant` (str or None), `app.state.open_acts`
(bool, False where it is not set) and `app.state.session_secret` (str or None).
"""

from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Annotated, Protocol

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from itsdangerous import BadSignature, TimestampSigner
from pydantic import BaseModel, Field

from floorpulse.access.agent_reads import AgentRead, AgentReads
from floorpulse.access.keys import Credential
from floorpulse.runtime.problems import Problem
from floorpulse.runtime.unavailable import KeysUnavailable

COOKIE = "floorpulse_session"
SESSION_SECONDS = 30 * 86_400
SALT = "floorpulse.session"
READ = "kpi:read"
ACT = "alerts:write"
AGENTS = "agents:read"
CONTRACTS = "contracts:read"
SHOWN = frozenset({READ, "alerts:read", CONTRACTS})
"""What a browser may read without a key in each request"""
OWN_PAGE = "X-Floorpulse-Page"
"""The header that the built-in pages send: a page of another origin cannot unless it is allowed to,
and nobody is"""
RETRY_AFTER = {"Retry-After": "2"}
NO_KEY = "Send an API key: `Authorization: Bearer fp_<id>_<secret>`."
WRONG_KEY = "The key is unknown, expired or revoked."

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="An API key, `fp_<id>_<secret>`: `floorpulse keys create`",
)


class SessionBody(BaseModel):
    """A key, handed over once."""

    key: Annotated[str, Field(min_length=1, max_length=256, examples=["fp_0123456789abcdef_…"])]


class Keys(Protocol):
    """What knows keys; `KeysUnavailable` when it cannot tell now."""

    async def verify(self, token: str) -> Credential | None:
        """The credential of a token, None when it is not valid."""
        ...

    async def find(self, key_id: str) -> Credential | None:
        """The credential of a live key by its id."""
        ...


@dataclass(frozen=True)
class Requirement:
    """A FastAPI dependency: the caller's credential, which has `scope`; problems 401, 403 and 503
    otherwise.

    A key that is limited to a contract is refused (403) unless the route is `limited`: it answers
    such a key with its contract's queues and channels only.
    """

    scope: str
    limited: bool = False

    async def __call__(
        self,
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
    ) -> Credential:
        """The caller's credential."""
        try:
            caller = await _caller(request, bearer)
        except KeysUnavailable as wrong:
            raise Problem(503, "Keys unavailable", str(wrong), headers=RETRY_AFTER) from wrong
        if self.scope not in caller.scopes:
            raise forbidden(self.scope)
        if caller.contract is not None and not self.limited:
            raise beyond_contract(caller.contract)
        if self.scope == AGENTS:
            note_agents_read(request, caller)
        return caller


def require(scope: str, *, limited: bool = False) -> Requirement:
    """What a route asks of its caller."""
    return Requirement(scope, limited)


def note_agents_read(request: Request, caller: Credential) -> None:
    """Whoever asks learns about agents by this request: the audit log is told. Problem 503 where it
    has not been told of so many reads that no more can be kept.
    """
    reads: AgentReads | None = getattr(request.app.state, "agent_reads", None)
    if reads is None:
        return
    if reads.full:
        detail = "The audit log cannot be written, so nobody reads about agents; try again."
        raise Problem(503, "Audit log unavailable", detail, headers=RETRY_AFTER)
    route = getattr(request.scope.get("route"), "path", request.url.path)
    told = {**request.path_params, **request.query_params}
    reads.note(AgentRead.of(caller.tenant, caller.key_id, route, told))


async def open_session(
    request: Request,
    response: Response,
    token: str,
    scope: str = READ,
    shows: frozenset[str] = SHOWN,
) -> Credential:
    """Start a browser session for the key `token`, which may read what the key may of `shows`: set
    the signed cookie on `response`.

    Problems: 401 when the key is not valid, 403 when it lacks `scope`, 503 when sessions or keys
    are unavailable.
    """
    secret: str | None = getattr(request.app.state, "session_secret", None)
    if not secret:
        raise Problem(
            503,
            "Sessions disabled",
            "The operator set no session secret; send the key in the header Authorization.",
        )
    try:
        caller = await _keys(request).verify(token)
    except KeysUnavailable as wrong:
        raise Problem(503, "Keys unavailable", str(wrong), headers=RETRY_AFTER) from wrong
    if caller is None:
        raise unauthorized(WRONG_KEY, "invalid_token")
    if scope not in caller.scopes:
        raise forbidden(scope)
    said = "+".join([caller.key_id, *sorted(shows - SHOWN)])
    value = TimestampSigner(secret, salt=SALT).sign(said).decode()
    secure = request.url.scheme == "https"
    response.set_cookie(
        COOKIE, value, max_age=SESSION_SECONDS, httponly=True, samesite="strict", secure=secure
    )
    return caller


def unauthorized(detail: str, error: str | None = None) -> Problem:
    """401: who are you?"""
    challenge = 'Bearer realm="floorpulse"' + (f', error="{error}"' if error else "")
    return Problem(401, "Unauthorized", detail, headers={"WWW-Authenticate": challenge})


def forbidden(scope: str) -> Problem:
    """403: the missing scope is named."""
    challenge = f'Bearer realm="floorpulse", error="insufficient_scope", scope="{scope}"'
    detail = (
        f"This needs the scope {scope}; create a key that has it with `floorpulse keys "
        f"create --scope {scope}`."
    )
    return Problem(403, "Forbidden", detail, headers={"WWW-Authenticate": challenge}, scope=scope)


def beyond_contract(contract: str) -> Problem:
    """403: what is asked is not part of what a key of a contract may see."""
    detail = (
        f"The key is limited to the contract {contract}: it reads that contract's figures, "
        "visits and statements, and nothing else."
    )
    return Problem(403, "Beyond the contract", detail, contract=contract)


def refuse_beyond(caller: Credential, contract: str) -> None:
    """Problem 403 where the caller's key is limited to another contract."""
    if caller.contract not in (None, contract):
        raise beyond_contract(caller.contract or "")


async def contract_of_viewer(request: Request) -> str | None:
    """The only contract that whoever opens a page may see; None where it is the whole floor, or
    not known yet who it is.
    """
    try:
        return (await _caller(request, await BEARER(request))).contract
    except (Problem, KeysUnavailable):
        return None


async def _caller(request: Request, bearer: HTTPAuthorizationCredentials | None) -> Credential:
    """A key that is sent must be right: a wrong one never falls back to a session or an open
    demo.
    """
    if bearer is not None:
        caller = await _keys(request).verify(bearer.credentials)
        if caller is None:
            raise unauthorized(WRONG_KEY, "invalid_token")
        return caller
    caller = await _of_session(request) or _of_open_demo(request)
    if caller is None:
        raise unauthorized(NO_KEY)
    return caller


async def _of_session(request: Request) -> Credential | None:
    secret: str | None = getattr(request.app.state, "session_secret", None)
    cookie = request.cookies.get(COOKIE)
    if not secret or not cookie:
        return None
    try:
        said = TimestampSigner(secret, salt=SALT).unsign(cookie, max_age=SESSION_SECONDS).decode()
    except (BadSignature, UnicodeError):
        return None
    key_id, *more = said.split("+")
    key = await _keys(request).find(key_id)
    granted = _granted(request).union(more)
    return replace(key, scopes=key.scopes & granted) if key else None


def _of_open_demo(request: Request) -> Credential | None:
    """Both ends must be loopback: a foreign name that resolves to 127.0.0.1 must not let a web page
    read the floor.
    """
    tenant: str | None = getattr(request.app.state, "open_tenant", None)
    client = request.client.host if request.client else ""
    if tenant is None or not _is_loopback(client) or not _is_loopback(request.url.hostname or ""):
        return None
    acts = {ACT} if getattr(request.app.state, "open_acts", False) else set()
    return Credential("open", tenant, (SHOWN | acts) & _granted(request))


def _granted(request: Request) -> frozenset[str]:
    """What a browser may do that sends no key."""
    return SHOWN | {ACT} if asks_itself(request) else SHOWN


def asks_itself(request: Request) -> bool:
    """Whether a page of this very origin sends the request: it names itself in `OWN_PAGE`, which
    takes a preflight from elsewhere, and no header that browsers set says otherwise.
    """
    headers = request.headers
    origin = headers.get("origin")
    return (
        OWN_PAGE in headers
        and headers.get("sec-fetch-site", "same-origin") == "same-origin"
        and (origin is None or origin.partition("://")[2] == headers.get("host"))
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _keys(request: Request) -> Keys:
    keys: Keys = request.app.state.keys
    return keys
