"""Keys that are wanted: what they may say, and what the audit log says of them."""

from dataclasses import dataclass

import msgspec

from floorpulse.access.audit_chain import Action, AuditEntry
from floorpulse.contracts.events import Slug

SCOPES = (
    "events:write",
    "kpi:read",
    "agents:read",
    "alerts:read",
    "alerts:write",
    "metrics:read",
    "contracts:read",
    "settlements:write",
    "audit:read",
    "admin",
)
OF_A_CONTRACT = frozenset({"kpi:read", "contracts:read"})
"""What a key that is limited to a contract may do: read, and no more"""


@dataclass(frozen=True)
class NewKey:
    """A key that is wanted; `expires_at` in epoch milliseconds, `contract` the only one it may
    see, None where it may see the whole floor.
    """

    tenant: str
    label: str
    scopes: tuple[str, ...]
    expires_at: int | None = None
    contract: str | None = None


def created(new: NewKey, key_id: str, actor: str, now: int) -> AuditEntry:
    """The entry of the audit log."""
    details: dict[str, object] = {
        "label": new.label,
        "scopes": sorted(set(new.scopes)),
        "expires_at": new.expires_at,
        "contract": new.contract,
    }
    return AuditEntry(new.tenant, now, actor, Action.KEY_CREATED, f"key/{key_id}", details)


def checked(new: NewKey) -> list[str]:
    """Its scopes, sorted; ValueError, which says what is wrong with it."""
    try:
        msgspec.convert(new.tenant, Slug)
    except msgspec.ValidationError as wrong:
        message = (
            f"tenant {new.tenant!r} is no slug: lower-case letters, digits and inner hyphens, "
            "at most 64"
        )
        raise ValueError(message) from wrong
    wanted = sorted(set(new.scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        message = f"scopes {unknown or 'none'} are not among: {', '.join(SCOPES)}"
        raise ValueError(message)
    if new.contract is not None:
        _check_contract(new.contract, wanted)
    return wanted


def _check_contract(contract: str, wanted: list[str]) -> None:
    """ValueError where a key of a contract would be of no contract, or do more than read."""
    beyond = [scope for scope in wanted if scope not in OF_A_CONTRACT]
    if beyond:
        message = (
            f"a key of the contract {contract!r} only reads figures and the contract: leave out "
            f"{', '.join(beyond)}; it may have {', '.join(sorted(OF_A_CONTRACT))}"
        )
        raise ValueError(message)
    if not contract.strip():
        message = "--contract names no contract; give the id of one of the definitions"
        raise ValueError(message)
