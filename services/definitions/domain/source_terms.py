"""What may be said of a source beside its silence: whose platform it is, how it shows who it is,
and how its ids, activities, surveys and foreign types are read.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from floorpulse.contracts.events import AgentState, SurveyKind

Vendor = Literal[
    "alibaba-ccc",
    "amazon-connect",
    "asterisk-ami",
    "cloudevents",
    "freeswitch",
    "genesys-cloud",
    "queue-log",
    "tencent-ccc",
    "twilio-taskrouter",
]
"""The platforms that are understood"""
NOT_IN_FILES = (
    "keep the secret in an environment variable or a file of the process that takes events, "
    "change it at the platform if others could read this file, and write where it is: env:NAME or "
    "file:/path"
)
"""What to do about a secret that stands in a file; the secret itself is never repeated"""
SecretReference = Annotated[
    str,
    Meta(
        pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.+)$",
        max_length=1000,
        description="where the secret is: env:NAME of an environment variable or file:/path",
        examples=["env:CONNECT_SECRET"],
        extra={"secret": NOT_IN_FILES},
    ),
]
Named = Annotated[
    str, Meta(min_length=1, max_length=128, description="a name, 1 to 128 characters")
]
Score = Annotated[float, Meta(ge=-1_000_000, le=1_000_000, description="a score", examples=[5])]
Url = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^\s]+$",
        max_length=1000,
        description="an address",
        examples=["https://floor.example.org/v1/sources/twilio"],
    ),
]
AfterWork = Literal["wrapup", "none"]


class ScaleBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the answers to a survey are read."""

    kind: Annotated[SurveyKind, Meta(description="csat, nps, fcr or ces")] = "csat"
    worst: Score
    best: Score
    scores: Annotated[
        dict[Named, Score],
        Meta(
            description="the score of each key or word; a number that is not named stands for "
            "itself",
            examples=[{"1": 5, "2": 3, "3": 1}],
        ),
    ] = {}


class ForeignTypeBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a foreign type of CloudEvents means."""

    type: Annotated[str, Meta(min_length=1, description="our type", examples=["contact.offered"])]
    fields: Annotated[
        dict[Named, Named],
        Meta(
            description="our field: the path of the foreign one in `data`, steps parted by dots",
            examples=[{"contact": "call.id", "queue": "call.group"}],
        ),
    ] = {}
    values: Annotated[
        dict[Named, dict[Named, Named]],
        Meta(
            description="our field: what each foreign word means",
            examples=[{"state": {"ready": "available", "pause": "break"}}],
        ),
    ] = {}
    constants: Annotated[
        dict[Named, Named],
        Meta(description="fields that are always the same", examples=[{"channel": "chat"}]),
    ] = {}


Ids = Annotated[
    dict[Named, Named],
    Meta(description="the platform's id: the name", examples=[{"4f1c9a": "orders"}]),
]
Activities = Annotated[
    dict[Named, AgentState],
    Meta(
        description="an activity of the platform's own: the state that it is",
        examples=[{"Back office": "break", "Email": "available"}],
    ),
]
