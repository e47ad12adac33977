"""Gauges: how the floor is at a moment."""

from floorpulse.contracts.events import AgentState
from floorpulse.counting.families import Family
from floorpulse.kpis.catalogue.entry import SETTLED, MomentKpi, Variant
from floorpulse.kpis.formulas.complaints import complaints_open
from floorpulse.kpis.formulas.estimated_wait import estimated_wait
from floorpulse.kpis.formulas.staffing import LOGGED_IN, agents, agents_in
from floorpulse.kpis.formulas.waiting import (
    in_progress,
    longest_wait,
    longest_wait_in_hours,
    unresolved,
    waiting,
)
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.units import Better, Group, Unit

_STATE_ZH: dict[AgentState, str] = {
    "available": "空闲",
    "ringing": "振铃",
    "busy": "通话",
    "wrap_up": "话后",
    "break": "小休",
}

KPIS: tuple[MomentKpi, ...] = (
    MomentKpi(
        id="waiting",
        en="Waiting",
        zh="当前排队",
        group=Group.NOW,
        unit=Unit.CONTACTS,
        better=Better.LOWER,
        formula="visits offered, without an outcome",
        family=SETTLED,
        measure=waiting,
    ),
    MomentKpi(
        id="longest_wait",
        en="Longest wait",
        zh="最长等待",
        group=Group.NOW,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="now − earliest offer still waiting",
        family=SETTLED,
        measure=longest_wait,
        variants=(
            Variant(
                "calendar",
                "营业时间内",
                "the longest of the waits in business hours of each one's queue",
                longest_wait_in_hours,
                needs=Need.HOURS,
            ),
        ),
    ),
    MomentKpi(
        id="in_progress",
        en="In progress",
        zh="通话中",
        group=Group.NOW,
        unit=Unit.CONTACTS,
        better=Better.NEITHER,
        formula="visits answered, not done with",
        family=SETTLED,
        measure=in_progress,
    ),
    MomentKpi(
        id="unresolved",
        en="Unresolved",
        zh="结果不明",
        group=Group.NOW,
        unit=Unit.CONTACTS,
        better=Better.LOWER,
        formula="visits without an outcome beyond the longest wait",
        family=SETTLED,
        measure=unresolved,
    ),
    MomentKpi(
        id="estimated_wait",
        en="Estimated wait",
        zh="预计等待",
        group=Group.NOW,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="waiting × 30 min / handled in the last 30 min",
        family=SETTLED,
        measure=estimated_wait,
        needs=Need.THROUGHPUT,
    ),
    MomentKpi(
        id="agents",
        en="Agents",
        zh="在线坐席",
        group=Group.NOW,
        unit=Unit.AGENTS,
        better=Better.NEITHER,
        formula="distinct agents logged in",
        family=SETTLED,
        measure=agents,
        needs=Need.AGENTS,
        variants=tuple(
            Variant(state, _STATE_ZH[state], f"those in state `{state}`", agents_in(state))
            for state in LOGGED_IN
        ),
    ),
    MomentKpi(
        id="complaints_open",
        en="Open complaints",
        zh="未结投诉",
        group=Group.NOW,
        unit=Unit.CONTACTS,
        better=Better.LOWER,
        formula="complaints received, not closed",
        family=Family.COMPLETION,
        measure=complaints_open,
        needs=Need.COMPLAINTS,
    ),
)
