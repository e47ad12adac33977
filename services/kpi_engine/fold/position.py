"""Up to which offset a partition is included in the tables, and by whom."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PartitionPosition:
    """The offset that a partition's tables include and their owner's epoch, compared before every
    write.
    """

    partition: int
    log_id: str
    generation: int
    epoch: int
    next_offset: int
    watermark: int | None = None
    applied: int = 0
    dead: int = 0
