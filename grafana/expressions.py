"""Expressions that several dashboards ask: a queue's figures, how they stand to its target, how far
they can be trusted.

Two API processes tell the same figures: `max by` takes one of them.
"""

QUEUES = 'tenant="$tenant",queue=~"$queue"'
CHANNELS = f'{QUEUES},channel=~"$channel"'
WINDOWED = f'{CHANNELS},window="$window"'
NEAR = 0.05
"""So far below its target a ratio is near it: as on the built-in wall."""
TOO_OLD = 10
"""Seconds after which figures that should come every second are late: the default of
FLOORPULSE_API__STALE_SECONDS.
"""
AGE = "max(time() - contactcenter_kpi_last_update_timestamp_seconds)"


def of_each(metric: str, labels: str = CHANNELS) -> str:
    """A metric of each queue and channel."""
    return f"max by (queue, channel) ({metric}{{{labels}}})"


def by_queue(metric: str, labels: str) -> str:
    """A metric that queues have without their channels."""
    return f"max by (queue) ({metric}{{{labels}}})"


def of_floor(kpi: str, metric: str = "contactcenter_kpi") -> str:
    """A KPI of the catalogue over the tenant's whole floor."""
    return f'max({metric}{{tenant="$tenant",kpi="{kpi}"}})'


LEVEL = of_each("contactcenter_service_level_ratio", WINDOWED)
TARGET = of_each("contactcenter_service_level_target_ratio")
WAITING = of_each("contactcenter_contacts_waiting")
LONGEST = of_each("contactcenter_longest_wait_seconds")
ABANDONMENT = of_each("contactcenter_abandonment_ratio", WINDOWED)
HANDLE = of_each("contactcenter_average_handle_seconds", WINDOWED)
AVAILABLE = by_queue("contactcenter_agents", f'{QUEUES},state="available"')
BELOW = f"count({LEVEL} < {TARGET}) or vector(0)"
"""How many queues and channels are below their target"""


def in_state(state: str) -> str:
    """1 where a queue's figures are in a state, else 0."""
    return of_each("contactcenter_kpi_state", f'{CHANNELS},state="{state}"')


STATE = f"3 * {in_state('stale')} + 2 * {in_state('closed')} + {in_state('low_volume')}"
"""0: figures are right; 1: too few contacts to judge; 2: outside business hours; 3: stale"""


def _fresh(expr: str) -> str:
    return f"({expr}) unless on (queue, channel) ({in_state('stale')} == 1)"


MET = _fresh(f"{LEVEL} >= {TARGET}")
NEARLY = _fresh(f"({LEVEL} < {TARGET}) >= {TARGET} - {NEAR}")
MISSED = _fresh(f"{LEVEL} < {TARGET} - {NEAR}")
UNDEFINED = _fresh(f"{LEVEL} != {LEVEL}")
STALE = f"{LEVEL} and on (queue, channel) ({in_state('stale')} == 1)"
"""Each queue and channel with a target is in exactly one of the five."""
