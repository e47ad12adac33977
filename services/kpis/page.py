"""The catalogue of KPIs as a page, generated from the catalogue itself; the published copy is
`docs/kpis.md`.
"""

import sys
from collections.abc import Iterable, Iterator

from floorpulse.kpis.catalogue import CATALOGUE, VARIANTS, Kpi
from floorpulse.kpis.platforms import PLATFORMS
from floorpulse.kpis.policies import DEFAULT_POLICY, Formula
from floorpulse.kpis.units import Group

HEAD = """\
# KPIs

Generated from `services/kpis/catalogue/` by `python -m floorpulse.kpis.page`; a test fails on a difference.

Counts are stored, ratios derived. Spans are seconds, ratios 0 to 1. 0/0 is null with its counts, never 0 % or 100 %.
A count has value = numerator and no denominator; a mean's numerator is the sum in the unit of its value; a share's parts are counts and
come with the 95 % Wilson interval; a quantile's denominator is its sample.

A figure is `complete` once all source partitions have passed its span: by 2 minutes what completions make (handling, surveys,
evaluations, complaints), by 15 minutes what offers make (volume, speed), and gauges. A later change is a correction
(`GET /v1/corrections`). Shares of liable complaints and of those closed in time mature for weeks and are never complete,
nor are counts of whole contacts.

Open complaints and returning customers are looked up in the stored visits: live ones may be a second older than the rest, and have
neither value nor parts while the database is away or takes too long.
Occupancy and utilisation are made of agents' time in states, looked up likewise; their parts are seconds and come without an interval.
The time of an agent who serves several queues counts in each of them and once in totals, teams, sites, clients and selections of queues.
A complaint that is open beyond the limit counts as missed, one that is open and in time does not count yet. A visit repeats when its
customer had another contact in the same queue, by any channel, so many hours before or less; a visit by the channel `callback`, in
which the centre calls, neither repeats nor is repeated.
"""
TABLE = """\
| id | English | 中文 | unit | better | formula |
| --- | --- | --- | --- | --- | --- |
"""
NOW = """\
Gauges: how it is at an instant. Live figures are those of this moment whatever the window, history's those of the row's `time`;
`estimated_wait` is that of somebody who joins the queue then (Little's law), null without a contact handled in the last half hour;
`agents` are distinct people who are logged in: one who serves two queues counts in both and once in totals, one whose events name no
queue in totals only; channels do not tell agents apart. An agent whose source tells no work (`ringing`, `busy`, `wrap_up`) is busy from
an answer to its end, in wrap-up to where that was told to be over, and else in the state told last. A state is believed for a day, one of
Asterisk for 31 days, or as long as it was told with; then, and between the contacts of agents who tell no state, what an agent does is
unknown. A figure that rests on it is null with the `reason` `no_states`, never 0: `agents` where nobody else is there, `available`,
`ringing` and `break` where the count is 0, shares of time always;
`unresolved` of an interval of history are the contacts offered in it that have no outcome and no longer wait.
`in_progress` counts a conversation from its answer to its end, and in history the wrap-up behind it too: a wrap-up is told when it is
over, so nobody knows of it while it goes on, and figures that were shown live do not hold it
([ADR 0027](adr/0027-a-wrap-up-is-in-progress-once-it-was-told.md)). Live, `agents:wrap_up` tells who wraps up.

"""
WHOLE_CONTACTS = """\
The caller's view: a contact counts once, however many queues it went through, in the queue and channel, and at the instant, of its first
offer. All other figures are of stays, those of `by=total` too: of one caller who was passed through three queues and answered in the third
`offered` is 3, `left` 2, `answered` 1 and `asa` what the third queue took, so that offered = answered + abandoned + left + waiting holds in
every row. Ask for `contacts` (1), `contact_answer_rate` (100 %) and `contact_wait` (all three waits) to see the caller. Its last stay says what became of it: *answered at last* if an agent took it; *lost* if it gave up
there or left by another door, also where an agent spoke with it in a stay before; neither while it waits, or for the callback it was
promised. The whole wait is all its waits and the ways between queues to which it was passed on; the time until a callback is none.
A callback is kept when an agent speaks with the contact in a later stay: the source tells the callback as a further visit of the
same contact. A contact may go on tomorrow, so these figures mature and are never complete.

"""
PLAN = """\
Forecasts are uploaded (`PUT /v1/forecasts`). A row is compared with the forecast intervals that are about its contacts: those of its
queues, or of its channels where channels are chosen or told apart. An interval that is not over, or that the row cuts, counts by its
share of time; what came outside of all forecast intervals is not compared. The numerator of `forecast_variance` is what came beyond
the forecast, of `wape` the sum of what was missed, interval by interval and queue by queue; their denominator is the forecast so far.
Over a day, or `today`, both are cumulative.

`agents_required` is the fewest agents that keep the target of the row's service-level policy, under its formula, with the contacts that
came per second of the row's span so far and their handle time (the forecast one where nothing was handled): one line that all its agents
serve, so a total takes fewer than its queues do. Choose spans of an hour or less: a day's mean hides its peak. Erlang A, with the mean
patience of the policy ({patience} s unless it says otherwise); `:rest` is the same for the forecast intervals to come. Both parts of
`agents_gap` are shown: agents at work (not on break) on average over the span as numerator, those required as denominator; negative means
too few.

"""
CONTRACT = """\
`service_level_projected` is the service level at the end of the row's span: hits and totals so far, and those to be expected of the
forecast rest with the agents planned for each interval (Erlang A); where none are told, the rest is expected to go as what counted so far.
Of a live window it is about the interval in progress: the half hour of the clock with `30m`, the hour with `60m`, the day with `today`;
history answers for any span, such as a month's. Its parts are expected counts, without an interval. `agents_required:rest` is about the
same rest.

"""
ABOUT = {
    Group.NOW: NOW,
    Group.WHOLE_CONTACTS: WHOLE_CONTACTS,
    Group.PLAN: PLAN.format(patience=DEFAULT_POLICY.patience),
    Group.CONTRACT: CONTRACT,
}

