"""The caller's view: contacts as a whole, over all their stays in queues.

Counts of whole contacts are those of their stays and the differences that contacts of several stays
make (`services/counting/whole_contacts.py`).
"""

from floorpulse.contracts.cells import LEFT, Cell
from floorpulse.counting.families import Family
from floorpulse.kpis.catalogue.entry import SpanKpi
from floorpulse.kpis.figures import SpanFigures, Value, counter, mean, share_of
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.kpis.units import Better, Group, Unit

WHOLE = Family.OFFER | Family.MATURING
"""Offers make it, and for as long as a contact may go on it matures"""
CAME = (Cell.OFFERED, Cell.WHOLE_OFFERED)
ANSWERED = (Cell.ANSWERED, Cell.WHOLE_ANSWERED)
LOST = (
    Cell.ABANDONED,
    *(cell for reason, cell in LEFT.items() if reason != "callback"),
    Cell.WHOLE_LOST,
)


def _whole_wait(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    return mean(figures.of(Cell.ANSWERED_WAIT, Cell.WHOLE_WAIT), figures.of(*ANSWERED))


KPIS: tuple[SpanKpi, ...] = (
    SpanKpi(
        id="contacts",
        en="Contacts",
        zh="联络人次",
        group=Group.WHOLE_CONTACTS,
        unit=Unit.CONTACTS,
        better=Better.NEITHER,
        formula="contacts by their first offer, however many stays each had",
        family=WHOLE,
        measure=counter(*CAME),
    ),
    SpanKpi(
        id="contacts_answered",
        en="Contacts answered at last",
        zh="最终接通联络",
        group=Group.WHOLE_CONTACTS,
        unit=Unit.CONTACTS,
        better=Better.HIGHER,
        formula="contacts whose last stay an agent took",
        family=WHOLE,
        measure=counter(*ANSWERED),
    ),
    SpanKpi(
        id="contacts_lost",
        en="Contacts lost",
        zh="最终流失联络",
        group=Group.WHOLE_CONTACTS,
        unit=Unit.CONTACTS,
        better=Better.LOWER,
        formula="contacts that gave up in their last stay, or left it by another door than a "
        "promised callback",
        family=WHOLE,
        measure=counter(*LOST),
    ),
    SpanKpi(
        id="contact_answer_rate",
        en="Contact answer rate",
        zh="联络接通率",
        group=Group.WHOLE_CONTACTS,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula="contacts answered at last / contacts",
        family=WHOLE,
        measure=share_of(ANSWERED, CAME),
    ),
    SpanKpi(
        id="contact_wait",
        en="Whole wait of contacts",
        zh="联络总等待",
        group=Group.WHOLE_CONTACTS,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="Σ whole wait of contacts answered at last / contacts answered at last",
        family=WHOLE,
        measure=_whole_wait,
    ),
    SpanKpi(
        id="callbacks_offered",
        en="Callbacks promised",
        zh="承诺回呼量",
        group=Group.WHOLE_CONTACTS,
        unit=Unit.CONTACTS,
        better=Better.NEITHER,
        formula="contacts that left a queue for a callback, or went on by the channel `callback`",
        family=WHOLE,
        measure=counter(Cell.LEFT_CALLBACK, Cell.WHOLE_CALLBACKS),
    ),
    SpanKpi(
        id="callbacks_kept",
        en="Callbacks kept",
        zh="兑现回呼量",
        group=Group.WHOLE_CONTACTS,
        unit=Unit.CONTACTS,
        better=Better.HIGHER,
        formula="those of them that an agent spoke with in a later stay",
        family=Family.MATURING,
        measure=counter(Cell.CALLBACKS_KEPT),
    ),
)
