"""The shards of a Kinesis stream: how far each was read, and which may be read now.

    parent ─────────── read to its end ─┬─► child        after a shard was split
                                        └─► child
    parent, parent ─── both to their end ─► child        after two were merged

Records of one contact are in one shard, and in its children afterwards; so a child is read when its
parents are over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from floorpulse.connectors.road import Position, RoadClosedError

OVER = "over"
"""Stands in the stored position for a shard that was read to its end"""


@dataclass(frozen=True)
class ShardListing:
    """A shard as the stream lists it; `parents` may be gone already."""

    id: str
    parents: frozenset[str] = frozenset()


@dataclass
class Shards:
    """What is known of a stream's shards: `reached` holds sequence numbers by shard."""

    reached: dict[str, str] = field(default_factory=dict)
    _listed: dict[str, ShardListing] = field(default_factory=dict)

    @classmethod
    def since(cls, position: Position | None) -> "Shards":
        """As a former run stored it. Raises `RoadClosedError` where that is none of a stream."""
        stored = {} if position is None else position.get("shards")
        if not isinstance(stored, Mapping):
            message = "the stored position is none of a Kinesis stream; remove its file"
            raise RoadClosedError(message)
        return cls({str(shard): str(number) for shard, number in stored.items()})

    @property
    def position(self) -> Position:
        """Where a later run goes on."""
        return {"shards": dict(self.reached)}

    def learn(self, listed: Iterable[ShardListing]) -> None:
        """Take note of what there is now; what is not listed any more has aged out."""
        self._listed = {one.id: one for one in listed}
        self.reached = {
            shard: number for shard, number in self.reached.items() if shard in self._listed
        }

    def readable(self) -> list[str]:
        """The shards that may be read now."""
        return [one.id for one in self._listed.values() if self._is_readable(one)]

    def _is_readable(self, one: ShardListing) -> bool:
        if self.reached.get(one.id) == OVER:
            return False
        return all(self.reached.get(parent) == OVER for parent in one.parents & self._listed.keys())
