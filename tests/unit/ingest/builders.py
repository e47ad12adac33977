"""Builders of what ingest judges."""

import json

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.domain.judge import CanonicalEvent, EventLimits, Judge
from floorpulse.ingest.domain.pseudonyms import CustomerKey, Pseudonyms

NOW = 1_794_360_600_000
AT = NOW - 60_000

OFFERED = {
    "type": "contact.offered",
    "id": "1",
    "source": "pbx",
    "at": AT,
    "contact": "c1",
    "queue": "refunds",
}
SURVEY = {
    "type": "survey.answered",
    "id": "1",
    "source": "s",
    "at": AT,
    "contact": "c1",
    "survey": "x",
    "kind": "csat",
}
SCALE = {"score": 4, "worst": 1, "best": 5}
SCORED = {"type": "qa.scored", "id": "1", "source": "qa", "at": AT, "evaluation": "e1", "score": 90}

PSEUDONYMS = Pseudonyms((CustomerKey("new", b"n" * 32), CustomerKey("old", b"o" * 32)))


def judge(tenant: str = "shop", **limits: int) -> Judge:
    return Judge(tenant, NOW, EventLimits(**limits), PSEUDONYMS)


def verdict(event: object, tenant: str = "shop") -> CanonicalEvent | Refusal:
    text = event if isinstance(event, bytes) else json.dumps(event).encode()
    return judge(tenant).judge(text, lambda same: same)


def accepted(event: object) -> dict[str, object]:
    canonical = verdict(event)
    assert isinstance(canonical, CanonicalEvent), canonical
    stored: dict[str, object] = json.loads(canonical.value)
    return stored


def refused(event: object) -> tuple[str, str]:
    refusal = verdict(event)
    assert isinstance(refusal, Refusal), refusal
    return refusal.reason.value, refusal.detail
