"""The join of two records of one visit: the record that all events of both would have made.

Every group of fields follows the rule that `merge` follows for its event: the earliest or the
latest (at, content) wins, sets are united. So records that grew apart, one in memory and one in the
database, can always be brought together.
"""

from floorpulse.contracts.visits import Visit
from floorpulse.kpi_engine.fold.evidence import evidence_of, join_evidence, restated


def join(one: Visit, other: Visit) -> Visit:
    """Everything that `one` and `other` know; neither is changed."""
    return restated(join_evidence(evidence_of(one), evidence_of(other)))
