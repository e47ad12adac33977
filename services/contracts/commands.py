"""Commands to the engine: rare, idempotent, one a record on `engine-commands`."""

import msgspec


class Redrive(msgspec.Struct, frozen=True, kw_only=True, tag_field="command", tag="redrive"):
    """Send a repaired dead letter again: `event` is the JSON of a canonical event with its
    tenant.
    """

    tenant: str
    event: str


Command = Redrive