VARIANT = """\
Asked for as `KPI:VARIANT`, such as `kpi=left:overflow`; all else is as in the KPI. `contact` counts surveys and evaluations where the
contact was offered instead of where they were submitted: they come in for weeks, so these figures are never complete.

"""

PLATFORMS_HEAD = """\
Platforms have their own names for them, each by its own documentation. Their totals count further outcomes where they have them: flow-outs in Genesys
Cloud when they are included, missed contacts in Talkdesk; all calls presented in Cisco Unified CCX; callers who asked to be called back in Amazon
Connect, in time when early; calls that flowed out or were turned away in Avaya BCMS; all that came in with Alibaba Cloud. `flow_outs=true` adds the
contacts that left otherwise here. Of QueueMetrics and Tencent Cloud Contact Center no document was found that defines a service level.

| formula | platform | name there | defined in |
| --- | --- | --- | --- |"""


def catalogue_page() -> str:
    """The page in Markdown."""
    groups = "\n".join(_group(group) for group in Group)
    return (
        f"{HEAD}\n{groups}\n## Variants\n\n{VARIANT}{_table(VARIANTS.values())}\n{_service_level()}"
    )


def _group(group: Group) -> str:
    en, zh = group.value
    return f"## {en} {zh}\n\n{ABOUT.get(group, '')}{_table(kpi for kpi in CATALOGUE.values() if kpi.group is group)}"


def _table(kpis: Iterable[Kpi]) -> str:
    return TABLE + "".join(map(_line, kpis))


def _line(kpi: Kpi) -> str:
    cells = (
        f"`{kpi.id}`",
        kpi.en,
        kpi.zh,
        kpi.unit.value,
        kpi.better.value,
        kpi.formula.replace("|", "\\|"),
    )
    return f"| {' | '.join(cells)} |\n"


def _service_level() -> str:
    return "\n".join(_service_level_lines()) + "\n"


def _service_level_lines() -> Iterator[str]:
    policy = DEFAULT_POLICY
    yield "## Service level"
    yield ""
    yield "AN answered, AB abandoned, ≤T within the threshold T, ≤S short: within S."
    yield ""
    yield "| formula | |"
    yield "| --- | --- |"
    for formula, line in zip(Formula, _formulas(), strict=True):
        yield f"| `{formula.value}` | {line} |"
    yield ""
    yield (
        f"The definition `{policy.name}`: {policy.formula.value}, T = {policy.threshold} s "
        f"(`{policy.boundary}`), S = {policy.short} s, "
        f"flow-outs {'in' if policy.flow_outs else 'not in'} the denominator, "
        "a contact that waits beyond T "
        f"{'counts' if policy.waiting_past_threshold else 'does not count'} as missed, "
        f"target {policy.target:.0%}, patience {policy.patience} s."
    )
    yield "Any figure can be asked under another:"
    yield "`formula=V3&threshold=20&boundary=le&short=5&flow_outs=false&waiting_past_threshold=true`."
    yield ""
    yield "T and S may be up to 28 days, and with `clock=calendar` waits run only in the business hours of the queue:"
    yield "[mail, chat and other channels](definitions.md#mail-chat-and-other-channels-on-which-nobody-holds-the-line)."
    yield "A contact that was neither answered nor given up within its channel's horizon stays missed."
    yield ""
    yield PLATFORMS_HEAD
    for formula, platforms in PLATFORMS.items():
        for named in platforms:
            yield f"| `{formula.value}` | {named.platform} | {named.figure} | {named.source} |"


def _formulas() -> list[str]:
    """The six formulas as `Formula` documents them."""
    text = " ".join((Formula.__doc__ or "").split("\n\n", 1)[1].split())
    return [part.strip().split(" ", 1)[1] for part in text.split("·")]


if __name__ == "__main__":
    sys.stdout.write(catalogue_page())
