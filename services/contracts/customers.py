"""How a customer stands in the column and the index that visits are looked up by: a number of eight
bytes in place of the pseudonym's text, which the visit's record keeps.
"""

from hashlib import sha256

BYTES = 8


def customer_mark(pseudonym: str | None) -> int | None:
    """The first 64 bits of the SHA-256 of a pseudonym, as a signed whole number; None of None.

    Pseudonyms are keyed already, so nobody outside chooses two that share their number: that two of
    ten million customers do has a chance of 3 in a million.
    """
    if pseudonym is None:
        return None
    return int.from_bytes(sha256(pseudonym.encode()).digest()[:BYTES], "big", signed=True)
