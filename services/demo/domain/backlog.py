"""What was accepted and is not durable yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reached:
    """How far the tables include one partition of the log named `log_id`; `offset` is the first one
    they do not.
    """

    partition: int
    log_id: str
    offset: int


def backlog(bounds: Mapping[int, tuple[int, int]], reached: Iterable[Reached], log_id: str) -> int:
    """Records of the log `log_id` between what is durable and its end; `bounds` are begin and end
    of each partition.
    """
    durable = {one.partition: one.offset for one in reached if one.log_id == log_id}
    return sum(
        max(0, end - durable.get(partition, begin)) for partition, (begin, end) in bounds.items()
    )
