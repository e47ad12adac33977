"""Names of calls: what Asterisk calls a call, as the contact of events."""

import re
from hashlib import blake2b

PLAIN = "asterisk"
"""The name of a source that speaks for the one Asterisk there is"""
BARE_ID = re.compile(r"\d+\.\d+", re.ASCII)
"""A unique id without `systemname`: the second of the channel's start, and a counter"""
LONGEST = 128


def contact_of(call: str, source: str) -> str:
    """The contact of a call that `source` (`asterisk:pbx1`) tells.

    Two Asterisks without `systemname` give calls of one second one id. So a bare id gets the name
    of its source, as `systemname` would: `pbx1-1795000000.10`.
    """
    system = "" if source == PLAIN else source.removeprefix(f"{PLAIN}:")
    named = f"{system}-{call}" if system and BARE_ID.fullmatch(call) else call
    if len(named) <= LONGEST:
        return named
    return blake2b(named.encode(errors="replace"), digest_size=24).hexdigest()
