"""The ids of late events and what each came with, by fingerprints: an id that comes again with
other content is two events under one name.

    young  ──── `most` ids ────► old ──── `most` more ────► forgotten
"""

MOST = 50_000


class RecentIds:
    """At least the last `most` ids, at most twice as many; by process, so an id that comes again by
    way of another one is not noticed.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._young: dict[int, int] = {}
        self._old: dict[int, int] = {}

    def contradicts(self, tenant: str, source: str, event: str, content: bytes) -> bool:
        """Whether this id came with other content when it came last; from now on with this."""
        name = hash((tenant, source, event))
        print_of = hash(content)
        young = self._young
        known = young.get(name)
        if known is None:
            known = self._old.get(name)
            if len(young) >= self._most:
                self._old = young
                young = self._young = {}
        young[name] = print_of
        return known is not None and known != print_of
